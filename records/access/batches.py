"""Finding the first bad entry of a batch whose leaves are not what was sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from records.access.forms import id_of
from records.access.leaves import has_tag_of
from records.keyring.queries import get_keyring


class ProblemCode(StrEnum):
    """What can be wrong with the log."""

    CHANGED = "changed"
    DELETED = "deleted"
    REORDERED = "reordered"
    INSERTED = "inserted"
    TRUNCATED = "truncated"
    HEAD_WRONG = "head_wrong"
    COPY_DIFFERS = "copy_differs"
    COPY_MISSING = "copy_missing"
    COPY_UNREADABLE = "copy_unreadable"
    INDEX_ROW_MISSING = "index_row_missing"
    INDEX_ROW_EXTRA = "index_row_extra"
    TRIGGER_MISSING = "trigger_missing"
    TAIL_OLD = "tail_old"
    DISPOSAL_WRONG = "disposal_wrong"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `entry_id` is the first bad entry, or where one that is gone stood."""

    code: ProblemCode
    year: int | None = None
    entry_id: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a head sealed: its leaves, the position of the first in the year's tree, the first
    id.
    """

    position: int
    first: int
    leaves: Sequence[bytes]


def has_good_tag(form: bytes) -> bool:
    """Return whether the entry says what it said when it was written; its id apart, which the leaf
    covers.
    """
    return has_tag_of(get_keyring().secret("access/entry-tag"), form)


def compare_batch(forms: Sequence[bytes], leaves: Sequence[bytes], expected: Expected) -> Problem:
    """Return the first difference between the entries that stand and the leaves that were
    sealed.
    """
    sealed = expected.leaves
    at = next(
        (
            place
            for place, pair in enumerate(zip(leaves, sealed, strict=False))
            if pair[0] != pair[1]
        ),
        min(len(leaves), len(sealed)),
    )
    gone = id_of(forms[at - 1]) + 1 if at else expected.first
    where = f"leaf {expected.position + at}"
    if at >= len(leaves):
        return Problem(ProblemCode.DELETED, entry_id=gone, detail=where)
    here = id_of(forms[at])
    if at >= len(sealed):
        return Problem(ProblemCode.INSERTED, entry_id=here, detail=where)
    if leaves[at] in sealed[at:]:
        return Problem(ProblemCode.DELETED, entry_id=gone, detail=where)
    if sealed[at] in leaves[at:]:
        return Problem(ProblemCode.INSERTED, entry_id=here, detail=where)
    if has_good_tag(forms[at]):
        # It says what it always said, but under another id.
        return Problem(ProblemCode.REORDERED, entry_id=here, detail=where)
    return Problem(ProblemCode.CHANGED, entry_id=here, detail=where)
