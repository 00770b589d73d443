"""The two registries through which lower floors ask upper ones: data sources and legal-basis
checks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from records.access.errors import AccessRefused
from records.access.inventory import Receipt, Section, Table
from records.access.purposes import Action, Purpose

if TYPE_CHECKING:
    from records.access.grants import Grant


@dataclass(frozen=True, slots=True)
class SubjectContext:
    """One data subject under its names in each store; made under a Grant, for one case only."""

    subject_id: UUID = field(repr=False)
    wallets: tuple[UUID, ...] = field(default=(), repr=False)


class Source(Protocol):
    """A floor's tables, and how to hand over and remove what they hold about one person."""

    code: str
    tables: tuple[Table, ...]

    def collect(self, grant: "Grant", context: SubjectContext, now: datetime) -> Sequence[Section]:
        """Return one Section per personal table, also where it is empty. Raises rather than leaving
        out.
        """

    def erase(self, grant: "Grant", context: SubjectContext, now: datetime) -> Receipt:
        """Delete the person's rows and index values in this source; safe to run twice."""


Check = Callable[[Purpose, Action, Sequence[UUID], datetime], AccessRefused | None]
"""Given purpose, action, identity subjects and time: the refusal, or None. Runs at every gate
opening.
"""

_sources: dict[str, Source] = {}
_checks: dict[str, Check] = {}


def register_source(source: Source) -> None:
    """Register a data source; called once from `AppConfig.ready`."""
    _sources[source.code] = source


def register_check(code: str, check: Check) -> None:
    """Register a legal-basis check; called once from `AppConfig.ready`."""
    _checks[code] = check


def sources() -> tuple[Source, ...]:
    """Return all data sources in a stable order."""
    return tuple(_sources[code] for code in sorted(_sources))


def checks() -> tuple[Check, ...]:
    """Return all legal-basis checks in a stable order."""
    return tuple(_checks[code] for code in sorted(_checks))
