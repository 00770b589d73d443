"""Saved views of the queue."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("portal", "0002_heartbeat"),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('asked', models.JSONField(default=dict)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='views', to='portal.staffprofile')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('profile', 'name'), name='saved_view_named_once')],
            },
        ),
    ]
