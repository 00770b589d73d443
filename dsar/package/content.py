"""From the sections of the sources to one tree of plain values, checked against the inventory.
Pure.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import cast
from uuid import UUID

from dsar.errors import UndeclaredData
from dsar.package.manifest import Entry, Status, describe, given_columns
from records.access.inventory import Personal, Section, Table
from records.access.purposes import DataCategory

Row = tuple[object, ...]
Keep = Callable[[Iterable[Row]], Collection[Row]]
"""Makes of rows that come once rows that can be read again."""
Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


_AS_THEY_ARE = frozenset({str, int, float, bool})


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as the person receives it."""

    source: str
    table: Table
    columns: tuple[Personal, ...]
    rows: Collection[Row] = field(repr=False)
    """Values as the source gave them, in the order of `columns`; `plain` makes them JSON. They may
    be more than fit into memory: read them one after the other.
    """

    def plain_rows(self) -> Iterator[list[Value]]:
        """Yield the rows as JSON keeps them."""
        for row in self.rows:
            yield [plain(value) for value in row]


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
    keep: Keep = tuple,
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
        columns = given_columns(table, scope)
        checked = _checked(code, table, section, columns)
        if not columns:
            manifest.append(describe(code, table, scope, sum(1 for _ in checked)))
            continue
        rows = keep(checked)
        manifest.append(describe(code, table, scope, len(rows)))
        sheets.append(Sheet(code, table, columns, rows))
    return Collected(tuple(sheets), tuple(manifest))


def _checked(
    code: str, table: Table, section: Section, columns: Sequence[Personal]
) -> Iterator[Row]:
    declared = {column.name for column in table.columns}
    names = [column.name for column in columns]
    needed = set(names)
    for record in section.records:
        values = record.values
        if not values.keys() <= declared or not needed <= values.keys():
            raise UndeclaredData(
                source=code,
                table=table.model,
                columns=",".join(sorted(set(values) - declared)),
                missing=",".join(sorted(needed - set(values))),
            )
        yield tuple(values[name] for name in names)


def plain(value: object) -> Value:
    """Return the value as JSON keeps it: days and instants as ISO 8601 (UTC), numbers exactly,
    codes as text.
    """
    if value is None or type(value) in _AS_THEY_ARE:
        return cast("Value", value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, bool | int | str | float):
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
