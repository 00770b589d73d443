"""What the audit store itself enforces: append-only rows, the horizon lock of the sealer,
partitions by log year.

Run by the migrations and by the disposal of a year; `verify_log` looks whether all of it still
stands.
"""

from collections.abc import Iterator
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from records.access.leaves import year_bounds

KEYS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "access_logentry": (("id",),),
    "access_entrysubject": (("subject", "entry_id"),),
    "access_treehead": (("id",),),
    "access_disposedyear": (("year",),),
    "access_erasureledgerentry": (("position",), ("store", "mark")),
    "access_restrictionevent": (("id",),),
}
"""Every table of the audit store, with its unique keys."""

PARTITIONED: Final = {
    "access_logentry": "id",
    "access_entrysubject": "entry_id",
    "access_treehead": "id",
}
"""Tables cut into log years on PostgreSQL, by the column that carries the year."""

FIRST_PARTITION: Final = 2026
LAST_PARTITION: Final = 2041

HORIZON_LOCK: Final = (0x7661, 1)
"""Advisory lock: shared by every insert into the log until its commit, exclusive for a moment to
the sealer.
"""
SEALER_LOCK: Final = (0x7661, 2)
"""Advisory lock: one sealer at a time."""
ONCE_LOCK: Final = (0x7661, 3)
"""Advisory lock: whoever writes an event only once, or the next ledger position."""

_FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION access_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: %% on %% refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION access_hold_horizon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(%(group)d, %(lock)d);
    RETURN NULL;
END $$;
CREATE SEQUENCE IF NOT EXISTS access_logentry_number;
CREATE OR REPLACE FUNCTION access_append(
    first_id bigint, at timestamptz, stage int, action int, purpose int, role int, categories int,
    actor uuid, task uuid, tag uuid, subjects bytea, organisation text, intent bigint, record text,
    details text, barred uuid[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
BEGIN
    IF EXISTS (
        SELECT 1 FROM access_restrictionevent AS one
        WHERE one.placed AND one.subject = ANY (barred)
        AND one.categories & access_append.categories <> 0 AND NOT EXISTS (
            SELECT 1 FROM access_restrictionevent AS later
            WHERE later.subject = one.subject AND later.cause = one.cause AND later.id > one.id
        )
    ) THEN
        RETURN NULL;
    END IF;
    -- The statement trigger takes the horizon lock before nextval runs: no id below the sealer's
    -- horizon is open.
    INSERT INTO access_logentry AS log (
        id, "timestamp", stage, action, purpose, role, categories, actor, task, tag, subjects,
        organisation, intent, record, details
    ) VALUES (
        first_id + nextval('access_logentry_number'), at, stage, action, purpose, role, categories,
        actor, task, tag, subjects, organisation, intent, record, details
    ) RETURNING log.id INTO entry;
    RETURN entry;
END $$;
"""


def partition_name(table: str, year: int) -> str:
    """Return the name of a table's partition of a log year on PostgreSQL."""
    return f"{table}_y{year}"


def partition_names(table: str) -> list[str]:
    """Return the names of all partitions that the migration makes of a table."""
    years = range(FIRST_PARTITION, LAST_PARTITION + 1)
    return [*(partition_name(table, year) for year in years), f"{table}_other"]


def partition_tables(connection: BaseDatabaseWrapper) -> None:
    """Cut the log's tables into one partition a year; on PostgreSQL, right after they were made,
    while empty.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table, column in PARTITIONED.items():
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608  # our own names
            if cursor.fetchone()[0]:
                raise RuntimeError(f"{table} is not empty")
            cursor.execute(
                f"CREATE TABLE {table}_cut (LIKE {table} INCLUDING ALL)"
                f" PARTITION BY RANGE ({column});"
                f"DROP TABLE {table};"
                f"ALTER TABLE {table}_cut RENAME TO {table};"
            )
            for year in range(FIRST_PARTITION, LAST_PARTITION + 1):
                first, after = year_bounds(year)
                cursor.execute(
                    f"CREATE TABLE {partition_name(table, year)} PARTITION OF {table}"
                    f" FOR VALUES FROM ({first}) TO ({after})"
                )
            cursor.execute(f"CREATE TABLE {table}_other PARTITION OF {table} DEFAULT")


def _postgresql_triggers() -> Iterator[tuple[str, str, str]]:
    yield (
        "access_logentry",
        "access_logentry_horizon",
        (
            "BEFORE INSERT ON access_logentry FOR EACH STATEMENT"
            " EXECUTE FUNCTION access_hold_horizon()"
        ),
    )
    for table in KEYS:
        yield (
            table,
            f"{table}_append_only",
            (
                f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
                " EXECUTE FUNCTION access_refuse_change()"
            ),
        )
        # A row trigger is cloned to every partition; a statement trigger for TRUNCATE is not.
        for one in [table, *(partition_names(table) if table in PARTITIONED else ())]:
            yield (
                one,
                f"{one}_no_truncate",
                (
                    f"BEFORE TRUNCATE ON {one} FOR EACH STATEMENT"
                    " EXECUTE FUNCTION access_refuse_change()"
                ),
            )


def _sqlite_triggers() -> Iterator[tuple[str, str, str]]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    for table, keys in KEYS.items():
        yield table, f"{table}_no_update", f"BEFORE UPDATE ON {table} {refuse}"
        yield table, f"{table}_no_delete", f"BEFORE DELETE ON {table} {refuse}"
        # INSERT OR REPLACE deletes the row in its way without asking the trigger above.
        for number, key in enumerate(keys):
            same = " AND ".join(f"{column} = NEW.{column}" for column in key)
            there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608  # our own names
            name = f"{table}_no_replace_{number}"
            yield table, name, f"BEFORE INSERT ON {table} WHEN {there} {refuse}"


def _triggers(vendor: str) -> list[tuple[str, str, str]]:
    return list(_postgresql_triggers() if vendor == "postgresql" else _sqlite_triggers())


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make the functions and every trigger that is missing. For the owner of the store."""
    missing = set(list_missing_triggers(connection))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTIONS % {"group": HORIZON_LOCK[0], "lock": HORIZON_LOCK[1]})
        for _, name, definition in _triggers(connection.vendor):
            if name in missing:
                cursor.execute(f"CREATE TRIGGER {name} {definition}")


def remove_triggers(connection: BaseDatabaseWrapper, *, but_for: tuple[str, ...] = ()) -> None:
    """Drop the append-only triggers, to dispose of a year. For the owner of the store; put them
    back at once.
    """
    with connection.cursor() as cursor:
        for table, name, _ in _triggers(connection.vendor):
            if name not in but_for:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def list_missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are gone or switched off; a partition that is gone takes
    its own along.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
                " AND c.relnamespace = current_schema()::regnamespace"
            )
            standing = set(cursor.fetchall())
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
                " AND relkind IN ('r', 'p')"
            )
            tables = {row[0] for row in cursor.fetchall()}
        else:
            cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
            standing = set(cursor.fetchall())
            tables = set(KEYS)
    missing = []
    for table, name, _ in _triggers(connection.vendor):
        gone = table not in tables and table not in KEYS
        if not gone and (table, name) not in standing:
            missing.append(name)
    return missing
