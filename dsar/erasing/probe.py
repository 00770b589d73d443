"""The probe: a raw look into all stores and files of the service for what was erased.

It reads past models and routers, in chunks, so that memory stays bounded whatever the size of a
store.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from records.access.purposes import Store

CHUNK = 2_000
_FILE_CHUNK = 1 << 20
_HEX = re.compile(r"[0-9a-f]{32,}")
_LONG_NUMBER = 10
"""Digits of a number that stands for somebody: an index value, not an amount or a count."""
_JOURNALS = ("-wal", "-shm", "-journal")
_MACHINERY = frozenset({"django_migrations", "sqlite_sequence"})


@dataclass(frozen=True, slots=True)
class Needle:
    """One thing that must not be found, in the forms in which it may stand."""

    text: str
    raw: tuple[bytes, ...]
    number: int | None
    sealed: bool
    """Ciphertext or an index value: not looked for in a database's own file, whose free pages are
    the database's to overwrite.
    """


def make_needles(texts: Collection[str]) -> list[Needle]:
    """Return what to look for; empty texts and short numbers say nothing and are left out."""
    found = []
    for text in texts:
        lowered = text.lower()
        if _HEX.fullmatch(lowered):
            found.append(Needle(lowered, (bytes.fromhex(lowered), text.encode()), None, True))
        elif text.lstrip("-").isdigit():
            if len(text.lstrip("-")) >= _LONG_NUMBER:
                found.append(Needle(lowered, (), int(text), True))
        elif text.strip():
            forms = (text.encode(), text.encode("utf-16-le"))
            found.append(Needle(lowered, forms, None, False))
    return found


def probe(*, texts: Collection[str], files: Collection[str] = ()) -> list[str]:
    """Return the places where something was found: "store.table.column", or the file's name."""
    needles = make_needles(texts)
    found = list(_look_in_stores(needles)) if needles else []
    return sorted({*found, *_look_in_files(needles, frozenset(files))})


def _look_in_stores(needles: list[Needle]) -> Iterator[str]:
    for store in Store:
        connection = connections[store.value]
        for table in _tables(connection):
            for column in _look_in_table(connection, table, needles):
                yield f"{store.value}.{table}.{column}"


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        listed = connection.introspection.get_table_list(cursor)
    return sorted({table.name for table in listed if table.type == "t"} - _MACHINERY)


def _look_in_table(
    connection: BaseDatabaseWrapper, table: str, needles: list[Needle]
) -> Iterator[str]:
    """Yield the columns of a table that hold a needle, each once."""
    seen: set[int] = set()
    with connection.chunked_cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # a name from the catalogue
        rows = cursor.fetchmany(CHUNK)
        names = [column[0] for column in cursor.description]
        while rows:
            for place in range(len(names)):
                if place not in seen and _holds(rows, place, needles):
                    seen.add(place)
            rows = cursor.fetchmany(CHUNK)
    yield from (names[place] for place in sorted(seen))


def _holds(rows: Iterable[tuple[Any, ...]], place: int, needles: list[Needle]) -> bool:
    texts: list[str] = []
    blobs: list[bytes] = []
    numbers: set[int] = set()
    for row in rows:
        value = row[place]
        if isinstance(value, str):
            texts.append(value.lower())
        elif isinstance(value, (bytes, bytearray, memoryview)):
            blobs.append(bytes(value))
        elif isinstance(value, int):
            numbers.add(value)
        elif value is not None:
            texts.append(str(value).lower())
    text, blob = "\n".join(texts), b"\n".join(blobs)
    return any(
        (needle.number is not None and needle.number in numbers)
        or needle.text in text
        or any(form in blob for form in needle.raw)
        for needle in needles
    )


def _look_in_files(needles: list[Needle], names: frozenset[str]) -> Iterator[str]:
    folders = {Path(settings.VAR_DIR), Path(settings.PACKAGES_DIR)}
    databases = _database_files()
    for folder in sorted(folders):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if not path.is_file():
                continue
            plain = [needle for needle in needles if not needle.sealed]
            wanted = plain if _is_database(path, databases) else needles
            if path.name in names or _file_holds(path, wanted):
                yield path.name


def _database_files() -> frozenset[Path]:
    found = [connections[store.value] for store in Store]
    return frozenset(
        Path(str(one.settings_dict["NAME"])).resolve() for one in found if one.vendor == "sqlite"
    )


def _is_database(path: Path, databases: frozenset[Path]) -> bool:
    name = str(path.resolve())
    for ending in _JOURNALS:
        name = name.removesuffix(ending)
    return Path(name) in databases


def _file_holds(path: Path, needles: list[Needle]) -> bool:
    """Look through a file in pieces that overlap, so that nothing hides across a border."""
    forms = [form for needle in needles for form in needle.raw if form]
    longest = max((len(form) for form in forms), default=0)
    if not forms:
        return False
    tail = b""
    try:
        with path.open("rb") as file:
            while piece := file.read(_FILE_CHUNK):
                window = tail + piece
                if any(form in window for form in forms):
                    return True
                tail = window[-longest:]
    except FileNotFoundError:  # removed while we looked: gone is what we want
        return False
    return False
