"""Statements past Django's cursor, whose layers cost more than a short statement itself, and whose
values go to PostgreSQL as text: bytes as hexadecimal digits, twice as long.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from psycopg import Cursor

from records.access.statements import run_prepared


def run_direct(connection: Any, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows: prepared on PostgreSQL (`%s`), by SQLite's own cursor
    there (`?`).
    """
    if connection.vendor == "postgresql":
        return run_prepared(connection, statement, values)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        rows: list[tuple[Any, ...]] = connection.connection.execute(statement, values).fetchall()
    return rows


def read_raw(rows: QuerySet[Any, Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a `values_list`, `size` at a time, as the driver gives them: no converter
    of a field touches them, and bytes come as bytes.
    """
    connection: Any = connections[rows.db]
    try:
        statement, values = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The same text that Django sends, with the answer in binary.
            text = connection.ops.compose_sql(statement, values)
            with connection.wrap_database_errors, Cursor(connection.connection) as binary:
                binary.execute(text, binary=True)
                while part := binary.fetchmany(size):
                    yield part
        else:
            cursor.execute(statement, values)
            while part := cursor.fetchmany(size):
                yield part


def read_uuid(raw: Any) -> UUID:
    """Return the id that a raw row holds: SQLite's driver gives its digits."""
    return raw if raw.__class__ is UUID else UUID(raw)
