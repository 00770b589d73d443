"""The yearly figures of rights requests: how many, how fast, with what outcome (D10). Pure.

Nobody is in them: counts, days and codes. An answer after the day told is late for ever, whatever
came later.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from dsar.rules.states import Outcome


@dataclass(frozen=True, slots=True)
class CaseFact:
    """What the figures need of one case."""

    right: str
    answered_by: str
    channel: str
    received_on: date
    promised_on: date
    """The day that the person was told at first: the earlier of 30 days and the month."""
    lawful_until: date
    """The last lawful day, an extension in force included."""
    answered_on: date | None
    outcome: str
    ground: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one city, or of all."""

    received: int
    answered: int
    waiting: int
    kept_promise: int
    """Answered by the day told at first."""
    within_law: int
    overdue: int
    """Answered after the last lawful day, or still waiting past it."""
    median_days: float | None
    by_right: tuple[tuple[str, int], ...]
    by_channel: tuple[tuple[str, int], ...]
    by_outcome: tuple[tuple[str, int], ...]
    refusals_by_ground: tuple[tuple[str, int], ...]

    @property
    def promise_percent(self) -> float | None:
        """Return how many of a hundred answers came by the day told, None where there are none."""
        return round(100 * self.kept_promise / self.answered, 1) if self.answered else None


def figures(cases: Iterable[CaseFact], *, today: date) -> Figures:
    """Return the figures of these cases as of a day."""
    known = list(cases)
    answered = [case for case in known if case.answered_on is not None]
    days = [(case.answered_on - case.received_on).days for case in answered if case.answered_on]
    late = [case for case in known if (case.answered_on or today) > case.lawful_until]
    refused = [case for case in answered if case.outcome in {Outcome.REFUSED, Outcome.PARTIAL}]
    return Figures(
        received=len(known),
        answered=len(answered),
        waiting=len(known) - len(answered),
        kept_promise=sum(
            case.answered_on <= case.promised_on for case in answered if case.answered_on
        ),
        within_law=sum(
            case.answered_on <= case.lawful_until for case in answered if case.answered_on
        ),
        overdue=len(late),
        median_days=median(days) if days else None,
        by_right=_counted(case.right for case in known),
        by_channel=_counted(case.channel for case in known),
        by_outcome=_counted(case.outcome for case in answered),
        refusals_by_ground=_counted(case.ground or "none" for case in refused),
    )


def _counted(codes: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return the codes with their numbers, the most frequent first."""
    return tuple(sorted(Counter(codes).items(), key=lambda one: (-one[1], one[0])))
