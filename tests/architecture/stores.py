"""Raw looks into the stores, past models and routers: what a thief of one database holds."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connections

Dump = dict[tuple[str, str], list[Any]]
"""(table, column) → the column's values, row by row."""

MACHINERY = frozenset({"django_migrations", "sqlite_sequence"})


def dump_store(alias: str) -> Dump:
    """Return every value of every table of one store, as its driver gives it."""
    connection = connections[alias]
    found: Dump = {}
    with connection.cursor() as cursor:
        tables = [t.name for t in connection.introspection.get_table_list(cursor) if t.type in "tp"]
        for table in sorted(set(tables) - MACHINERY):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            for position, name in enumerate(names):
                found[table, name] = [row[position] for row in rows]
    return found


def as_text(value: Any) -> str:
    """Return the value as lower-case hex or text, the same whatever database it came from."""
    if isinstance(value, (bytes, memoryview, bytearray)):
        return bytes(value).hex()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    text = str(value).lower()
    return text.replace("-", "") if _looks_like_uuid(text) else text


def _looks_like_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def identifiers(dump: Dump) -> dict[str, tuple[str, str]]:
    """Return what could join a row to another store: every id, token, digest, index value or cell.

    Text that is not hexadecimal is a word of a closed list, an organisation's code or a sentence;
    times and small numbers are the declared residue (docs/threat-model.md).
    """
    found: dict[str, tuple[str, str]] = {}
    for place, values in dump.items():
        for value in values:
            if _could_identify(value):
                found.setdefault(as_text(value), place)
    return found


def _could_identify(value: Any) -> bool:
    if value is None or isinstance(value, (bool, datetime, date, float)):
        return False
    if isinstance(value, int):
        return abs(value) >= 2**31
    text = as_text(value)
    if isinstance(value, (bytes, memoryview, bytearray, UUID)):
        return len(text) >= 16
    return len(text) >= 12 and all(sign in "0123456789abcdef" for sign in text)


def haystack(dump: Dump) -> str:
    """Return the whole store as one text to search in."""
    return "\n".join(
        as_text(value) for values in dump.values() for value in values if value is not None
    )
