"""Keys that wrap keys.

format 0x01 (1) | nonce (12) | ciphertext of the key, and tag (16)
"""

from collections.abc import Iterable, Sequence
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.crypto.errors import CannotOpen, UnusableKey
from records.crypto.labels import KEY_SIZE, NONCE_SIZE, WRAP_FORMAT
from records.crypto.secret import Secret, Unprintable

_FORMAT = bytes((WRAP_FORMAT,))
_BODY_AT = 1 + NONCE_SIZE


class WrappingKey(Unprintable):
    """A key that only ever wraps other keys: a KEK, or a root of the key file."""

    __slots__ = ("_decrypt", "_encrypt")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise UnusableKey(size=len(key))
        aead = AESGCM(key)
        self._encrypt, self._decrypt = aead.encrypt, aead.decrypt

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Return the key, wrapped under a fresh random nonce and bound to the AAD."""
        nonce = urandom(NONCE_SIZE)
        return _FORMAT + nonce + self._encrypt(nonce, key, aad)

    def wrap_all(self, keys: Sequence[bytes], aads: Iterable[bytes]) -> list[bytes]:
        """Return the keys, each wrapped as `wrap` does it; the nonces are drawn at once."""
        encrypt = self._encrypt
        nonces = urandom(NONCE_SIZE * len(keys))
        wrapped = []
        start = 0
        for key, aad in zip(keys, aads, strict=True):
            nonce = nonces[start : start + NONCE_SIZE]
            start += NONCE_SIZE
            wrapped.append(_FORMAT + nonce + encrypt(nonce, key, aad))
        return wrapped

    def unwrap(self, wrapped: bytes, aad: bytes) -> Secret:
        """Return the key; raise CannotOpen, the same for a wrong key, AAD or byte."""
        try:
            if wrapped[:1] != _FORMAT:
                raise CannotOpen
            return Secret(self._decrypt(wrapped[1:_BODY_AT], wrapped[_BODY_AT:], aad))
        except (InvalidTag, ValueError, TypeError):
            raise CannotOpen from None
