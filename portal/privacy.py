"""What the privacy page says, read from the inventory: kinds of data, purposes, bases, how long."""

from collections import defaultdict
from dataclasses import dataclass

from portal import words
from records.access.inventory import Personal
from records.access.purposes import DataCategory
from records.access.registry import sources


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data in words."""

    name: str
    items: tuple[str, ...]
    purposes: tuple[str, ...]
    bases: tuple[str, ...]
    retention: tuple[str, ...]


def personal_columns() -> dict[DataCategory, list[Personal]]:
    """Return every declared personal column by its kind."""
    found: dict[DataCategory, list[Personal]] = defaultdict(list)
    for source in sources():
        for table in source.tables:
            for column in table.personal():
                found[column.category].append(column)
    return found


def describe_processing() -> list[Kind]:
    """Return one line per kind of data about holders, in the order of the closed list."""
    from django.utils.translation import gettext

    columns = personal_columns()
    kinds = []
    for category in DataCategory:
        if category is DataCategory.STAFF or category not in columns:
            continue
        declared = columns[category]
        kinds.append(
            Kind(
                name=str(words.CATEGORIES[category]),
                items=_unique(gettext(column.label) for column in declared),
                purposes=_unique(
                    str(words.PURPOSES[p]) for column in declared for p in column.purposes
                ),
                bases=_unique(str(words.BASES[column.basis]) for column in declared),
                retention=_unique(str(words.RETENTION[column.retention]) for column in declared),
            )
        )
    return kinds


def _unique(texts: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))  # type: ignore[arg-type]
