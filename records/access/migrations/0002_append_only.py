"""Cut the log into years on PostgreSQL, and let the audit store refuse changes on both databases."""

from django.db import migrations

from records.access import triggers


def enforce(apps, schema_editor):
    triggers.partition_tables(schema_editor.connection)
    triggers.install_triggers(schema_editor.connection)


def relent(apps, schema_editor):
    triggers.remove_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [migrations.RunPython(enforce, relent)]
