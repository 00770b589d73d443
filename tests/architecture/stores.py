"""What could join a row of one store to a row of another."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.walkthrough.scan import Dump, as_text


def identifiers(dump: Dump) -> dict[str, tuple[str, str]]:
    """Return what could join a row to another store: every id, token, digest, index value or cell.

    Text that is not hexadecimal is a word of a closed list, an organisation's code or a sentence;
    times and small numbers are the declared residue (docs/threat-model.md).
    """
    found: dict[str, tuple[str, str]] = {}
    for place, values in dump.items():
        for value in values:
            if _could_identify(value):
                found.setdefault(as_text(value), place)
    return found


def _could_identify(value: Any) -> bool:
    if value is None or isinstance(value, (bool, datetime, date, float)):
        return False
    if isinstance(value, int):
        return abs(value) >= 2**31
    text = as_text(value)
    if isinstance(value, (bytes, memoryview, bytearray, UUID)):
        return len(text) >= 16
    return len(text) >= 12 and all(sign in "0123456789abcdef" for sign in text)


def haystack(dump: Dump) -> str:
    """Return the whole store as one text to search in."""
    return "\n".join(
        as_text(value) for values in dump.values() for value in values if value is not None
    )
