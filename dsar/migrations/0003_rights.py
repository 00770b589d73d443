"""Rights other than access: what a case asks for, letters, messages."""

import django.db.models.deletion
import records.keys.fields
import uuid
from django.db import migrations, models

from dsar.triggers import install, uninstall


class Migration(migrations.Migration):

    dependencies = [
        ('dsar', '0002_append_only'),
    ]

    operations = [
        migrations.RunPython(uninstall, install),
        migrations.CreateModel(
            name='CaseMessage',
            fields=[
                ('lease_token', models.CharField(blank=True, default='', max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=24)),
                ('created_at', models.DateTimeField()),
                ('next_attempt_at', models.DateTimeField(db_index=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('given_up_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, default='', max_length=80)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.UUIDField(db_index=True)),
                ('kind', models.CharField(max_length=24)),
                ('language', models.CharField(max_length=2)),
                ('way', models.CharField(choices=[('portal', 'portal'), ('post', 'post'), ('counter', 'counter')], max_length=8)),
                ('made_at', models.DateTimeField()),
                ('delivered_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('level', models.CharField(max_length=8)),
                ('file_name', models.CharField(max_length=40)),
                ('content_key', records.keys.fields.SealedField(category='case')),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='answer_way',
            field=models.CharField(choices=[('portal', 'portal'), ('post', 'post'), ('counter', 'counter')], default='portal', max_length=8),
        ),
        migrations.AddField(
            model_name='case',
            name='arrived_at',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='case',
            name='details',
            field=records.keys.fields.SealedField(category='case', kind='json', null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='filed_by',
            field=models.CharField(choices=[('self', 'self'), ('guardian', 'guardian'), ('representative', 'representative'), ('heir', 'heir')], default='self', max_length=16),
        ),
        migrations.AddField(
            model_name='case',
            name='ground',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='case',
            name='parent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='linked', to='dsar.case'),
        ),
        migrations.AlterField(
            model_name='case',
            name='right',
            field=models.CharField(choices=[('access', 'access'), ('portability', 'portability'), ('rectification', 'rectification'), ('restriction', 'restriction'), ('objection', 'objection'), ('erasure', 'erasure'), ('withdrawal', 'withdrawal'), ('human_review', 'human_review'), ('log_question', 'log_question'), ('internal_review', 'internal_review'), ('supervisor', 'supervisor'), ('deceased', 'deceased')], max_length=20),
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='event',
            field=models.CharField(max_length=40),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('right__in', ['access', 'portability', 'rectification', 'restriction', 'objection', 'erasure', 'withdrawal', 'human_review', 'log_question', 'internal_review', 'supervisor', 'deceased'])), name='dsar_right_known'),
        ),
        migrations.AddField(
            model_name='casemessage',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='dsar.case'),
        ),
        migrations.AddField(
            model_name='letter',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='dsar.case'),
        ),
        migrations.AddField(
            model_name='casemessage',
            name='letter',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='message', to='dsar.letter'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('delivered_at__isnull', True), ('delivered_at__gte', models.F('made_at')), _connector='OR'), name='dsar_letter_delivered_after_made'),
        ),
        migrations.RunPython(install, uninstall),
    ]
