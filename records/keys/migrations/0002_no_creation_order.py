"""On SQLite, keep key rows in the order of their pseudonyms: a hidden rowid would tell the order of creation."""

from django.db import migrations


def rebuild_without_rowid(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "sqlite":
        return
    table = apps.get_model("keys", "DataKey")._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table])
        statements = sorted(cursor.fetchall(), key=lambda row: row[0] != "table")
        cursor.execute(f'DROP TABLE "{table}"')
        for kind, sql in statements:
            cursor.execute(f"{sql} WITHOUT ROWID" if kind == "table" else sql)


class Migration(migrations.Migration):

    dependencies = [("keys", "0001_initial")]

    operations = [migrations.RunPython(rebuild_without_rowid, migrations.RunPython.noop)]
