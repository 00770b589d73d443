"""The database refuses to change a published text and the consent ledger (GDPR 7(1), C25)."""

from django.db import migrations

FROZEN = "consent_noticeversion"
LEDGER = "consent_consentevent"

SQLITE = (
    f"""CREATE TRIGGER consent_notice_frozen BEFORE UPDATE ON {FROZEN}
    BEGIN SELECT RAISE(ABORT, 'consent_notice_frozen'); END""",
    f"""CREATE TRIGGER consent_notice_kept BEFORE DELETE ON {FROZEN}
    BEGIN SELECT RAISE(ABORT, 'consent_notice_kept'); END""",
    f"""CREATE TRIGGER consent_ledger_frozen BEFORE UPDATE ON {LEDGER}
    BEGIN SELECT RAISE(ABORT, 'consent_ledger_frozen'); END""",
    f"""CREATE TRIGGER consent_ledger_kept BEFORE DELETE ON {LEDGER}
    WHEN NOT EXISTS (
        SELECT 1 FROM consent_erasurewindow WHERE evidence_ref = OLD.evidence_ref
    )
    BEGIN SELECT RAISE(ABORT, 'consent_ledger_kept'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION consent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = 'restrict_violation'; END $$""",
    """CREATE FUNCTION consent_refuse_outside_window() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM consent_erasurewindow WHERE evidence_ref = OLD.evidence_ref
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = 'restrict_violation';
    END $$""",
    f"""CREATE TRIGGER consent_notice_frozen BEFORE UPDATE OR DELETE ON {FROZEN}
    FOR EACH ROW EXECUTE FUNCTION consent_refuse()""",
    f"""CREATE TRIGGER consent_notice_whole BEFORE TRUNCATE ON {FROZEN}
    FOR EACH STATEMENT EXECUTE FUNCTION consent_refuse()""",
    f"""CREATE TRIGGER consent_ledger_frozen BEFORE UPDATE ON {LEDGER}
    FOR EACH ROW EXECUTE FUNCTION consent_refuse()""",
    f"""CREATE TRIGGER consent_ledger_kept BEFORE DELETE ON {LEDGER}
    FOR EACH ROW EXECUTE FUNCTION consent_refuse_outside_window()""",
    f"""CREATE TRIGGER consent_ledger_whole BEFORE TRUNCATE ON {LEDGER}
    FOR EACH STATEMENT EXECUTE FUNCTION consent_refuse()""",
)
DROP_POSTGRESQL = (
    f"DROP TRIGGER consent_notice_frozen ON {FROZEN}",
    f"DROP TRIGGER consent_notice_whole ON {FROZEN}",
    f"DROP TRIGGER consent_ledger_frozen ON {LEDGER}",
    f"DROP TRIGGER consent_ledger_kept ON {LEDGER}",
    f"DROP TRIGGER consent_ledger_whole ON {LEDGER}",
    "DROP FUNCTION consent_refuse",
    "DROP FUNCTION consent_refuse_outside_window",
)
DROP_SQLITE = (
    "DROP TRIGGER consent_notice_frozen",
    "DROP TRIGGER consent_notice_kept",
    "DROP TRIGGER consent_ledger_frozen",
    "DROP TRIGGER consent_ledger_kept",
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
    dependencies = [("consent", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
