"""When a phone number or e-mail address was last replaced."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0103_instructions'),
    ]

    operations = [
        migrations.AddField(
            model_name='datasubject',
            name='contact_changed_at',
            field=models.DateTimeField(null=True),
        ),
    ]
