"""What the declarations of this app share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from dsar.models import Case
from records.access.inventory import Personal, Provenance, Record, Section, Table
from records.access.purposes import DataCategory, LegalBasis, Purpose

ROW = "a random number that only this row bears"
CASE_POINTER = "points to the case's row"
SUBJECT = "the person's random number; it points to their other rows"
MACHINE = "serves the machine that does the work; codes, times and counts only"


class Part(Protocol):
    """Some tables of this app that hang on cases."""

    tables: tuple[Table, ...]

    def collect(self, grant: Any, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return one Section for each personal table about these cases of one person."""

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete the rows of these cases inside the caller's transaction; return how many went from
        which table, and the files to remove after it.
        """


def case_column(
    name: str,
    label: str,
    provenance: Provenance = Provenance.OBSERVED,
    *,
    retention: str = "case",
    withheld: str = "",
) -> Personal:
    """Declare a column that says something about a person's request."""
    return Personal(
        name,
        DataCategory.CASE,
        label,
        (Purpose.RIGHTS_REQUEST,),
        basis=LegalBasis.LEGAL_OBLIGATION,
        retention=retention,
        provenance=provenance,
        withheld=withheld,
    )


def record_of(table: Table, row: Any, reference: str, **instead: object) -> Record:
    """Return a row as it is handed over: its declared columns that are not withheld.

    `case` is shown by the case's reference; `instead` replaces what the row itself holds (revealed
    values).
    """
    values = {"case": reference, **instead}
    return Record(
        {
            column.name: values[column.name] if column.name in values else getattr(row, column.name)
            for column in table.personal()
            if not column.withheld
        }
    )


def raw_delete(rows: Any) -> int:
    """Delete without Django's cascade, which would take the history before its case."""
    return int(rows._raw_delete(rows.db) or 0)
