"""Blind indexes: exact search over sealed values.

What leaks: equal values have equal index values; a truncated index also gives them to others, so
that an index value names a crowd. Whoever holds the index key can guess values. Index values
survive a destroyed data key: delete them at erasure. Never index a birth date or a truth value
alone.
"""

import hmac
from math import isqrt

from records.crypto.errors import IndexLeaks
from records.crypto.labels import BLIND_INDEX, LEAST_CANDIDATES, MOST_INDEX_BITS


def blind_index(key: bytes, value: bytes, *, bits: int) -> int:
    """Return the first `bits` of HMAC-SHA256 of the value: 0 … 2^bits-1, or for all 64 a signed
    64-bit number.
    """
    if not 1 <= bits <= MOST_INDEX_BITS:
        raise IndexLeaks(bits=bits)
    digest = hmac.digest(key, BLIND_INDEX + value, "sha256")
    if bits == MOST_INDEX_BITS:
        return int.from_bytes(digest[:8], "big", signed=True)
    return int.from_bytes(digest[:8], "big") >> (MOST_INDEX_BITS - bits)


def check_bits(*, bits: int, expected_rows: int) -> None:
    """Raise IndexLeaks unless 2 <= C < √R, C being the candidates a value has among R rows
    (CipherSweet's bound).

    Not for an index that keeps values unique: that one is declared as full and says so.
    """
    # In whole numbers, C = R / 2^bits: 2 · 2^bits <= R and R² < R · 4^bits.
    usable = 1 <= bits <= MOST_INDEX_BITS
    if not usable or expected_rows < LEAST_CANDIDATES << bits or expected_rows >= 4**bits:
        raise IndexLeaks(
            bits=bits, expected_rows=expected_rows, most_candidates=isqrt(max(expected_rows, 0))
        )
