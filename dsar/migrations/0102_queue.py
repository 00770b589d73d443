"""The queue reads along an index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dsar', '0003_rights'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ['decided', 'extended', 'identity_pending', 'in_work', 'question_asked', 'received', 'verified'])), fields=['due_on', 'id'], name='dsar_open_by_day'),
        ),
    ]
