"""On whose authority a request was filed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0003_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseAuthority',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='authority', serialize=False, to='dsar.case')),
                ('representation_id', models.UUIDField()),
                ('shown_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('gap', models.CharField(blank=True, default='', max_length=16)),
            ],
        ),
    ]
