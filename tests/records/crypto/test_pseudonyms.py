"""Keyed pseudonyms."""

from hypothesis import given
from hypothesis import strategies as st

from records.crypto.pseudonyms import Pseudonymiser, pseudonym
from records.crypto.secret import new_key

KEY = new_key()
parts = st.lists(st.binary(max_size=12), max_size=4)


@given(one=parts, other=parts)
def test_two_lists_of_parts_never_share_a_pseudonym(one: list[bytes], other: list[bytes]) -> None:
    assert (pseudonym(KEY, *one) == pseudonym(KEY, *other)) == (one == other)


def test_a_part_that_moves_across_a_border_changes_the_pseudonym() -> None:
    assert pseudonym(KEY, "ab", "c") != pseudonym(KEY, "a", "bc")


def test_another_key_gives_another_pseudonym() -> None:
    assert pseudonym(KEY, "card") != pseudonym(new_key(), "card")


def test_text_is_taken_as_utf_8() -> None:
    assert pseudonym(KEY, "č") == pseudonym(KEY, "č".encode())


def test_the_pseudonym_holds_nothing_of_its_parts() -> None:
    part = b"0123456789abcdef"

    assert pseudonym(KEY, part).bytes != part


@given(part=st.binary(max_size=40))
def test_many_at_a_time_are_the_same_as_one(part: bytes) -> None:
    assert Pseudonymiser(KEY).octets(part) == pseudonym(KEY, part).bytes
    assert Pseudonymiser(KEY, "a", b"b").octets(part) == pseudonym(KEY, "a", b"b", part).bytes
