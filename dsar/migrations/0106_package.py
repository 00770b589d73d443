"""Packages of several volumes, and sizes beyond two gigabytes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dsar", "0106_erasure"),
        ("dsar", "0105_decisions"),
    ]

    operations = [
        migrations.AddField(
            model_name="package",
            name="volumes",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="package",
            name="size",
            field=models.PositiveBigIntegerField(),
        ),
        migrations.AlterField(
            model_name='objection',
            name='purpose',
            field=models.CharField(choices=[('card_application', 'card_application'), ('card_administration', 'card_administration'), ('wallet_administration', 'wallet_administration'), ('payout', 'payout'), ('sign_in', 'sign_in'), ('own_data', 'own_data'), ('service_message', 'service_message'), ('news', 'news'), ('rights_request', 'rights_request'), ('log_review', 'log_review'), ('consent_administration', 'consent_administration'), ('retention', 'retention'), ('key_maintenance', 'key_maintenance'), ('staff_own_data', 'staff_own_data')], max_length=32),
        ),
    ]
