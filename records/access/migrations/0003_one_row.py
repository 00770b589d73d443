"""Appending writes the entry alone; the sealer writes the rows of the subject index."""

from django.db import migrations

from records.access import triggers

WITH_SUBJECT_ROWS = """
DROP FUNCTION IF EXISTS access_append(
    bigint, timestamptz, int, int, int, int, int, uuid, uuid, uuid, bytea, text, bigint, text, text,
    uuid[], uuid[]
)
"""


def replace(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(WITH_SUBJECT_ROWS)
    triggers.install_triggers(connection)


class Migration(migrations.Migration):
    dependencies = [("access", "0002_append_only")]

    operations = [migrations.RunPython(replace, migrations.RunPython.noop)]
