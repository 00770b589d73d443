"""Representations."""

import django.db.models.deletion
import records.keys.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='Representation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('basis', models.CharField(choices=[('parent', 'parent'), ('guardianship', 'guardianship'), ('authorisation', 'authorisation'), ('heir', 'heir')], max_length=16)),
                ('scopes', models.JSONField(default=list)),
                ('given_name', records.keys.fields.SealedField(category='name')),
                ('family_name', records.keys.fields.SealedField(category='name')),
                ('residence', records.keys.fields.SealedField(category='residence')),
                ('phone', records.keys.fields.SealedField(category='contact', null=True)),
                ('email', records.keys.fields.SealedField(category='contact', null=True)),
                ('evidence', models.CharField(choices=[('birth_certificate', 'birth_certificate'), ('court_decision', 'court_decision'), ('written_authorisation', 'written_authorisation'), ('inheritance_decision', 'inheritance_decision'), ('other_evidence', 'other_evidence')], max_length=24)),
                ('evidence_number', records.keys.fields.SealedField(category='name', null=True)),
                ('evidence_seen_on', models.DateField()),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('recorded_by', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('confirmed_by', models.CharField(blank=True, default='', max_length=64)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('revoked_by', models.CharField(blank=True, default='', max_length=64)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='representations', to='identity.datasubject')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('confirmed_at', None), models.Q(('confirmed_by', models.F('recorded_by')), _negated=True), _connector='OR'), name='identity_representation_two_people'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='identity_representation_in_order')],
            },
        ),
    ]
