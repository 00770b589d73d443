"""What a source can erase of a person while the rest is still needed (GDPR 17 at the person's
word).

A source that holds such data has these methods beside `collect` and `erase`. A part is a few
columns of one table; a replayed erasure ledger names it by its code.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from records.access.grants import Grant
from records.access.inventory import Table
from records.access.registry import Source, SubjectContext, sources


@dataclass(frozen=True, slots=True)
class ErasablePart:
    """Some columns of one table that can go before the rest. No columns: what goes is a standing,
    not a value (a consent that is withdrawn).
    """

    code: str
    """`<source>.<what>`; it stands in cases and in the marks of the erasure ledger."""
    model: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traces:
    """What a raw scan looks for after the erasure: plain values, cells and index values as text,
    and names of files. Lives in memory, or sealed.
    """

    texts: tuple[str, ...] = field(default=(), repr=False)
    files: tuple[str, ...] = ()


@runtime_checkable
class ErasesInPart(Protocol):
    """A source that offers parts. All of it happens in the identity store."""

    code: str
    tables: tuple[Table, ...]
    parts: tuple[ErasablePart, ...]

    def preview(self, grant: Grant, context: SubjectContext, now: datetime) -> Mapping[str, int]:
        """Return the parts that may go now, each with how many rows it would change; opens
        nothing.
        """

    def traces(
        self, grant: Grant, context: SubjectContext, parts: Collection[str], now: datetime
    ) -> Traces:
        """Return what must not be found anywhere once these parts are erased."""

    def erase_columns(
        self, grant: Grant, context: SubjectContext, parts: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        """Erase these parts with their index values, inside the caller's transaction; return how
        many rows changed for each. Safe to run twice.
        """


@runtime_checkable
class Counts(Protocol):
    """A source that counts a person's rows without opening anything."""

    code: str

    def count(self, grant: Grant, context: SubjectContext, now: datetime) -> Mapping[str, int]:
        """Return how many rows each personal table holds about the person."""


def partial_sources() -> tuple[ErasesInPart, ...]:
    """Return the sources that offer parts, in a stable order."""
    return tuple(source for source in sources() if isinstance(source, ErasesInPart))


def all_parts() -> dict[str, ErasablePart]:
    """Return every part of every source by its code."""
    return {part.code: part for source in partial_sources() for part in source.parts}


def count_rows(
    source: Source, grant: Grant, context: SubjectContext, now: datetime
) -> Mapping[str, int]:
    """Return how many rows each personal table of a source holds about a person; where the source
    does not count, what it would hand over is counted.
    """
    if isinstance(source, Counts):
        return source.count(grant, context, now)
    return {
        section.table.model: sum(1 for _ in section.records)
        for section in source.collect(grant, context, now)
    }
