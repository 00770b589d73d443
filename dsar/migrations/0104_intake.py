"""Requests by any door: registration, requesters, e-mail, status codes."""

import django.db.models.deletion
import records.keys.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0104_corrections"),
    ]

    operations = [
        migrations.CreateModel(
            name='Requester',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_index=True)),
                ('name', records.keys.fields.SealedField(category='case')),
                ('address', records.keys.fields.SealedField(category='case', null=True)),
                ('facts', records.keys.fields.SealedField(category='case', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Intake',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('city', models.CharField(db_index=True, max_length=40)),
                ('proved_at', models.DateTimeField(null=True)),
                ('written_on', models.DateField(null=True)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='intake', to='dsar.case')),
            ],
        ),
        migrations.CreateModel(
            name='MailDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('message_mac', models.BinaryField(max_length=32, unique=True)),
                ('source', models.CharField(max_length=8)),
                ('city', models.CharField(blank=True, db_index=True, default='', max_length=40)),
                ('state', models.CharField(db_index=True, default='waiting', max_length=12)),
                ('reason', models.CharField(blank=True, default='', max_length=24)),
                ('received_at', models.DateTimeField()),
                ('written_at', models.DateTimeField(null=True)),
                ('taken_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('size', models.PositiveIntegerField()),
                ('problems', models.JSONField(default=list)),
                ('sender', records.keys.fields.SealedField(category='case', null=True)),
                ('subject', records.keys.fields.SealedField(category='case', null=True)),
                ('text', records.keys.fields.SealedField(category='case', null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'registered', 'set_aside'])), name='dsar_draft_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'registered'), _negated=True), ('text__isnull', True), _connector='OR'), name='dsar_settled_draft_is_empty')],
            },
        ),
        migrations.CreateModel(
            name='StatusCode',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code_mac', models.BinaryField(max_length=32)),
                ('issued_at', models.DateTimeField()),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='status_code', to='dsar.case')),
            ],
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField(db_index=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(max_length=80)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('file_name', models.CharField(max_length=40)),
                ('name', records.keys.fields.SealedField(category='case')),
                ('content_key', records.keys.fields.SealedField(category='case')),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='dsar.case')),
                ('draft', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='dsar.maildraft')),
            ],
        ),
    ]
