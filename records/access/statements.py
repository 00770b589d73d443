"""Statements that PostgreSQL prepares once per connection: half the time of a Django cursor, which
writes the values into the text. A pooler that swaps connections forbids preparing.
"""

from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Cursor


def run_prepared(
    connection: BaseDatabaseWrapper, statement: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """Run one statement on PostgreSQL and return its rows.

    The connection is not asked beforehand whether it still lives, which Django does once a request
    at the price of a round trip; where it turns out dead outside a transaction, the statement runs
    again on a new one. An entry of the log may then stand twice, never not at all.
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
    prepare = not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS", False)
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=prepare, binary=True)
        return cursor.fetchall()
