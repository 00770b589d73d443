"""The AAD is canonical: no two places share one."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.crypto.aad import (
    cell_aad,
    cell_prefix,
    complete,
    key_aad,
    key_prefix,
    key_suffix,
    root_aad,
)
from records.crypto.errors import UnusableKey

names = st.text(max_size=8)
ids = st.binary(max_size=20)
generations = st.integers(min_value=0, max_value=2**32 - 1)
places = st.tuples(names, names, names, ids, ids, generations)


@given(one=places, other=places)
def test_two_places_never_share_an_aad(
    one: tuple[str, str, str, bytes, bytes, int], other: tuple[str, str, str, bytes, bytes, int]
) -> None:
    assert (cell_aad(*one) == cell_aad(*other)) == (one == other)


def test_letters_that_move_across_a_border_change_the_aad() -> None:
    assert cell_aad("s", "ab", "c", b"r", b"", 1) != cell_aad("s", "a", "bc", b"r", b"", 1)
    assert cell_aad("s", "t", "c", b"ab", b"c", 1) != cell_aad("s", "t", "c", b"a", b"bc", 1)


@given(place=places)
def test_a_kept_prefix_gives_the_same_aad(place: tuple[str, str, str, bytes, bytes, int]) -> None:
    store, table, column, row, subject, generation = place

    completed = complete(cell_prefix(store, table, column), row, subject, generation)

    assert completed == cell_aad(*place)


def test_a_wrapped_key_is_bound_to_owner_generation_and_epoch() -> None:
    owner = uuid4()
    aads = {
        key_aad("default", owner, 1, 1),
        key_aad("payments", owner, 1, 1),
        key_aad("default", uuid4(), 1, 1),
        key_aad("default", owner, 2, 1),
        key_aad("default", owner, 1, 2),
    }

    assert len(aads) == 5


def test_a_pseudonym_gives_the_same_aad_as_uuid_and_as_bytes() -> None:
    owner = UUID("0b6c9a4e-51f7-4f61-8f5e-2f3a4d5c6b02")

    assert key_aad("default", owner, 1, 1) == key_aad("default", owner.bytes, 1, 1)


@pytest.mark.parametrize("size", [0, 15, 17])
def test_an_owner_that_is_no_pseudonym_is_refused(size: int) -> None:
    with pytest.raises(UnusableKey):
        key_aad("default", bytes(size), 1, 1)


def test_a_kept_prefix_and_suffix_give_the_same_aad_of_a_key() -> None:
    owner = uuid4()

    kept = key_prefix("payments") + owner.bytes + key_suffix(3, 2)

    assert kept == key_aad("payments", owner, 3, 2)


def test_a_cell_a_wrapped_key_and_a_root_wrap_never_share_an_aad() -> None:
    starts = {
        cell_prefix("default", "", "")[:16],
        key_aad("default", bytes(16), 0, 0)[:16],
        root_aad("default", "", "")[:16],
    }

    assert len(starts) == 3
