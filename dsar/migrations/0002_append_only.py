"""The database refuses to change a case's history, or who, what and when of a case (D3, threat
32).
"""

from django.db import migrations

CASE, HISTORY = "dsar_case", "dsar_caseevent"
FIXED = (
    "id", "reference", "subject_id", "right", "received_at", "received_on", "registered_at", "due_on",
    "legal_max_on", "target_on", "assurance",
)

_CHANGED_SQLITE = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in FIXED)
_CHANGED_POSTGRESQL = " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in FIXED)

SQLITE = (
    f"""CREATE TRIGGER dsar_case_fixed BEFORE UPDATE ON {CASE} WHEN {_CHANGED_SQLITE}
    BEGIN SELECT RAISE(ABORT, 'dsar_case_fixed'); END""",
    f"""CREATE TRIGGER dsar_history_frozen BEFORE UPDATE ON {HISTORY}
    BEGIN SELECT RAISE(ABORT, 'dsar_history_frozen'); END""",
    f"""CREATE TRIGGER dsar_history_kept BEFORE DELETE ON {HISTORY}
    WHEN EXISTS (SELECT 1 FROM {CASE} WHERE id = OLD.case_id)
    BEGIN SELECT RAISE(ABORT, 'dsar_history_kept'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION dsar_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = 'restrict_violation'; END $$""",
    f"""CREATE FUNCTION dsar_refuse_while_case_stands() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM {CASE} WHERE id = OLD.case_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = 'restrict_violation';
    END $$""",
    f"""CREATE TRIGGER dsar_case_fixed BEFORE UPDATE ON {CASE}
    FOR EACH ROW WHEN ({_CHANGED_POSTGRESQL}) EXECUTE FUNCTION dsar_refuse()""",
    f"""CREATE TRIGGER dsar_history_frozen BEFORE UPDATE ON {HISTORY}
    FOR EACH ROW EXECUTE FUNCTION dsar_refuse()""",
    f"""CREATE TRIGGER dsar_history_kept BEFORE DELETE ON {HISTORY}
    FOR EACH ROW EXECUTE FUNCTION dsar_refuse_while_case_stands()""",
    f"""CREATE TRIGGER dsar_history_whole BEFORE TRUNCATE ON {HISTORY}
    FOR EACH STATEMENT EXECUTE FUNCTION dsar_refuse()""",
)
DROP_SQLITE = (
    "DROP TRIGGER dsar_case_fixed",
    "DROP TRIGGER dsar_history_frozen",
    "DROP TRIGGER dsar_history_kept",
)
DROP_POSTGRESQL = (
    f"DROP TRIGGER dsar_case_fixed ON {CASE}",
    f"DROP TRIGGER dsar_history_frozen ON {HISTORY}",
    f"DROP TRIGGER dsar_history_kept ON {HISTORY}",
    f"DROP TRIGGER dsar_history_whole ON {HISTORY}",
    "DROP FUNCTION dsar_refuse",
    "DROP FUNCTION dsar_refuse_while_case_stands",
)


def _run(schema_editor, postgresql, sqlite):
    statements = postgresql if schema_editor.connection.vendor == "postgresql" else sqlite
    for statement in statements:
        schema_editor.execute(statement)


def create(apps, schema_editor):
    """Create the triggers."""
    _run(schema_editor, POSTGRESQL, SQLITE)


def drop(apps, schema_editor):
    """Drop the triggers."""
    _run(schema_editor, DROP_POSTGRESQL, DROP_SQLITE)


class Migration(migrations.Migration):
    dependencies = [("dsar", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
