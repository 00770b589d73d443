"""The clock of one case as a function of what happened to it (GDPR 12(3), PP6d, C3, E-A10). Pure.

Two clocks run side by side. The promise of 30 days never pauses. The statutory month may: from a
question about identity or about what is meant, if it was asked promptly, until its answer; it is
shown separately, and nobody is told the later day. An extension counts only from the moment its
letter was delivered, and only if that was on or before the due day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dsar.rules.clock import EXTENDED_MONTHS, LEGAL_MONTHS, Deadlines, roll_forward
from dsar.rules.states import Event
from records.legal_days import add_months, legal_day

PROMPT_DAYS = 7
"""A question asked later than this after receipt is not prompt and pauses nothing (E-A10)."""

_PAUSES = (
    (frozenset({Event.IDENTITY_ASKED, Event.DOUBTED}), Event.VERIFIED),
    (frozenset({Event.QUESTION_ASKED}), Event.QUESTION_ANSWERED),
)
"""What is asked, and what answers it."""
_ASKED = frozenset[Event]().union(*(asked for asked, _ in _PAUSES))
_ANSWERED = frozenset(answered for _, answered in _PAUSES)
_ENDED = frozenset({Event.DELIVERED, Event.WITHDRAWN})
_ORDER = (
    *sorted(_ASKED),
    Event.EXTENSION_PREPARED,
    Event.EXTENSION_IN_FORCE,
    *sorted(_ANSWERED),
    *sorted(_ENDED),
    Event.OVERDUE,
)
CLOCK_EVENTS = frozenset(_ORDER)
"""The events that the clock reads; all others leave it alone."""


class Extension(StrEnum):
    """How far an extension has come."""

    NONE = "none"
    PREPARED = "prepared"
    """Its letter is on its way; the due day is what it was."""
    IN_FORCE = "in_force"
    FAILED = "failed"
    """Its letter was not delivered in time: nothing is extended, and somebody must act."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to a case."""

    event: Event
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """How a case stands against its days."""

    due: date
    """The day promised: the earlier of the month and the 30 days. It never moves."""
    statutory_due: date
    """The last day by law: the month with its pauses, or three months once an extension is in
    force.
    """
    legal_max: date
    target: date
    last_day: date
    """The day that counts now: `due`, or `legal_max` once an extension is in force."""
    extension: Extension
    paused_days: int
    """By how many days the statutory clock stood still, up to today."""
    waiting: bool
    """Whether the person still waits for the answer."""
    days_left: int
    """Until `last_day`; negative once it has passed."""
    overdue_since: date | None
    """The first day on which it was late. It stays after the answer (threat 32)."""
    promise_broken: bool
    """The answer did not come by `due`, whether the law allowed more or not (C3); it stays, too."""

    @property
    def overdue(self) -> bool:
        """Whether the person waits longer than the law and the promise allow."""
        return self.waiting and self.overdue_since is not None


def case_clock(
    *,
    days: Deadlines,
    facts: Iterable[Fact],
    today: date,
    extra_work_free: Collection[date] = (),
) -> CaseClock:
    """Return the clock of a case on a day, from the days that follow from its receipt and from what
    happened until then.

    The order of `facts` does not matter; those of later days are not known yet.
    """
    known = [fact for fact in facts if fact.event in CLOCK_EVENTS and legal_day(fact.at) <= today]
    known.sort(key=lambda fact: (fact.at, _ORDER.index(fact.event)))
    ended = min((legal_day(fact.at) for fact in known if fact.event in _ENDED), default=None)
    until = ended if ended is not None else today
    extension = _extension(known, days.due, until)
    in_force = extension is Extension.IN_FORCE
    last_day = days.legal_max if in_force else days.due
    paused = _paused_days(known, days.received, until)
    months = EXTENDED_MONTHS if in_force else LEGAL_MONTHS
    return CaseClock(
        due=days.due,
        statutory_due=_statutory(days, months, paused, extra_work_free),
        legal_max=days.legal_max,
        target=days.target,
        last_day=last_day,
        extension=extension,
        paused_days=paused,
        waiting=ended is None,
        days_left=(last_day - today).days,
        overdue_since=_overdue_since(known, last_day, until),
        promise_broken=until > days.due,
    )


def reminder_threshold(*, days_left: int, thresholds: Collection[int]) -> int | None:
    """Return which reminder a case that has so many days left stands at: the smallest threshold
    that is reached, None before the first.

    Whatever was missed while no job ran is not sent later: only the most urgent one is.
    """
    return min((days for days in thresholds if days_left <= days), default=None)


def _extension(known: list[Fact], due: date, until: date) -> Extension:
    prepared = any(
        fact.event is Event.EXTENSION_PREPARED and legal_day(fact.at) <= due for fact in known
    )
    if not prepared:
        return Extension.NONE
    told = (legal_day(fact.at) for fact in known if fact.event is Event.EXTENSION_IN_FORCE)
    if any(day <= due and day <= until for day in told):
        return Extension.IN_FORCE
    return Extension.FAILED if until > due else Extension.PREPARED


def _paused_days(known: list[Fact], received: date, until: date) -> int:
    """Return the days between a prompt question and its answer, each day counted once."""
    paused: set[date] = set()
    for asks, answers in _PAUSES:
        asked: date | None = None
        for fact in known:
            day = legal_day(fact.at)
            if fact.event in asks and asked is None and (day - received).days <= PROMPT_DAYS:
                asked = day
            elif fact.event is answers and asked is not None:
                paused |= _days_between(asked, min(day, until))
                asked = None
        if asked is not None:
            paused |= _days_between(asked, until)
    return len(paused)


def _days_between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=gap) for gap in range((last - first).days)}


def _statutory(
    days: Deadlines, months: int, paused: int, extra_work_free: Collection[date]
) -> date:
    if days.legal_max == days.due:
        return days.due  # set from outside, as by the supervisor: nothing stretches it
    return roll_forward(add_months(days.received, months) + timedelta(days=paused), extra_work_free)


def _overdue_since(known: list[Fact], last_day: date, until: date) -> date | None:
    noted = [legal_day(fact.at) for fact in known if fact.event is Event.OVERDUE]
    if until > last_day:
        noted.append(last_day + timedelta(days=1))
    return min(noted, default=None)
