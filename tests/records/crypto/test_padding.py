"""Padding to buckets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.crypto.errors import CannotOpen
from records.crypto.padding import pad, padded_size, unpad


@given(data=st.binary(max_size=1500))
def test_what_is_padded_unpads_to_itself(data: bytes) -> None:
    assert unpad(pad(data)) == data


@given(data=st.binary(max_size=600), zeros=st.integers(min_value=0, max_value=40))
def test_zeros_and_marks_at_the_end_of_a_value_survive(data: bytes, zeros: int) -> None:
    value = data + b"\x80" + b"\x00" * zeros

    assert unpad(pad(value)) == value


@pytest.mark.parametrize(
    ("size", "bucket"),
    [
        (0, 32),
        (31, 32),
        (32, 64),
        (63, 64),
        (64, 128),
        (127, 128),
        (128, 256),
        (255, 256),
        (256, 512),
        (511, 512),
        (512, 768),
        (1000, 1024),
    ],
)
def test_a_value_fills_the_smallest_bucket_that_holds_it(size: int, bucket: int) -> None:
    assert padded_size(size) == bucket
    assert len(pad(bytes(size))) == bucket


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x00" * 32,
        b"x" * 32,
        b"x\x80",
        b"x" * 31 + b"\x81",
        b"x\x80".ljust(64, b"\x00"),
        b"x" * 300 + b"\x80",
    ],
    ids=["nothing", "zeros", "no mark", "short", "other mark", "too large a bucket", "no bucket"],
)
def test_what_was_not_padded_here_does_not_unpad(junk: bytes) -> None:
    with pytest.raises(CannotOpen):
        unpad(junk)
