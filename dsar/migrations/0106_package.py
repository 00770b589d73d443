"""Packages of several volumes, and sizes beyond two gigabytes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dsar", "0104_corrections"),
        ("dsar", "0105_decisions"),
    ]

    operations = [
        migrations.AddField(
            model_name="package",
            name="volumes",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="package",
            name="size",
            field=models.PositiveBigIntegerField(),
        ),
    ]
