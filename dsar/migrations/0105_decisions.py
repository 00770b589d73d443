"""Questions, advice, decisions by two people, reminders, the supervisor's procedure."""

import django.db.models.deletion
import records.keys.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dsar', '0104_intake'),
    ]

    operations = [
        migrations.CreateModel(
            name='Advice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.UUIDField(db_index=True)),
                ('given_at', models.DateTimeField()),
                ('given_by', models.CharField(max_length=40)),
                ('organisation', models.CharField(max_length=120)),
                ('text', records.keys.fields.SealedField(category='case')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='advice', to='dsar.case')),
            ],
        ),
        migrations.CreateModel(
            name='Procedure',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=40)),
                ('answered_at', models.DateTimeField(null=True)),
                ('result', models.CharField(blank=True, choices=[('upheld', 'upheld'), ('partly', 'partly'), ('dismissed', 'dismissed')], default='', max_length=12)),
                ('result_on', models.DateField(null=True)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='procedure', to='dsar.case')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.UUIDField(db_index=True)),
                ('state', models.CharField(choices=[('prepared', 'prepared'), ('returned', 'returned'), ('confirmed', 'confirmed')], max_length=12)),
                ('outcome', models.CharField(choices=[('', ''), ('granted', 'granted'), ('partial', 'partial'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], max_length=12)),
                ('grounds', models.JSONField(default=list)),
                ('granted', models.JSONField(default=list)),
                ('refused', models.JSONField(default=list)),
                ('reasons', records.keys.fields.SealedField(category='case', null=True)),
                ('prepared_at', models.DateTimeField()),
                ('prepared_by', models.CharField(max_length=40)),
                ('prepared_role', models.CharField(choices=[('holder', 'holder'), ('clerk', 'clerk'), ('controller', 'controller'), ('dpo', 'dpo'), ('terminal', 'terminal'), ('system', 'system')], max_length=16)),
                ('prepared_at_organisation', models.CharField(max_length=120)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.CharField(blank=True, default='', max_length=40)),
                ('settled_at_organisation', models.CharField(blank=True, default='', max_length=120)),
                ('note', records.keys.fields.SealedField(category='case', null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='dsar.case')),
                ('letter', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='decision', to='dsar.letter')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'prepared')), fields=('case',), name='dsar_one_prepared_decision'), models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('case',), name='dsar_one_confirmed_decision'), models.CheckConstraint(condition=models.Q(('prepared_by', models.F('settled_by')), _negated=True), name='dsar_decision_by_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), ('letter__isnull', False), _connector='OR'), name='dsar_confirmed_decision_has_letter'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['partial', 'refused']), _negated=True), ('reasons__isnull', False), _connector='OR'), name='dsar_negative_decision_has_reasons')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.UUIDField(db_index=True)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('text', records.keys.fields.SealedField(category='case')),
                ('answer', records.keys.fields.SealedField(category='case', null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='dsar.case')),
                ('letter', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='question', to='dsar.letter')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True)), fields=('case',), name='dsar_one_open_question')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('lease_token', models.CharField(blank=True, default='', max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('controller', models.CharField(max_length=40)),
                ('last_day', models.DateField()),
                ('days_before', models.PositiveSmallIntegerField()),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, default='', max_length=80)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='dsar.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'controller', 'last_day', 'days_before'), name='dsar_each_reminder_once')],
            },
        ),
    ]
