"""The manifest: every declared table, with what became of it. Nothing is left out silently (Art.
15, C26).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from records.access.inventory import Personal, Table
from records.access.purposes import DataCategory


class Status(StrEnum):
    """What became of one table."""

    INCLUDED = "included"
    EMPTY = "empty"
    WITHHELD = "withheld"
    NOT_REQUESTED = "not_requested"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the manifest. Codes and numbers only."""

    source: str
    table: str
    status: Status
    rows: int = 0
    reason: str = ""
    withheld_columns: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the line as JSON keeps it."""
        line: dict[str, object] = {
            "source": self.source,
            "table": self.table,
            "status": self.status.value,
            "rows": self.rows,
        }
        if self.reason:
            line["reason"] = self.reason
        if self.withheld_columns:
            line["withheld_columns"] = dict(self.withheld_columns)
        return line


def requested_columns(table: Table, scope: Iterable[DataCategory]) -> tuple[Personal, ...]:
    """Return the personal columns of the kinds asked for; all of them where nothing was chosen
    (E-A2).
    """
    wanted = frozenset(scope)
    return tuple(column for column in table.personal() if not wanted or column.category in wanted)


def given_columns(table: Table, scope: Iterable[DataCategory]) -> tuple[Personal, ...]:
    """Return the columns that the person receives: asked for and not withheld."""
    return tuple(column for column in requested_columns(table, scope) if not column.withheld)


def withheld_columns(table: Table, scope: Iterable[DataCategory]) -> tuple[tuple[str, str], ...]:
    """Return the columns asked for that are withheld, each with the code of the reason."""
    return tuple(
        (column.name, column.withheld)
        for column in requested_columns(table, scope)
        if column.withheld
    )


def describe(source: str, table: Table, scope: Iterable[DataCategory], rows: int) -> Entry:
    """Return the manifest line of a table that its source handed over."""
    wanted = frozenset(scope)
    withheld = withheld_columns(table, wanted)
    if not requested_columns(table, wanted):
        return Entry(source, table.model, Status.NOT_REQUESTED)
    if not given_columns(table, wanted):
        return Entry(source, table.model, Status.WITHHELD, rows, withheld[0][1], withheld)
    status = Status.INCLUDED if rows else Status.EMPTY
    return Entry(source, table.model, status, rows, "", withheld)


def holes(manifest: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the lines that keep a case from being done."""
    return tuple(entry for entry in manifest if entry.status is Status.FAILED)
