"""Corrections, restrictions, objections, and messages to a replaced contact."""

import django.db.models.deletion
import records.keys.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dsar', '0103_recipients'),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseRestriction',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ground', models.CharField(choices=[('accuracy', 'accuracy'), ('unlawful', 'unlawful'), ('claims', 'claims'), ('objection', 'objection')], max_length=12)),
                ('categories', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField()),
                ('placed_at', models.DateTimeField(db_index=True, null=True)),
                ('lifting_reason', models.CharField(blank=True, default='', max_length=20)),
                ('lifts_itself', models.BooleanField(default=False)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='restrictions', to='dsar.case')),
                ('lifting_letter', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='lifts', to='dsar.letter')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('lifted_at__isnull', True), models.Q(('placed_at__isnull', False), ('lifting_letter__isnull', False)), _connector='OR'), name='dsar_lifted_after_notice')],
            },
        ),
        migrations.CreateModel(
            name='ContactNotice',
            fields=[
                ('lease_token', models.CharField(blank=True, default='', max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.UUIDField(db_index=True)),
                ('contact', records.keys.fields.SealedField(category='contact', null=True)),
                ('created_at', models.DateTimeField()),
                ('next_attempt_at', models.DateTimeField(db_index=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('given_up_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, default='', max_length=80)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_notices', to='dsar.case')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('given_up_at__isnull', True), ('sent_at__isnull', True)), ('contact__isnull', True), _connector='OR'), name='dsar_told_contact_is_forgotten')],
            },
        ),
        migrations.CreateModel(
            name='CorrectionItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.UUIDField(db_index=True)),
                ('column', models.CharField(max_length=80)),
                ('category', models.CharField(choices=[('name', 'name'), ('residence', 'residence'), ('birth_date', 'birth_date'), ('contact', 'contact'), ('status', 'status'), ('card', 'card'), ('application', 'application'), ('wallet', 'wallet'), ('payout_account', 'payout_account'), ('consent', 'consent'), ('case', 'case'), ('access_log', 'access_log'), ('sign_in', 'sign_in'), ('staff', 'staff')], max_length=20)),
                ('state', models.CharField(choices=[('proposed', 'proposed'), ('applied', 'applied'), ('rejected', 'rejected'), ('stated', 'stated')], max_length=10)),
                ('value', records.keys.fields.SealedField(category='case', null=True)),
                ('statement', records.keys.fields.SealedField(category='case', null=True)),
                ('evidence', models.CharField(blank=True, choices=[('identity_card', 'identity_card'), ('passport', 'passport'), ('driving_licence', 'driving_licence'), ('other', 'other')], default='', max_length=16)),
                ('evidence_on', models.DateField(null=True)),
                ('evidence_by', models.CharField(blank=True, default='', max_length=80)),
                ('ground', models.CharField(blank=True, choices=[('proven_right', 'proven_right'), ('no_evidence', 'no_evidence'), ('record_of_event', 'record_of_event'), ('required_by_law', 'required_by_law')], default='', max_length=20)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='dsar.case')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'proposed'), ('value__isnull', True), _connector='OR'), name='dsar_decided_correction_keeps_no_value'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('ground', ''), _negated=True), _connector='OR'), name='dsar_rejected_correction_has_ground')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.UUIDField(db_index=True)),
                ('purpose', models.CharField(choices=[('card_application', 'card_application'), ('card_administration', 'card_administration'), ('wallet_administration', 'wallet_administration'), ('payout', 'payout'), ('sign_in', 'sign_in'), ('own_data', 'own_data'), ('service_message', 'service_message'), ('news', 'news'), ('rights_request', 'rights_request'), ('log_review', 'log_review'), ('consent_administration', 'consent_administration'), ('retention', 'retention'), ('key_maintenance', 'key_maintenance')], max_length=32)),
                ('made_at', models.DateTimeField()),
                ('heeded_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objections', to='dsar.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('subject_id', 'purpose'), name='dsar_one_standing_objection')],
            },
        ),
    ]
