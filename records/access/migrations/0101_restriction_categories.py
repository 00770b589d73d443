"""A restriction has a cause, and the categories that it restricts; the gate asks by category."""

import uuid

from django.db import migrations, models

from records.access import triggers


def enforce(apps, schema_editor):
    # SQLite loses a table's triggers when Django remakes it; PostgreSQL's function changes.
    triggers.install_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("access", "0003_one_row")]

    operations = [
        migrations.AddField(
            model_name="restrictionevent",
            name="cause",
            field=models.UUIDField(default=uuid.UUID(int=0)),
        ),
        migrations.AddField(
            model_name="restrictionevent",
            name="categories",
            field=models.IntegerField(default=(1 << 31) - 1),
        ),
        migrations.RunPython(enforce, migrations.RunPython.noop),
    ]
