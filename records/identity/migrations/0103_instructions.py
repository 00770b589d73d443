"""Where processors take instructions."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("identity", "0101_representation"),
    ]

    operations = [
        migrations.AddField(
            model_name='processor',
            name='instructions_key',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='processor',
            name='instructions_url',
            field=models.URLField(blank=True, default='', max_length=300),
        ),
    ]
