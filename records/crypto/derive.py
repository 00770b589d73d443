"""Keys from keys (HKDF-SHA256, RFC 5869)."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from records.crypto.labels import KEY_SIZE
from records.crypto.secret import Secret


def hkdf(*, key: bytes, salt: bytes | None, info: bytes, size: int) -> Secret:
    """Return `size` bytes of HKDF-SHA256."""
    return Secret(HKDF(algorithm=SHA256(), length=size, salt=salt, info=info).derive(key))


def derive_key(key: bytes, label: str) -> Secret:
    """Return the 32-byte key that belongs to the label; keys of two labels say nothing about each
    other.

    The key that comes in is random already, so there is no salt (RFC 5869 3.1).
    """
    return hkdf(key=key, salt=None, info=label.encode(), size=KEY_SIZE)
