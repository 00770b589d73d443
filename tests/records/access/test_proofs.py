"""Whoever holds a signed head can be shown that an entry is under it, and that nothing before it
changed.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from records.access.errors import EntryNotSealed, NoSuchHead
from records.access.heads import open_note
from records.access.proofs import prove_consistency, prove_inclusion
from records.access.sealing import seal_log
from records.crypto.merkle import verify_consistency, verify_inclusion
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]
SIZES = (3, 5, 6)


@pytest.fixture
def entries(open_for: Open, now: datetime, outside: Path) -> list[int]:
    """Six entries under three heads."""
    ids: list[int] = []
    for size in SIZES:
        ids += [open_for().entry_id for _ in range(size - len(ids))]
        seal_log(now=now)
    return ids


def test_every_entry_is_shown_to_be_under_the_newest_head(entries: list[int], keyring: Any) -> None:
    for place, entry_id in enumerate(entries):
        shown = prove_inclusion(entry_id=entry_id)

        point = open_note(keyring.log_signing_key(), shown.note)
        assert point is not None
        assert (shown.index, shown.size) == (place, 6)
        assert verify_inclusion(
            leaf=shown.leaf, index=place, size=6, proof=shown.proof, root=point.root
        )
        assert not verify_inclusion(
            leaf=bytes(32), index=place, size=6, proof=shown.proof, root=point.root
        )


def test_each_head_is_shown_to_have_grown_from_the_ones_before(
    entries: list[int], keyring: Any
) -> None:
    key = keyring.log_signing_key()
    for first, second in ((3, 5), (3, 6), (5, 6), (6, 6)):
        shown = prove_consistency(year=2026, first=first, second=second)

        old, new = open_note(key, shown.first_note), open_note(key, shown.second_note)
        assert old is not None
        assert new is not None
        assert verify_consistency(
            first=first, second=second, first_root=old.root, second_root=new.root, proof=shown.proof
        )


def test_an_entry_that_is_not_sealed_cannot_be_shown(entries: list[int], open_for: Open) -> None:
    with pytest.raises(EntryNotSealed):
        prove_inclusion(entry_id=open_for().entry_id)


def test_a_head_that_was_never_signed_cannot_be_shown(entries: list[int]) -> None:
    with pytest.raises(NoSuchHead):
        prove_consistency(year=2026, first=4, second=6)
