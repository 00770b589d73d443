"""Tables, columns and codes in Slovenian. In English the inventory's own labels are used. Data and
look-ups only.

A label in Slovenian is looked up under `Model.column`, then under the column's name, so that every
app's inventory stays in one language. A test lists every declared column that has no Slovenian
word.
"""

import datetime as dt
import re

from dsar.package.texts import TEXTS, say
from dsar.package.words_sl import COLUMNS, TABLES, VALUES
from records.access.inventory import Personal, Table
from records.legal_days import LEGAL_ZONE

_ASIDE = re.compile(r"\s*\([^)]*\)")
_CODE = re.compile(r"^[a-z][a-z0-9_]*$")


def table_words(language: str, table: Table) -> str:
    """Return the table's name."""
    return TABLES.get(table.model, table.label) if language == "sl" else table.label


def column_words(language: str, table: Table, column: Personal) -> str:
    """Return the column's heading; an aside in brackets, meant for controllers, is left out."""
    words = _ASIDE.sub("", column.label)
    if language == "sl":
        words = COLUMNS.get(f"{table.model}.{column.name}") or COLUMNS.get(column.name) or words
    return words[:1].upper() + words[1:]


def has_slovenian(table: Table, column: Personal) -> bool:
    """Return whether the column has a Slovenian heading."""
    return f"{table.model}.{column.name}" in COLUMNS or column.name in COLUMNS


def value_words(language: str, value: object) -> str:
    """Return the value as people write it: 5. 2. 2027, ob 10.30, da or ne; codes in words
    (E-A9).
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return say(language, "words.yes" if value else "words.no")
    if isinstance(value, dt.date):  # an instant is a day, too
        return moment(language, value) if isinstance(value, dt.datetime) else day(language, value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {value_words(language, item)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return ", ".join(value_words(language, item) for item in items)
    return _code_words(language, str(value))


def day(language: str, value: dt.date) -> str:
    """Return the day as people write it."""
    if language == "sl":
        return f"{value.day}. {value.month}. {value.year}"
    return f"{value.day} {value:%B} {value.year}"


def moment(language: str, value: dt.datetime) -> str:
    """Return the instant in Ljubljana's time."""
    local = value.astimezone(LEGAL_ZONE)
    separator = "." if language == "sl" else ":"
    clock = f"{local.hour}{separator}{local.minute:02d}"
    return f"{day(language, local.date())} {say(language, 'words.at')} {clock}"


def _code_words(language: str, text: str) -> str:
    """Return a code in words, and anything else as it stands."""
    if not _CODE.match(text):
        return text
    for kind in ("purpose", "category"):
        if f"{kind}.{text}" in TEXTS[language]:
            return TEXTS[language][f"{kind}.{text}"]
    return VALUES.get(text, text) if language == "sl" else text.replace("_", " ")
