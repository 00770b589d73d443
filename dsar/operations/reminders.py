"""Reminders to the data protection officers, and the permanent mark of a missed day (threat 32)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from dsar.letters.texts import say
from dsar.models import Case, CaseEvent, Reminder
from dsar.operations.history import lock_case, record
from dsar.queries import CaseStanding, standings
from dsar.rules import Event
from dsar.rules.case_clock import reminder_threshold
from dsar.rules.states import OPEN
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.errors import Refusal
from records.identity.queries import list_controllers
from records.legal_days import legal_day

REMINDED_BEFORE = (14, 7, 2)
"""Days before the last day, each told once."""
BATCH = 200

Send = Callable[[str, str, str], None]
"""Hands subject and text to one address (address, subject, text); raises a Refusal where it
cannot.
"""


def note_overdue(*, now: datetime) -> int:
    """Write once, into the history of every case that is late now, that its day was missed; return
    how many were found. It stays there after the answer.
    """
    noted = 0
    for cases in _batches(Q(due_on__lt=legal_day(now))):
        late = {pk for pk, how in standings(cases, now=now).items() if how.overdue}
        told = set(
            CaseEvent.objects.filter(case_id__in=late, event=Event.OVERDUE).values_list(
                "case_id", flat=True
            )
        )
        for case_id in late - told:
            noted += _note_one(case_id, now)
    return noted


def send_reminders(*, send: Send, now: datetime) -> int:
    """Tell the data protection officers of all joint controllers of the cases whose last day is
    near; return how many reminders left.

    A row is made for each before it is sent, so that none is sent twice; one that could not leave
    is tried again at the next sweep, as long as it is the latest.
    """
    today = legal_day(now)
    soon = today + timedelta(days=max(REMINDED_BEFORE))
    near = Q(extended=False, due_on__lte=soon) | Q(extended=True, legal_max_on__lte=soon)
    officers = {one.code: one.dpo_email for one in list_controllers()}
    sent = 0
    for cases in _batches(near):
        how = standings(cases, now=now)
        for case in cases:
            sent += _remind(case, how[case.pk], officers, send, now)
    return sent


def _remind(
    case: Case, how: CaseStanding, officers: dict[str, str], send: Send, now: datetime
) -> int:
    days = reminder_threshold(days_left=how.days_left, thresholds=REMINDED_BEFORE)
    if days is None or not how.clock.waiting:
        return 0
    sent = 0
    for code in case.controllers:
        if code not in officers:
            continue
        row, _ = Reminder.objects.get_or_create(
            case=case,
            controller=code,
            last_day=how.due_on,
            days_before=days,
            defaults={"created_at": now},
        )
        claimed = Reminder.claim(pk=row.pk, now=now, sent_at=None)
        if claimed is not None:
            sent += _send_one(claimed, case, how, officers[code], send, now)
    return sent


def _send_one(
    row: Reminder, case: Case, how: CaseStanding, address: str, send: Send, now: datetime
) -> int:
    values = {
        "reference": case.reference,
        "right": say("sl", f"right.{case.right}"),
        "right_en": say("en", f"right.{case.right}"),
        "due": how.due_on.isoformat(),
        "days": how.days_left,
    }
    ours = Reminder.objects.filter(pk=row.pk, lease_token=row.lease_token)
    try:
        send(address, say("sl", "reminder.subject", **values), say("sl", "reminder.text", **values))
    except Refusal as refusal:
        ours.update(last_error=refusal.code, lease_token="", lease_until=None)
        return 0
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        first = not Reminder.objects.filter(
            case=case, last_day=row.last_day, days_before=row.days_before, sent_at__isnull=False
        ).exists()
        ours.update(sent_at=now, last_error="", lease_token="", lease_until=None)
        if first:
            record(held, Event.REMINDED, actor=_system(case), now=now, reason=str(row.days_before))
    return 1


def _note_one(case_id: UUID, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if CaseEvent.objects.filter(case=case, event=Event.OVERDUE).exists():
            return False
        record(case, Event.OVERDUE, actor=_system(case), now=now)
    return True


def _batches(wanted: Q) -> Iterator[list[Case]]:
    """Yield the open cases of these days, the oldest day first, so many at a time."""
    rows = Case.objects.filter(wanted, state__in=[state.value for state in OPEN])
    last: tuple[object, object] | None = None
    while True:
        found = rows
        if last is not None:
            found = rows.filter(Q(due_on__gt=last[0]) | Q(due_on=last[0], pk__gt=last[1]))
        cases = list(found.order_by(F("due_on"), "pk")[:BATCH])
        if not cases:
            return
        yield cases
        last = (cases[-1].due_on, cases[-1].pk)


def _system(case: Case) -> Actor:
    return Actor(ActorRole.SYSTEM, "system:deadlines", case.answered_by)
