"""Which characters the shipped fonts can show, and what stands in place of the others.

PDF/A and PDF/UA forbid a character without a glyph, so one emoji in a holder's own text would stop
their own report. Such a character is replaced by its code in square brackets, visibly, and never
dropped; the exact value stands in the attached JSON. Control and direction characters are shown in
the same way: they could make a line look like something that it is not.
"""

import unicodedata

_SHOWN: tuple[tuple[int, int], ...] = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0xAC),  # Latin-1 up to the soft hyphen, which is invisible
    (0xAE, 0x34E),  # Latin-1 to combining marks, up to the grapheme joiner, which is invisible
    (0x350, 0x377),
    (0x37A, 0x37F),  # Greek
    (0x384, 0x38A),
    (0x38C, 0x38C),
    (0x38E, 0x3A1),
    (0x3A3, 0x484),  # Greek to Cyrillic
    (0x487, 0x4FF),
    (0x1E00, 0x1F15),  # Latin additional, Greek extended
    (0x1F18, 0x1F1D),
    (0x1F20, 0x1F45),
    (0x1F48, 0x1F4D),
    (0x1F50, 0x1F57),
    (0x1F5F, 0x1F7D),
    (0x2002, 0x200A),  # spaces of a given width
    (0x2010, 0x2027),  # dashes, quotation marks, bullets
    (0x202F, 0x2040),
    (0x2044, 0x2052),
    (0x2070, 0x2071),
    (0x2074, 0x208E),
    (0x20A0, 0x20C0),  # currencies
    (0x2100, 0x211E),
    (0x2122, 0x2122),
    (0x2126, 0x2126),
    (0x2150, 0x2151),
    (0x2153, 0x2184),  # fractions, Roman numerals
    (0x2190, 0x22FF),  # arrows, mathematics
)
"""Measured against the fonts inside the typst wheel; a test renders every one of them."""

_ALLOWED = frozenset(chr(code) for first, last in _SHOWN for code in range(first, last + 1))


def shown_characters() -> frozenset[str]:
    """Return every character that is printed as it is."""
    return _ALLOWED


def is_shown(text: str) -> bool:
    """Return whether the text is printed exactly as it is."""
    return printable(text) == text


def printable(text: str) -> str:
    """Return the text with every character that cannot be printed replaced by `[U+XXXX]`; lines and
    tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(map(_shown, composed))


def printable_tree(value: object) -> object:
    """Return the same tree of dicts, lists and strings with every string made printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: printable_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable_tree(item) for item in value]
    return value


def _shown(character: str) -> str:
    if character in _ALLOWED or character == "\n":
        return character
    if character == "\t":
        return " "
    return f"[U+{ord(character):04X}]"
