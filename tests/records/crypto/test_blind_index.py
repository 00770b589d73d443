"""Blind indexes and how much they may say."""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.crypto.blind_index import blind_index, check_bits
from records.crypto.errors import IndexLeaks
from records.crypto.secret import new_key

KEY = new_key()


@given(value=st.binary(max_size=60), bits=st.integers(min_value=1, max_value=64))
def test_an_index_value_fits_its_bits_and_a_signed_bigint(value: bytes, bits: int) -> None:
    index = blind_index(KEY, value, bits=bits)

    if bits == 64:
        assert -(2**63) <= index < 2**63
    else:
        assert 0 <= index < 2**bits


@given(value=st.binary(max_size=60), bits=st.integers(min_value=1, max_value=63))
def test_fewer_bits_are_the_first_of_more(value: bytes, bits: int) -> None:
    full = blind_index(KEY, value, bits=64) % 2**64

    assert blind_index(KEY, value, bits=bits) == full >> (64 - bits)


def test_an_index_is_a_keyed_hmac() -> None:
    digest = hmac.new(KEY, b"varuh/blind-index/1" + b"+38640100201", sha256).digest()

    index = blind_index(KEY, b"+38640100201", bits=64)

    assert index == int.from_bytes(digest[:8], "big", signed=True)
    assert blind_index(new_key(), b"+38640100201", bits=64) != index


@pytest.mark.parametrize("bits", [0, -1, 65])
def test_a_length_that_no_index_has_is_refused(bits: int) -> None:
    with pytest.raises(IndexLeaks):
        blind_index(KEY, b"x", bits=bits)


@pytest.mark.parametrize(("bits", "rows"), [(15, 100_000), (9, 100_000), (4, 50)])
def test_bits_within_the_bound_are_allowed(bits: int, rows: int) -> None:
    check_bits(bits=bits, expected_rows=rows)

    assert 2 <= rows / 2**bits < rows**0.5


@pytest.mark.parametrize(
    ("bits", "rows"),
    [(16, 100_000), (8, 100_000), (64, 100_000), (0, 100), (8, 0), (1, 4), (8, 511)],
    ids=["names one", "finds too many", "full", "none", "no rows", "the root", "just too few"],
)
def test_bits_outside_the_bound_are_refused(bits: int, rows: int) -> None:
    with pytest.raises(IndexLeaks):
        check_bits(bits=bits, expected_rows=rows)


@given(bits=st.integers(min_value=1, max_value=40), rows=st.integers(min_value=1, max_value=10**12))
def test_the_bound_is_at_least_two_and_less_than_the_root(bits: int, rows: int) -> None:
    within = 2 * 2**bits <= rows and rows**2 < rows * 4**bits

    if within:
        check_bits(bits=bits, expected_rows=rows)
    else:
        with pytest.raises(IndexLeaks):
            check_bits(bits=bits, expected_rows=rows)
