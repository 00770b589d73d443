"""The canonical form of a log entry, and the leaf that commits to it. Pure; frozen by
tests/vectors.

An entry is encoded as its columns in a fixed order, each as a 4-byte length and its bytes (-1 for
NULL), after the 2-byte number of columns; numbers big-endian, times in microseconds since 2000,
text in UTF-8. That is also what PostgreSQL's binary COPY sends for a row, so that verifying a
million entries needs no parsing: what arrives is what is hashed. The subjects stand in the entry as
their sorted 16-byte pseudonyms, so that a leaf commits to the set, and every row of the subject
index can be derived again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import Struct
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from records.crypto.pseudonyms import pseudonym

LEAF_LABEL: Final = b"varuh/log-entry/1\n"
"""Stands before the canonical form in a leaf (RFC 9162: the hash of 0x00 and this and the form)."""
LEAF_PREFIX: Final = b"\x00" + LEAF_LABEL
TAG_LABEL: Final = "log-entry-tag/1"

COLUMNS: Final = (
    "id",
    "timestamp",
    "stage",
    "action",
    "purpose",
    "role",
    "categories",
    "actor",
    "task",
    "tag",
    "subjects",
    "organisation",
    "intent",
    "record",
    "details",
)
"""In the order of the canonical form."""

YEAR_SHIFT: Final = 40
"""An entry's id is its log year times 2^40, plus a running number: a year is a range of ids, in
every index.
"""
SUBJECT_SIZE: Final = 16

_LJUBLJANA: Final = ZoneInfo("Europe/Ljubljana")
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIXED: Final = Struct(">h iq iq ih ih ih ih ii i16s i16s i16s")
_LENGTH: Final = Struct(">i")
_NO_TAG: Final = UUID(int=0)
_NULL: Final = _LENGTH.pack(-1)
_NUMBER: Final = Struct(">iq")
ID_SLICE: Final = slice(6, 14)
TIMESTAMP_SLICE: Final = slice(18, 26)
TAG_SLICE: Final = slice(102, 118)
"""Where these columns stand in the canonical form."""
SUBJECTS_AT: Final = _FIXED.size
"""Where the length of the subjects stands in the canonical form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an entry says: everything but the id, which the store allots, and the tag."""

    timestamp: datetime
    stage: int
    action: int
    purpose: int
    role: int
    categories: int
    actor: UUID
    task: UUID
    subjects: bytes
    organisation: str
    intent: int | None = None
    record: str | None = None
    details: str | None = None


def log_year(at: datetime) -> int:
    """Return the calendar year of the instant in Ljubljana: the log year (ZVOP-2 22)."""
    if at.tzinfo is None:
        raise TypeError("an instant without a time zone")
    return at.astimezone(_LJUBLJANA).year


def year_bounds(year: int) -> tuple[int, int]:
    """Return the first id of the year and the first after it."""
    return year << YEAR_SHIFT, (year + 1) << YEAR_SHIFT


def year_of(entry_id: int) -> int:
    """Return the log year of an entry by its id."""
    return entry_id >> YEAR_SHIFT


def join_subjects(subjects: Iterable[bytes]) -> bytes:
    """Return the set of pseudonyms as it stands in an entry: sorted, 16 bytes each."""
    return b"".join(sorted(set(subjects)))


def _text(value: str | None) -> bytes:
    if value is None:
        return _NULL
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded


def canonical_form(*, entry_id: int, content: Content, tag: UUID) -> bytes:
    """Return the canonical bytes of an entry."""
    fixed = _FIXED.pack(
        len(COLUMNS),
        8,
        entry_id,
        8,
        (content.timestamp - _EPOCH) // _MICROSECOND,
        2,
        content.stage,
        2,
        content.action,
        2,
        content.purpose,
        2,
        content.role,
        4,
        content.categories,
        16,
        content.actor.bytes,
        16,
        content.task.bytes,
        16,
        tag.bytes,
    )
    intent = _NULL if content.intent is None else _NUMBER.pack(8, content.intent)
    return b"".join(
        (
            fixed,
            _LENGTH.pack(len(content.subjects)),
            content.subjects,
            _text(content.organisation),
            intent,
            _text(content.record),
            _text(content.details),
        )
    )


def leaf_of(form: bytes) -> bytes:
    """Return the leaf hash of a canonical form."""
    return sha256(LEAF_PREFIX + form).digest()


def tag_of(key: bytes, content: Content) -> UUID:
    """Return the keyed tag that an entry carries from its first moment, before it is sealed.

    It covers all that the entry says but its id, which the store allots later; the leaf covers
    both.
    """
    return pseudonym(key, TAG_LABEL, canonical_form(entry_id=0, content=content, tag=_NO_TAG))


def has_tag_of(key: bytes, form: bytes) -> bool:
    """Return whether a canonical form carries the tag that it was written with."""
    untagged = b"".join(
        (
            form[: ID_SLICE.start],
            bytes(8),
            form[ID_SLICE.stop : TAG_SLICE.start],
            bytes(16),
            form[TAG_SLICE.stop :],
        )
    )
    return pseudonym(key, TAG_LABEL, untagged).bytes == form[TAG_SLICE]


def timestamp_of(form: bytes) -> datetime:
    """Return the time in a canonical form."""
    return _EPOCH + int.from_bytes(form[TIMESTAMP_SLICE], "big", signed=True) * _MICROSECOND
