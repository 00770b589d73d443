"""Raw looks into the stores and files, past models and routers: what a thief would find."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from records.access.purposes import Store

Dump = dict[tuple[str, str], list[Any]]
"""(table, column) → the column's values, row by row."""

MACHINERY = frozenset({"django_migrations", "sqlite_sequence"})
_UUID_LENGTH, _UUID_DASHES = 36, 4
_HEX_LENGTH = 32


def dump_store(alias: str) -> Dump:
    """Return every value of every table of one store, as its driver gives it."""
    connection = connections[alias]
    found: Dump = {}
    with connection.cursor() as cursor:
        tables = [t.name for t in connection.introspection.get_table_list(cursor) if t.type == "t"]
        for table in sorted(set(tables) - MACHINERY):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # from the catalogue
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
    is_uuid = len(text) == _UUID_LENGTH and text.count("-") == _UUID_DASHES
    return text.replace("-", "") if is_uuid else text


def find_in_stores(needles: Iterable[Any]) -> dict[str, list[str]]:
    """Return where each needle occurs in any store: needle → "store.table.column"."""
    wanted = {as_text(needle) for needle in needles}
    found: dict[str, list[str]] = {}
    for store in Store:
        for (table, column), values in dump_store(store.value).items():
            hay = "\n".join(as_text(value) for value in values if value is not None)
            for needle in wanted:
                if needle in hay:
                    found.setdefault(needle, []).append(f"{store.value}.{table}.{column}")
    return found


def find_in_files(
    needles: Iterable[str], folders: Iterable[Path] | None = None
) -> dict[str, list[str]]:
    """Return the files below the folders (the installation's) that hold a needle: as UTF-8, as
    UTF-16, or, where it is hexadecimal, as the bytes it stands for.
    """
    wanted = {needle: _encodings(needle) for needle in needles}
    found: dict[str, list[str]] = {}
    for path in (path for folder in folders or [Path(settings.VAR_DIR)] for path in _files(folder)):
        content = path.read_bytes()
        for needle, forms in wanted.items():
            if any(form in content for form in forms):
                found.setdefault(needle, []).append(path.name)
    return found


def _encodings(needle: str) -> tuple[bytes, ...]:
    forms = [needle.encode(), needle.encode("utf-16-le")]
    if len(needle) >= _HEX_LENGTH and set(needle) <= set("0123456789abcdef"):
        forms.append(bytes.fromhex(needle))
    return tuple(forms)


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())
