"""The canonical form of a log entry, and the leaf that commits to it. Pure; frozen by tests/vectors.

An entry is encoded as its columns in a fixed order, each as a 4-byte length and its bytes (-1 for NULL), after
the 2-byte number of columns; numbers big-endian, times in microseconds since 2000, text in UTF-8. That is also
what PostgreSQL's binary COPY sends for a row, so that verifying a million entries needs no parsing: what arrives
is what is hashed. The subjects stand in the entry as their sorted 16-byte pseudonyms, so that a leaf commits to
the set, and every row of the subject index can be derived again.
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
"""An entry's id is its log year times 2^40, plus a running number: a year is a range of ids, in every index."""
SUBJECT_SIZE: Final = 16

_LJUBLJANA: Final = ZoneInfo("Europe/Ljubljana")
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIXED: Final = Struct(">h iq iq ih ih ih ih ii i16s i16s i16s")
_LENGTH: Final = Struct(">i")
_NULL: Final = _LENGTH.pack(-1)
_NUMBER: Final = Struct(">iq")
ID_SLICE: Final = slice(6, 14)
"""Where the id stands in the canonical form."""
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
    return at.astimezone(_LJUBLJANA).year


def year_bounds(year: int) -> tuple[int, int]:
    """Return the first id of the year and the first after it."""
    return year << YEAR_SHIFT, (year + 1) << YEAR_SHIFT


def year_of(entry_id: int) -> int:
    """Return the log year of an entry by its id."""
    return entry_id >> YEAR_SHIFT


def join_subjects(subjects: Iterable[UUID]) -> bytes:
    """Return the set of pseudonyms as it stands in an entry: sorted, 16 bytes each."""
    return b"".join(sorted({subject.bytes for subject in subjects}))


def split_subjects(joined: bytes) -> list[UUID]:
    """Return the pseudonyms that stand in an entry."""
    return [
        UUID(bytes=joined[start : start + SUBJECT_SIZE])
        for start in range(0, len(joined), SUBJECT_SIZE)
    ]


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


_NO_TAG: Final = UUID(int=0)


def tag_of(key: bytes, content: Content) -> UUID:
    """Return the keyed tag that an entry carries from its first moment, before it is sealed.

    It covers all that the entry says but its id, which the store allots later; the leaf covers both.
    """
    return pseudonym(key, TAG_LABEL, canonical_form(entry_id=0, content=content, tag=_NO_TAG))


def parse_form(form: bytes) -> tuple[Content, UUID]:
    """Return what a canonical form says, and its tag. Raises ValueError or struct.error for anything else."""
    fixed = _FIXED.unpack_from(form)
    parts: list[bytes | None] = []
    at = _FIXED.size
    for _ in COLUMNS[10:]:
        (size,) = _LENGTH.unpack_from(form, at)
        at += _LENGTH.size
        parts.append(None if size < 0 else form[at : at + size])
        at += max(size, 0)
    subjects, organisation, intent, record, details = parts
    content = Content(
        timestamp=_EPOCH + fixed[4] * _MICROSECOND,
        stage=fixed[6],
        action=fixed[8],
        purpose=fixed[10],
        role=fixed[12],
        categories=fixed[14],
        actor=UUID(bytes=fixed[16]),
        task=UUID(bytes=fixed[18]),
        subjects=subjects or b"",
        organisation=(organisation or b"").decode(),
        intent=None if intent is None else int.from_bytes(intent, "big", signed=True),
        record=None if record is None else record.decode(),
        details=None if details is None else details.decode(),
    )
    tag = UUID(bytes=fixed[20])
    entry_id = int(fixed[2])
    if at != len(form) or canonical_form(entry_id=entry_id, content=content, tag=tag) != form:
        raise ValueError("not canonical")
    return content, tag
