"""Padding to buckets (ISO/IEC 7816-4), so that a cell's length says little about its value."""

from records.crypto.errors import CannotOpen
from records.crypto.labels import BUCKETS

MARK = b"\x80"
ZERO = b"\x00"
_STEP = BUCKETS[-1]


_SHORT = tuple(min(bucket for bucket in BUCKETS if size < bucket) for size in range(_STEP))
"""Of each size below a step, its bucket."""


def padded_size(size: int) -> int:
    """Return the size of the smallest bucket that holds `size` bytes and the mark."""
    return _SHORT[size] if size < _STEP else (size // _STEP + 1) * _STEP


def pad(data: bytes) -> bytes:
    """Return the data, the mark 0x80 and zeros up to the bucket's end."""
    return (data + MARK).ljust(padded_size(len(data)), ZERO)


def unpad(padded: bytes) -> bytes:
    """Return what `pad` was given; raise CannotOpen where it did not make these bytes."""
    data = padded.rstrip(ZERO)
    if data[-1:] != MARK or len(padded) != padded_size(len(data) - 1):
        raise CannotOpen
    return data[:-1]
