"""Portable data handed to other installations, and what came from them."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dsar', '0106_package'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reception',
            fields=[
                ('lease_token', models.CharField(blank=True, default='', max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('sender', models.CharField(max_length=40)),
                ('mark', models.CharField(max_length=64)),
                ('receipt_id', models.UUIDField(default=uuid.uuid4)),
                ('received_at', models.DateTimeField(db_index=True)),
                ('application_id', models.UUIDField(default=uuid.uuid4, null=True)),
                ('result', models.CharField(blank=True, choices=[('kept', 'kept'), ('refused', 'refused')], default='', max_length=8)),
                ('reason', models.CharField(blank=True, default='', max_length=80)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('sender', 'mark'), name='dsar_received_once'), models.CheckConstraint(condition=models.Q(('result', ''), ('application_id', None), _connector='OR'), name='dsar_settled_reception_leads_nowhere')],
            },
        ),
        migrations.CreateModel(
            name='Transmission',
            fields=[
                ('lease_token', models.CharField(blank=True, default='', max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('peer', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField()),
                ('next_attempt_at', models.DateTimeField(db_index=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('result', models.CharField(blank=True, choices=[('kept', 'kept'), ('refused', 'refused')], default='', max_length=8)),
                ('receipt_id', models.UUIDField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, default='', max_length=80)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='transmissions', to='dsar.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None), ('sent_at', None)), fields=('case', 'peer'), name='dsar_one_open_transmission_per_peer'), models.CheckConstraint(condition=models.Q(('sent_at', None), models.Q(('receipt_id__isnull', False), ('result', 'kept')), _connector='OR'), name='dsar_sent_with_receipt')],
            },
        ),
    ]
