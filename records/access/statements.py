"""Statements of the gate past Django's cursors, which take longer than the statements. PostgreSQL
prepares each once per connection; a pooler that swaps connections forbids preparing.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Cursor


def run_prepared(
    connection: BaseDatabaseWrapper, statement: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """Run one statement, with `%s` for every value, and return its rows.

    The connection to PostgreSQL is not asked beforehand whether it still lives, which Django does
    once a request at the price of a round trip; where it turns out dead outside a transaction, the
    statement runs again on a new one. An entry of the log may then stand twice, never not at all.
    """
    try:
        return _run(connection, statement, values)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return _run(connection, statement, values)


def _run(
    connection: BaseDatabaseWrapper, statement: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        with connection.wrap_database_errors:
            # All rows are fetched: only then has SQLite committed.
            return list(connection.connection.execute(statement.replace("%s", "?"), values))
    raw = connection.connection
    pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS", False)
    with connection.wrap_database_errors, Cursor(raw) as cursor:
        # Django forbids preparing on every connection; for its own statements it stays forbidden.
        raw.prepare_threshold = None if pooled else 0
        try:
            cursor.execute(statement, values, binary=True)
        finally:
            raw.prepare_threshold = None
        return cursor.fetchall()


def is_among(connection: BaseDatabaseWrapper, octets: Sequence[bytes]) -> tuple[str, str]:
    """Return the condition that a UUID is one of these, and its one value, however many they are.

    They travel as one text: fifty UUID objects take longer than the statement that asks for them.
    """
    if connection.vendor == "postgresql":
        return "= ANY (%s::uuid[])", f"{{{b''.join(octets).hex(',', 16)}}}"
    return "IN (SELECT value FROM json_each(%s))", json.dumps([one.hex() for one in octets])
