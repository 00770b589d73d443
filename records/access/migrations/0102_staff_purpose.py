"""The log may name the purpose of staff looking at their own data. SQLite remakes the table for it, so
its triggers go first and come back after it.
"""

import records.access.codes
from django.db import migrations, models

from records.access import triggers


def relent(apps, schema_editor):
    triggers.remove_triggers(schema_editor.connection)


def enforce(apps, schema_editor):
    triggers.install_triggers(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0101_restriction_categories'),
    ]

    operations = [
        migrations.RunPython(relent, enforce),
        migrations.RemoveConstraint(
            model_name='logentry',
            name='logentry_known',
        ),
        migrations.AlterField(
            model_name='logentry',
            name='purpose',
            field=models.SmallIntegerField(choices=[(0, ''), (1, 'card_application'), (2, 'card_administration'), (3, 'wallet_administration'), (4, 'payout'), (5, 'sign_in'), (6, 'own_data'), (7, 'service_message'), (8, 'news'), (9, 'rights_request'), (10, 'log_review'), (11, 'consent_administration'), (12, 'retention'), (13, 'key_maintenance'), (14, 'staff_own_data')]),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.CheckConstraint(condition=models.Q(('action__range', (0, 6)), ('categories__range', (0, 16383)), ('purpose__range', (0, 14)), ('role__range', (1, 6)), models.Q(models.Q(('intent', None), ('stage__in', [records.access.codes.Stage['OPENED'], records.access.codes.Stage['REFUSED']])), models.Q(('intent__isnull', False), ('stage__in', [records.access.codes.Stage['DONE'], records.access.codes.Stage['FAILED']])), _connector='OR')), name='logentry_known'),
        ),
        migrations.RunPython(enforce, relent),
    ]
