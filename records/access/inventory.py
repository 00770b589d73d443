"""The inventory: one declaration per column, read by five consumers (docs/architecture.md, "One
inventory").

Each app declares in its `source.py` every column of every table it owns, either *not personal,
because …* or with category, purposes, legal basis, recipients, retention rule and what the rights
do with it. Access, portability, rectification, erasure, retention and the record of processing
(GDPR 30) all read this one declaration.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from records.access.purposes import DataCategory, LegalBasis, Purpose, Store


class Provenance(StrEnum):
    """Where a value comes from; decides portability (GDPR 20, WP242: provided or observed, not
    derived).
    """

    PROVIDED = "provided"
    OBSERVED = "observed"
    DERIVED = "derived"


class Rectification(StrEnum):
    """What a holder may do about a wrong value (GDPR 16)."""

    FREE = "free"
    REVIEWED = "reviewed"
    LOCKED = "locked"


class Erasure(StrEnum):
    """What erasure does to the value (GDPR 17)."""

    ERASE = "erase"
    KEEP_UNNAMED = "keep_unnamed"
    """The row stays, under a pseudonym whose link is destroyed, for the period of its rule."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A column that says something about a person."""

    name: str
    category: DataCategory
    label: str
    """The column in plain English words; the portal translates it."""
    purposes: tuple[Purpose, ...]
    basis: LegalBasis = LegalBasis.CONTRACT
    recipients: tuple[str, ...] = ("processor",)
    retention: str = "contract"
    """The code of the retention rule (retention.rules)."""
    provenance: Provenance = Provenance.PROVIDED
    rectification: Rectification = Rectification.LOCKED
    erasure: Erasure = Erasure.ERASE
    withheld: str = ""
    """Empty where access gives the value; otherwise the code of the reason why it is withheld."""


@dataclass(frozen=True, slots=True)
class NotPersonal:
    """A column that says nothing about a person, or only serves the machine, with the reason."""

    name: str
    because: str


Column = Personal | NotPersonal


@dataclass(frozen=True, slots=True)
class Table:
    """One declared table. `model` is Django's `app_label.ModelName`."""

    model: str
    store: Store
    label: str
    columns: tuple[Column, ...] = ()
    whole_because: str = ""
    """For a table without any personal data: the one reason for all its columns."""

    def personal(self) -> tuple[Personal, ...]:
        """Return the columns that say something about a person, in order."""
        return tuple(column for column in self.columns if isinstance(column, Personal))


def not_personal(names: Iterable[str], because: str) -> tuple[NotPersonal, ...]:
    """Return one declaration per name, with the same reason."""
    return tuple(NotPersonal(name, because) for name in names)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a holder's data, ready to hand over: column name → value a person can read."""

    values: dict[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one declared table about one person.

    Where there may be many, a source hands over a generator: whoever reads it does so once, in
    order, while the Grant lives.
    """

    table: Table
    records: Iterable[Record] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one source did at erasure, per table: rows deleted, rows kept and why."""

    source: str
    deleted: dict[str, int]
    kept: dict[str, tuple[int, str]] = field(default_factory=dict)
