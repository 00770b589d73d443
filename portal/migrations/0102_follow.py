"""Counters of tries to follow a request."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0101_saved_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowTry',
            fields=[
                ('mark', models.BigIntegerField(primary_key=True, serialize=False)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('ends_at', models.DateTimeField(db_index=True)),
            ],
        ),
    ]
