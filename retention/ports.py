"""How upper floors tell retention that a person's data is still needed (E-A8: pending rights
cases).
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from uuid import UUID

HoldSource = Callable[[Collection[UUID], datetime], Mapping[UUID, str]]
"""Given data subjects and a time: the code of the reason for those that are held.

It reads its own tables only and opens no gate: the gate itself asks it.
"""

_sources: dict[str, HoldSource] = {}


def register_hold_source(code: str, source: HoldSource) -> None:
    """Register a floor's reasons to keep a person's data; called once from `AppConfig.ready`."""
    _sources[code] = source


def hold_sources() -> tuple[HoldSource, ...]:
    """Return all sources in a stable order."""
    return tuple(_sources[code] for code in sorted(_sources))


PeriodSource = Callable[[Collection[UUID]], Mapping[UUID, date]]
"""Given data subjects: the last day kept of what an upper floor still has to show about some."""

_periods: dict[str, PeriodSource] = {}


def register_period_source(code: str, source: PeriodSource) -> None:
    """Register a floor's own periods under the code of its retention rule; called once from
    `AppConfig.ready`.

    The identity row goes when the last contract and the last rights case of a person are due.
    """
    _periods[code] = source


def period_sources() -> tuple[tuple[str, PeriodSource], ...]:
    """Return all sources with their rules, in a stable order."""
    return tuple(sorted(_periods.items()))


SubjectSource = Callable[[], Collection[UUID]]
"""Everybody with a data key of their own in the identity store who is no data subject of the card:
senders of requests who could not be found, e-mails.
"""

_subjects: dict[str, SubjectSource] = {}


def register_subject_source(code: str, source: SubjectSource) -> None:
    """Register a floor's own subjects; called once from `AppConfig.ready`.

    They are no orphans, and the replay of the erasure ledger looks for them as well.
    """
    _subjects[code] = source


def list_other_subjects() -> list[UUID]:
    """Return the subjects of all floors that are no data subjects of the card."""
    return [subject for code in sorted(_subjects) for subject in _subjects[code]()]
