"""Tables, columns, values and codes as people read them, in one language.

In English the inventory's own labels are used. In Slovenian a column is looked up under its model
and name, then under its name, so that every app's inventory stays in one language. Tests list every
declared column, and every value of a closed list, that has no Slovenian word.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dsar.package import words_rights_sl as rights
from dsar.package import words_sl
from dsar.package.texts import TEXTS, name_of, say
from records.access.inventory import Personal, Table
from records.legal_days import LEGAL_ZONE

TABLES = words_sl.TABLES | rights.TABLES
COLUMNS = words_sl.COLUMNS | rights.COLUMNS
VALUES = words_sl.VALUES | rights.VALUES

_ASIDE = re.compile(r"\s*\([^)]*\)")
_CODE = re.compile(r"^[a-z][a-z0-9_:]*$")
_SEVERAL = re.compile(r"^[a-z][a-z0-9_-]*(, ?[a-z][a-z0-9_-]*)+$")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one report: its language, and the organisations' names by their codes."""

    language: str
    names: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """Return the sentence under that key."""
        return say(self.language, key, **values)

    def code(self, kind: str, code: str) -> str:
        """Return the words for a code of a closed list."""
        return name_of(self.language, kind, code)

    def table(self, table: Table) -> str:
        """Return the table's name."""
        return TABLES.get(table.model, table.label) if self.language == "sl" else table.label

    def column(self, table: Table, column: Personal) -> str:
        """Return the column's heading; an aside in brackets, meant for controllers, is left out."""
        words = _ASIDE.sub("", column.label)
        if self.language == "sl":
            words = slovenian_column(table, column) or words
        return words[:1].upper() + words[1:]

    def cell(self, column: Personal, value: object) -> str:
        """Return the value of a column; cents as an amount: 12,50 EUR."""
        if column.name.endswith("_minor") and isinstance(value, int):
            sign, cents = ("−" if value < 0 else ""), abs(value)
            separator = "," if self.language == "sl" else "."
            return f"{sign}{cents // 100}{separator}{cents % 100:02d} EUR"
        if f"{column.name}.{value}" in TEXTS[self.language]:
            return self.say(f"{column.name}.{value}")
        return self.value(value)

    def value(self, value: object) -> str:
        """Return the value as people write it: 5. 2. 2027, ob 10.30, da or ne; codes in words."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.say("words.yes" if value else "words.no")
        if isinstance(value, dt.date):  # an instant is a day, too
            return self.moment(value) if isinstance(value, dt.datetime) else self.day(value)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple | set | frozenset):
            items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
            return ", ".join(self.value(item) for item in items)
        return self._text(str(value))

    def _mapping(self, value: Mapping[str, object]) -> str:
        if set(value) == {"withheld"}:
            reason = self.code("withheld", str(value["withheld"]))
            return f"[{self.say('status.withheld')}: {reason}]"
        return "; ".join(f"{key}: {self.value(item)}" for key, item in value.items())

    def day(self, value: dt.date) -> str:
        """Return the day as people write it."""
        if self.language == "sl":
            return f"{value.day}. {value.month}. {value.year}"
        return f"{value.day} {value:%B} {value.year}"

    def moment(self, value: dt.datetime) -> str:
        """Return the instant in Ljubljana's time."""
        local = value.astimezone(LEGAL_ZONE)
        separator = "." if self.language == "sl" else ":"
        clock = f"{local.hour}{separator}{local.minute:02d}"
        return f"{self.day(local.date())} {self.say('words.at')} {clock}"

    def _text(self, text: str) -> str:
        """Return codes in words (E-A9), and anything else as it stands."""
        if text in self.names:
            return self.names[text]
        if _SEVERAL.match(text):
            return ", ".join(self._text(part.strip()) for part in text.split(","))
        if not _CODE.match(text):
            return text
        for kind in ("purpose", "category"):
            if f"{kind}.{text}" in TEXTS[self.language]:
                return TEXTS[self.language][f"{kind}.{text}"]
        if self.language == "sl":
            return VALUES.get(text, text)
        return text.rpartition("case:")[2].replace("_", " ").replace(":", ", ")


def slovenian_column(table: Table, column: Personal) -> str:
    """Return the column's Slovenian heading, empty where there is none."""
    return COLUMNS.get(f"{table.model}.{column.name}") or COLUMNS.get(column.name, "")


def has_slovenian_value(code: str) -> bool:
    """Return whether a value of a closed list has a Slovenian word."""
    return code in VALUES or any(
        f"{kind}.{code}" in TEXTS["sl"] for kind in ("purpose", "category")
    )
