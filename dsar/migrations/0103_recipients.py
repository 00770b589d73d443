"""What recipients were told."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0102_queue"),
    ]

    operations = [
        migrations.CreateModel(
            name='Instruction',
            fields=[
                ('lease_token', models.CharField(blank=True, default='', max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('recipient', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=20)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('next_attempt_at', models.DateTimeField(db_index=True)),
                ('told_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('result', models.CharField(blank=True, choices=[('done', 'done'), ('no_data', 'no_data'), ('impossible', 'impossible')], default='', max_length=12)),
                ('chases', models.PositiveSmallIntegerField(default=0)),
                ('escalated_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, default='', max_length=80)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='instructions', to='dsar.case')),
                ('letter', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='instruction', to='dsar.letter')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'recipient', 'kind', 'number'), name='dsar_told_once'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('result', '')), models.Q(('answered_at__isnull', False), models.Q(('result', ''), _negated=True)), _connector='OR'), name='dsar_answered_with_result')],
            },
        ),
    ]
