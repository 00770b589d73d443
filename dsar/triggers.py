"""The database refuses to change a case's history, or who, what and when of a case (D3, threat 32).

SQLite drops a table's triggers whenever Django remakes the table, so that every migration that
alters one of these tables begins with `uninstall` and ends with `install`.
"""

from typing import Any

CASE, HISTORY = "dsar_case", "dsar_caseevent"
FIXED = (
    "id",
    "reference",
    "subject_id",
    "right",
    "received_at",
    "received_on",
    "registered_at",
    "due_on",
    "legal_max_on",
    "target_on",
    "assurance",
    "filed_by",
    "parent_id",
)

_CHANGED_SQLITE = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in FIXED)
_CHANGED_POSTGRESQL = " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in FIXED)

_DROP_SQLITE = (
    "DROP TRIGGER IF EXISTS dsar_case_fixed",
    "DROP TRIGGER IF EXISTS dsar_history_frozen",
    "DROP TRIGGER IF EXISTS dsar_history_kept",
)
_SQLITE = (
    f"""CREATE TRIGGER dsar_case_fixed BEFORE UPDATE ON {CASE} WHEN {_CHANGED_SQLITE}
    BEGIN SELECT RAISE(ABORT, 'dsar_case_fixed'); END""",
    f"""CREATE TRIGGER dsar_history_frozen BEFORE UPDATE ON {HISTORY}
    BEGIN SELECT RAISE(ABORT, 'dsar_history_frozen'); END""",
    f"""CREATE TRIGGER dsar_history_kept BEFORE DELETE ON {HISTORY}
    WHEN EXISTS (SELECT 1 FROM {CASE} WHERE id = OLD.case_id)
    BEGIN SELECT RAISE(ABORT, 'dsar_history_kept'); END""",  # noqa: S608  # our own table names
)
_DROP_POSTGRESQL = (f"DROP TRIGGER IF EXISTS dsar_case_fixed ON {CASE}",)
_POSTGRESQL = (
    f"""CREATE TRIGGER dsar_case_fixed BEFORE UPDATE ON {CASE}
    FOR EACH ROW WHEN ({_CHANGED_POSTGRESQL}) EXECUTE FUNCTION dsar_refuse()""",
)


def uninstall(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001  # a migration's signature
    """Drop the triggers that stand in the way of a changed table."""
    _run(schema_editor, _DROP_POSTGRESQL, _DROP_SQLITE)


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers anew; safe to run twice."""
    uninstall(apps, schema_editor)
    _run(schema_editor, _POSTGRESQL, _SQLITE)


def _run(schema_editor: Any, postgresql: tuple[str, ...], sqlite: tuple[str, ...]) -> None:
    vendor = schema_editor.connection.vendor
    for statement in postgresql if vendor == "postgresql" else sqlite:
        schema_editor.execute(statement)
