"""Small sealed values of the portal itself: sessions, second factors, what was typed at sign-in.

They are not records about a card holder that anybody reads, so they need no Grant; they are sealed
because a copy of the identity store must not hold them in the clear. The keys come from the keyring
(`secret(name)`), in no database.
"""

import hmac

from records.crypto.blind_index import blind_index
from records.crypto.cells import CellKey
from records.keyring.queries import get_keyring


def seal(*, name: str, plaintext: bytes, place: str) -> bytes:
    """Return the plaintext sealed under the keyring's secret of that name, bound to its place."""
    return CellKey(get_keyring().secret(name), 0).seal(plaintext, _aad(name, place))


def open_sealed(*, name: str, cell: bytes, place: str) -> bytes:
    """Return the plaintext of the cell; raise CannotOpen, always the same, where anything is not
    right.
    """
    return CellKey(get_keyring().secret(name), 0).open(cell, _aad(name, place))


def mac(*, name: str, message: bytes) -> bytes:
    """Return HMAC-SHA256 of the message under the keyring's secret of that name."""
    return hmac.digest(get_keyring().secret(name), message, "sha256")


def index(*, name: str, value: str) -> int:
    """Return the full blind index of the value under the keyring's secret of that name (64 bits,
    signed).
    """
    return blind_index(get_keyring().secret(name), value.encode(), bits=64)


def _aad(name: str, place: str) -> bytes:
    return b"varuh/portal/" + len(name).to_bytes(2, "big") + name.encode() + place.encode()
