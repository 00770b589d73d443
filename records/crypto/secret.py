"""Bytes that do not print themselves."""

import secrets
from typing import NoReturn

from records.crypto.labels import KEY_SIZE


class Secret(bytes):
    """Key material: usable wherever bytes are, but masked in repr, str and format, and never
    pickled or copied.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return "<secret>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not pickled or copied")


class Unprintable:
    """Base of objects that hold a key: no repr of what is inside, no pickle, no copy."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is not pickled or copied")


def new_key() -> Secret:
    """Return 32 fresh bytes from the operating system's generator."""
    return Secret(secrets.token_bytes(KEY_SIZE))
