"""The queue of cases as officers work on it: filters, pages, urgency (D1, D10).

A page reads an index from where the page before ended, so that it takes as long among a hundred
thousand cases as among a hundred.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from django.db.models import Q, QuerySet

from dsar.errors import CaseUnknown
from dsar.models import Case, Fulfilment
from dsar.rules import Right, State
from records.legal_days import legal_day

PAGE = 50
SOON = timedelta(days=7)
MOST_COUNTED = 1_000
"""Counting stops here: »more than 1,000« says enough, and counting all would take for ever."""


class Due(StrEnum):
    """Which cases by their day."""

    ANY = ""
    OVERDUE = "overdue"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What an officer asks for; empty means any. Saved views keep it as a dict."""

    right: str = ""
    state: str = ""
    due: str = ""
    city: str = ""
    """Code of the controller that answers."""
    assurance: str = ""
    closed: str = ""
    """"yes" for the cases that are answered."""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Return the filter of what a form or a saved view says; what is not known means any."""
        known = {
            "right": {right.value for right in Right},
            "state": {state.value for state in State},
            "due": {due.value for due in Due},
            "assurance": {"0", "1", "2", "3"},
            "closed": {"yes"},
        }
        given = {one.name: str(values.get(one.name, "")) for one in fields(cls)}
        return cls(
            **{
                name: value if name == "city" or value in known[name] else ""
                for name, value in given.items()
            }
        )

    def as_dict(self) -> dict[str, str]:
        """Return what is asked for, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, the most urgent first."""

    cases: tuple[Case, ...]
    after: str
    """Where the next page begins; empty on the last one."""


def visible_to(city: str) -> QuerySet[Case]:
    """Return the cases of which this city is a joint controller, and nobody else's (GDPR 26, threat
    35).
    """
    return Case.objects.filter(circle__contains=f'"{city}"')


def get_case_for(*, city: str, case_id: UUID) -> Case:
    """Return a case of which the city is a joint controller; raise CaseUnknown, the same for
    others'.
    """
    found = visible_to(city).filter(pk=case_id).first()
    if found is None:
        raise CaseUnknown(case_id=case_id)
    return found


def list_queue(*, city: str, asked: QueueFilter, now: datetime, after: str = "") -> QueuePage:
    """Return one page of the cases that the city may see and that fit, the most urgent first."""
    found = _filtered(city, asked, legal_day(now))
    place = _read_place(after)
    if place is not None:
        day, case_id = place
        found = found.filter(Q(due_on__gt=day) | Q(due_on=day, pk__gt=case_id))
    cases = list(found.order_by("due_on", "pk")[: PAGE + 1])
    last = cases[PAGE - 1] if len(cases) > PAGE else None
    return QueuePage(tuple(cases[:PAGE]), f"{last.due_on}:{last.pk}" if last else "")


def count_queue(*, city: str, asked: QueueFilter, now: datetime) -> int:
    """Return how many cases fit, up to MOST_COUNTED and one more."""
    return _filtered(city, asked, legal_day(now))[: MOST_COUNTED + 1].count()


def _filtered(city: str, asked: QueueFilter, today: date) -> QuerySet[Case]:
    found = visible_to(city)
    # »IN«, for Django writes a bare column for True, along which SQLite uses no index.
    which = {"state": asked.state} if asked.state else {"waits__in": [not asked.closed]}
    found = found.filter(**which)
    if asked.due == Due.OVERDUE:
        found = found.filter(due_on__lt=today)
    elif asked.due == Due.SOON:
        found = found.filter(due_on__gte=today, due_on__lte=today + SOON)
    if asked.right:
        found = found.filter(right=asked.right)
    if asked.city:
        found = found.filter(answered_by=asked.city)
    if asked.assurance:
        found = found.filter(assurance=int(asked.assurance))
    return found


def _read_place(after: str) -> tuple[date, UUID] | None:
    """Return the place that a page of ours named, None for anything else."""
    day, _, case_id = after.partition(":")
    try:
        return date.fromisoformat(day), UUID(case_id)
    except ValueError:
        return None


def retry_collection(*, case: Case, now: datetime) -> bool:
    """Make the job of a case due now, after somebody mended a source (D2); return whether there is
    one.
    """
    waiting = Fulfilment.objects.filter(case=case, done_at=None, next_attempt_at__gt=now)
    return bool(waiting.update(next_attempt_at=now))
