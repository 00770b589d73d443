"""Following a request by reference and status code, without an account: nothing personal, and the
same work for whatever is wrong (threat 9).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from dsar.intake_queries import find_case_by_status_code
from dsar.models import Case
from dsar.operations.status_codes import note_followed
from dsar.queries import CaseStanding, list_events, standing
from dsar.rules.states import OPEN
from portal.errors import FollowLocked, FollowWrong, TooManyRequests
from portal.models import FollowTry
from portal.sealing import index
from records.access.grants import Actor
from records.access.purposes import ActorRole

MOST_TRIES: Final = 5
LOCKED: Final = timedelta(minutes=30)
MOST_FROM_ADDRESS: Final = 30
ADDRESS_WINDOW: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=1)
_REFERENCE, _ADDRESS = "follow/reference", "follow/address"

HIDDEN: Final = ("package:", "message:", "case:status:")
"""Steps that are told to the signed-in person alone: who fetched what, and when."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a request's bearer is told: steps and days, no person and no content."""

    reference: str
    right: str
    state: str
    outcome: str
    is_open: bool
    received_on: date
    standing: CaseStanding
    last_lawful_on: date
    answered_by: str
    turn: str
    """Whose turn it is: you, we or nobody; and with `waits`, why."""
    waits: str
    events: tuple[object, ...]


def follow(*, reference: str, code: str, address: str, now: datetime) -> Progress:
    """Return how a request stands; `reference` in its written form.

    Raises FollowWrong, the same for an unknown reference and a wrong code; FollowLocked after five
    wrong tries for a reference, known or not; TooManyRequests for one address.
    """
    if not _count(_mark(_ADDRESS, address), MOST_FROM_ADDRESS, ADDRESS_WINDOW, now):
        raise TooManyRequests(minutes=_minutes(ADDRESS_WINDOW))
    mark = _mark(_REFERENCE, reference)
    if not _count(mark, MOST_TRIES, LOCKED, now):
        raise FollowLocked(minutes=_minutes(LOCKED))
    case = find_case_by_status_code(reference=reference, code=code)
    if case is None:
        raise FollowWrong
    # Who knows the code is not counted: neither here nor at the address.
    FollowTry.objects.filter(mark=mark).delete()
    FollowTry.objects.filter(mark=_mark(_ADDRESS, address)).update(
        tries=Greatest(F("tries") - 1, Value(0))
    )
    note_followed(
        case_id=case.pk, actor=Actor(ActorRole.SYSTEM, "system:follow", case.answered_by), now=now
    )
    return _progress(case, now)


def forget_tries(*, now: datetime) -> int:
    """Delete counters whose time has passed; return how many."""
    return FollowTry.objects.filter(ends_at__lte=now - KEPT).delete()[0]


def _count(mark: int, most: int, window: timedelta, now: datetime) -> bool:
    """Count one try, before anything is looked at; return whether it is allowed.

    The database counts, so that tries at once do not slip past; the same queries for everything.
    """
    with transaction.atomic(durable=True):
        FollowTry.objects.bulk_create(
            [FollowTry(mark=mark, ends_at=now + window)], ignore_conflicts=True
        )
        FollowTry.objects.filter(mark=mark, ends_at__lte=now).update(tries=0, ends_at=now + window)
        return bool(
            FollowTry.objects.filter(mark=mark, tries__lt=most).update(
                tries=F("tries") + 1, ends_at=now + window
            )
        )


def _mark(name: str, value: str) -> int:
    return index(name=name, value=value)


def _minutes(window: timedelta) -> int:
    return int(window.total_seconds() // 60)


def _progress(case: Case, now: datetime) -> Progress:
    is_open = case.state in [state.value for state in OPEN]
    turn, waits = _TURNS.get(case.state, ("we", "work"))
    return Progress(
        reference=case.reference,
        right=case.right,
        state=case.state,
        outcome=case.outcome,
        is_open=is_open,
        received_on=case.received_on,
        standing=standing(case, now=now),
        last_lawful_on=case.legal_max_on,
        answered_by=case.answered_by,
        turn=turn,
        waits=waits,
        events=tuple(e for e in list_events(case.pk) if not e.event.startswith(HIDDEN)),
    )


_TURNS: Final[dict[str, tuple[str, str]]] = {
    "received": ("you", "identity"),
    "identity_pending": ("you", "identity"),
    "question_asked": ("you", "question"),
    "extended": ("we", "extended"),
    "decided": ("we", "delivery"),
    "delivered": ("nobody", "answered"),
    "closed": ("nobody", "answered"),
}
