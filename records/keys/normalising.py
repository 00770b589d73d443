"""How a value is brought into the one form that its blind index is made of."""

import unicodedata
from collections.abc import Callable

from django.utils.module_loading import import_string


def exact(value: str) -> str:
    """Return the value as it is, in Unicode's composed form."""
    return unicodedata.normalize("NFC", value)


def words(value: str) -> str:
    """Return the value without case, with single spaces: names as people write them."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def email(value: str) -> str:
    """Return an address without case and surrounding spaces."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def phone(value: str) -> str:
    """Return the digits of a number, and its leading plus."""
    digits = "".join(letter for letter in value if letter.isascii() and letter.isdigit())
    return f"+{digits}" if value.strip().startswith(("+", "00")) else digits


_BY_NAME: dict[str, Callable[[str], str]] = {
    "exact": exact,
    "words": words,
    "email": email,
    "phone": phone,
}


def normaliser(name: str) -> Callable[[str], str]:
    """Return the function of that short name, or the one that stands at that dotted path."""
    found: Callable[[str], str] = _BY_NAME.get(name) or import_string(name)
    return found
