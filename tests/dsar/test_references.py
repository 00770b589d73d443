"""A reference can be read aloud and typed again; a slip is found; it counts nothing."""

import secrets

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dsar.errors import BadReference
from dsar.rules import make_reference, read_reference
from dsar.rules.references import ALPHABET

LETTERS = st.lists(st.sampled_from(ALPHABET), min_size=9, max_size=9)


def made(letters: list[str]) -> str:
    """Return the reference of these characters."""
    source = iter(letters)
    return make_reference(lambda _alphabet: next(source))


def test_a_reference_looks_like_one() -> None:
    reference = make_reference(secrets.choice)

    assert len(reference) == len("VP-K7QM2-X4T9R")
    assert not set("01OIL") & set(reference.removeprefix("VP"))


@given(LETTERS)
def test_it_is_read_however_it_is_typed(letters: list[str]) -> None:
    reference = made(letters)

    assert read_reference(reference) == reference
    assert read_reference(f"  {reference.lower().replace('-', ' ')} ") == reference
    assert read_reference(reference.removeprefix("VP-")) == reference


@given(LETTERS, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(letters: list[str], place: int, wrong: str) -> None:
    plain = made(letters).removeprefix("VP-").replace("-", "")
    if plain[place] == wrong:
        return

    with pytest.raises(BadReference):
        read_reference(plain[:place] + wrong + plain[place + 1 :])


@given(LETTERS, st.integers(0, 8))
def test_two_swapped_characters_are_found(letters: list[str], place: int) -> None:
    plain = made(letters).removeprefix("VP-").replace("-", "")
    if plain[place] == plain[place + 1]:
        return

    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    with pytest.raises(BadReference):
        read_reference(swapped)


@pytest.mark.parametrize("text", ["", "VP-", "VP-00000-00000", "x" * 40, "VP-K7QM2-X4T9"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(BadReference):
        read_reference(text)
