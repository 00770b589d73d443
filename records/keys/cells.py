"""The sealed cell as Python sees it: opaque, comparable with other cells only, never printed."""

from typing import NoReturn, Self

from records.keys.errors import LookupRefused

SEALED = "<sealed>"


class SealedCell:
    """A sealed value. Its plaintext comes out of records.keys.queries.reveal_values only, against a
    Grant.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: object) -> None:
        self._raw = raw

    def __repr__(self) -> str:
        return SEALED

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(SEALED, spec)

    def __eq__(self, other: object) -> bool:
        """Compare ciphertexts; refuse anything else, for `cell == "Ana"` would always, silently, be
        False.
        """
        if isinstance(other, SealedCell):
            return self._raw == other._raw
        if other is None:
            return False
        raise LookupRefused(lookup="==")

    def __hash__(self) -> int:
        return hash(self._raw)

    def __bool__(self) -> NoReturn:
        """Refuse: a cell may hold an empty text. Ask `is None` instead."""
        raise LookupRefused(lookup="bool")

    def __reduce__(self) -> tuple[type[Self], tuple[object]]:
        return type(self), (self._raw,)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def raw_cell(value: object) -> object:
    """Return what stands in the column: bytes of a cell, None, or whatever else was smuggled into
    it.
    """
    return value._raw if isinstance(value, SealedCell) else value


def hex_of(cell: SealedCell) -> str:
    """Return the sealed bytes as hexadecimal: what a raw scan finds where a copy was left."""
    raw = raw_cell(cell)
    return bytes(raw).hex() if isinstance(raw, (bytes, bytearray, memoryview)) else ""
