"""The queue reads along an index of what waits."""

import django.db.models.functions.comparison
from django.db import migrations, models

from dsar.triggers import install, uninstall


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0101_authority"),
    ]

    operations = [
        migrations.RunPython(uninstall, install),
        migrations.AddField(
            model_name='case',
            name='circle',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast('controllers', models.TextField()), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='case',
            name='waits',
            field=models.GeneratedField(db_persist=True, expression=models.ExpressionWrapper(models.Q(('state__in', ['decided', 'extended', 'identity_pending', 'in_work', 'question_asked', 'received', 'verified'])), output_field=models.BooleanField()), output_field=models.BooleanField()),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['waits', 'due_on', 'id'], name='dsar_queue'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['waits', 'right', 'due_on', 'id'], name='dsar_queue_by_right'),
        ),
        migrations.RunPython(install, uninstall),
    ]
