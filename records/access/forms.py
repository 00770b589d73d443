"""Reading entries in their canonical form, as many as there are and without holding them in
memory.
"""

import struct
from collections.abc import Iterator
from datetime import UTC
from struct import pack
from typing import Any, Final
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from records.access.append import AUDIT
from records.access.leaves import (
    COLUMNS,
    ID_SLICE,
    SUBJECT_SIZE,
    SUBJECTS_AT,
    Content,
    canonical_form,
)

_ENTRIES: Final = (
    f"SELECT {', '.join(COLUMNS)} FROM access_logentry"  # noqa: S608  # our own column names
    " WHERE id > {after:d} AND id <= {last:d} ORDER BY id"
)
_SEALED: Final = (
    " WHERE entry_id > {after:d} AND entry_id <= {last:d} AND (entry_id <= {sealed:d} OR entry_id >"
    " (SELECT COALESCE(MAX(last_entry), 0) FROM access_treehead WHERE id > {after:d}"
    " AND id <= {last:d}))"
)
"""Rows of entries that are being sealed while we look are left to the next look."""
_SUBJECTS: Final = (
    f"SELECT entry_id, subject FROM access_entrysubject{_SEALED} ORDER BY entry_id, subject"  # noqa: S608
)
_SUBJECTS_JOINED: Final = (
    "SELECT string_agg(int8send(entry_id) || uuid_send(subject), ''::bytea"  # noqa: S608
    f" ORDER BY entry_id, subject) FROM access_entrysubject{_SEALED}"
    " GROUP BY entry_id >> 12 ORDER BY entry_id >> 12"
)
"""The store only concatenates; thousands of rows travel as one."""
_COPY_HEADER: Final = 19
"""Length of the header of a binary COPY: signature (11), flags (4), length of the extension (4)."""
_COPY_TRAILER: Final = b"\xff\xff"
_UNREADABLE: Final = b"unreadable"
_JOINED_HEADER: Final = 6
"""Length of what stands before the one value of a row in a binary COPY."""
SUBJECT_ROW_SIZE: Final = 24
"""A row of the subject index: the entry's id (8 bytes, big-endian) and the pseudonym."""


def _copy(connection: BaseDatabaseWrapper, query: str) -> Iterator[bytes]:
    """Yield the rows of the query as binary COPY sends them, one message a row."""
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy,
    ):
        rows = iter(copy)
        yield bytes(next(rows))[_COPY_HEADER:]
        for row in rows:
            yield bytes(row)


def _rows(connection: BaseDatabaseWrapper, query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(2000):
            yield from rows


def _form_of_row(row: tuple[Any, ...]) -> bytes:
    values = dict(zip(COLUMNS, row, strict=True))
    entry_id, tag = values.pop("id"), values.pop("tag")
    try:
        values["timestamp"] = values["timestamp"].replace(tzinfo=UTC)
        values["actor"] = UUID(values["actor"])
        values["task"] = UUID(values["task"])
        values["subjects"] = bytes(values["subjects"])
        return canonical_form(entry_id=entry_id, content=Content(**values), tag=UUID(tag))
    except (ValueError, TypeError, AttributeError, struct.error):
        # Somebody has been at the row: it has no canonical form, so its leaf is that of nothing we
        # ever wrote.
        return pack(">hiq", len(COLUMNS), 8, entry_id) + _UNREADABLE


def iterate_forms(*, after: int, last: int, most: int | None = None) -> Iterator[bytes]:
    """Yield the canonical form of every entry with an id above `after` and up to `last`, in the
    order of ids; the first `most` of them. Take them all: a COPY that is left half read would break
    the transaction.

    PostgreSQL only sends the columns; nothing that is checked is computed by the store.
    """
    connection = connections[AUDIT]
    query = _ENTRIES.format(after=after, last=last) + ("" if most is None else f" LIMIT {most:d}")
    if connection.vendor == "postgresql":
        for row in _copy(connection, query):
            if row != _COPY_TRAILER and row:
                yield row
        return
    for values in _rows(connection, query):
        yield _form_of_row(values)


def iterate_subject_rows(*, after: int, sealed: int, last: int) -> Iterator[bytes]:
    """Yield the rows of the subject index of a year (ids above `after` and up to `last`), by entry
    and subject, some at a time, as `expected_subject_rows` makes them: those of entries up to
    `sealed`, and any that belong to no sealed entry at all.
    """
    connection = connections[AUDIT]
    bounds = {"after": after, "sealed": sealed, "last": last}
    if connection.vendor == "postgresql":
        for row in _copy(connection, _SUBJECTS_JOINED.format(**bounds)):
            if row != _COPY_TRAILER and row:
                yield row[_JOINED_HEADER:]
        return
    for entry_id, subject in _rows(connection, _SUBJECTS.format(**bounds)):
        yield pack(">q", entry_id) + bytes.fromhex(subject)


def id_of(form: bytes) -> int:
    """Return the id in a canonical form."""
    return int.from_bytes(form[ID_SLICE], "big")


def subjects_of(form: bytes) -> bytes:
    """Return the joined subjects in a canonical form; nothing for one that cannot be read."""
    size = int.from_bytes(form[SUBJECTS_AT : SUBJECTS_AT + 4], "big")
    return form[SUBJECTS_AT + 4 : SUBJECTS_AT + 4 + size]


def expected_subject_rows(form: bytes) -> bytes:
    """Return the rows that the subject index must hold for this entry once it is sealed, one after
    the other.
    """
    subjects, entry_id = subjects_of(form), form[ID_SLICE]
    if len(subjects) == SUBJECT_SIZE:
        return entry_id + subjects
    return b"".join(
        entry_id + subjects[place : place + SUBJECT_SIZE]
        for place in range(0, len(subjects) - SUBJECT_SIZE + 1, SUBJECT_SIZE)
    )
