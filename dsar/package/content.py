"""From the sections of the sources to one tree of plain values, checked against the inventory.
Pure.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from uuid import UUID

from dsar.errors import UndeclaredData
from dsar.package.manifest import Entry, Status, describe, given_columns
from records.access.inventory import Personal, Section, Table
from records.access.purposes import DataCategory

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as the person receives it."""

    source: str
    table: Table
    columns: tuple[Personal, ...]
    rows: tuple[tuple[object, ...], ...] = field(repr=False)
    """Values as the source gave them, in the order of `columns`; `plain` makes them JSON."""

    @property
    def plain_rows(self) -> list[list[Value]]:
        """The rows as JSON keeps them."""
        return [[plain(value) for value in row] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything that the sources handed over, and the manifest that says what became of each
    table.
    """

    sheets: tuple[Sheet, ...] = field(repr=False)
    manifest: tuple[Entry, ...]


def collect_source(
    code: str,
    tables: Sequence[Table],
    sections: Sequence[Section],
    scope: Collection[DataCategory],
) -> Collected:
    """Return one source's tables as sheets with their manifest lines.

    A personal table without a section is a failed one: a source may hand over nothing, but must say
    so. Raises UndeclaredData where a record holds a column that is not declared as personal.
    """
    by_model = {section.table.model: section for section in sections}
    unknown = set(by_model) - {table.model for table in tables}
    if unknown or len(by_model) != len(sections):
        raise UndeclaredData(source=code, tables=",".join(sorted(unknown)))
    sheets, manifest = [], []
    for table in tables:
        if not table.personal():
            continue
        section = by_model.get(table.model)
        if section is None and not given_columns(table, scope):
            manifest.append(describe(code, table, scope, 0))
            continue
        if section is None:
            manifest.append(Entry(code, table.model, Status.FAILED, reason="not_handed_over"))
            continue
        line = describe(code, table, scope, len(section.records))
        manifest.append(line)
        if line.status in {Status.INCLUDED, Status.EMPTY}:
            sheets.append(_sheet(code, table, section, scope))
    return Collected(tuple(sheets), tuple(manifest))


def _sheet(code: str, table: Table, section: Section, scope: Collection[DataCategory]) -> Sheet:
    columns = given_columns(table, scope)
    declared = {column.name for column in table.columns}
    rows = []
    for record in section.records:
        extra = set(record.values) - declared
        missing = {column.name for column in columns} - set(record.values)
        if extra or missing:
            raise UndeclaredData(
                source=code,
                table=table.model,
                columns=",".join(sorted(extra)),
                missing=",".join(sorted(missing)),
            )
        rows.append(tuple(record.values[column.name] for column in columns))
    return Sheet(code, table, columns, tuple(rows))


def plain(value: object) -> Value:
    """Return the value as JSON keeps it: days and instants as ISO 8601 (UTC), numbers exactly,
    codes as text.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | str | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    return _as_text(value)


def _as_text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise UndeclaredData(value_type=type(value).__name__)
