"""Telling the person through the enrolled contact that there is news: no personal data, tried
again until it leaves (H2).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from dsar.letters.texts import say
from dsar.models import Case, CaseMessage, Letter
from dsar.operations.history import lock_case, record
from dsar.rules import Event
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.errors import Refusal
from records.identity.queries import reveal_columns

MOST_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
BATCH = 100

Send = Callable[[str, str, str], None]
"""Hands subject and text to one contact (contact, subject, text); raises a Refusal where it
cannot.
"""
Choose = Callable[[list[str]], str]
"""Returns the contact that a channel reaches, "" where it reaches none."""


def queue_message(
    *, case: Case, kind: str, now: datetime, letter: Letter | None = None
) -> CaseMessage:
    """Queue a message inside the caller's transaction; the sweep sends it. `kind` names its text in
    dsar.letters.
    """
    return CaseMessage.objects.create(
        case=case, kind=kind, letter=letter, created_at=now, next_attempt_at=now
    )


def send_messages(*, choose: Choose, send: Send, now: datetime) -> int:
    """Send what is due; return how many messages left.

    A letter whose message has left is delivered; after the last attempt it has failed, and staff
    must find another way. Safe to run twice: a killed worker may send a message again, never lose
    one.
    """
    due = CaseMessage.objects.filter(sent_at=None, given_up_at=None, next_attempt_at__lte=now)
    sent = 0
    for pk in list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH]):
        message = CaseMessage.claim(pk=pk, now=now, sent_at=None, given_up_at=None)
        if message is not None:
            sent += _send_one(message, choose, send, now)
    return sent


def _send_one(message: CaseMessage, choose: Choose, send: Send, now: datetime) -> bool:
    case = message.case
    actor = Actor(ActorRole.SYSTEM, "system:messages", case.answered_by)
    try:
        grant = open_gate(
            actor=actor,
            purpose=Purpose.RIGHTS_REQUEST,
            subjects=[case.subject_id],
            categories=[DataCategory.CONTACT],
            action=Action.DISCLOSE,
            task=str(case.pk),
            now=now,
        )
        ((phone, email),) = reveal_columns(grant, [case.subject_id], columns=["phone", "email"])
        contact = choose([str(one) for one in (email, phone) if one])
        if not contact:
            report_outcome(grant, done=False, now=now)
            _give_up(message, case, actor, "no_contact", now)
            return False
        send(
            contact,
            say(case.language, "message.subject", reference=case.reference),
            say(case.language, f"message.{message.kind}", reference=case.reference),
        )
        report_outcome(grant, done=True, now=now)
    except Refusal as refusal:
        _note_failure(message, case, actor, refusal.code, now)
        return False
    _note_sent(message, case, actor, now)
    return True


def _note_sent(message: CaseMessage, case: Case, actor: Actor, now: datetime) -> None:
    from dsar.operations.letters import mark_delivered

    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        _ours(message).update(sent_at=now, last_error="", lease_token="", lease_until=None)
        record(held, Event.MESSAGE_SENT, actor=actor, now=now, reason=message.kind)
        if message.letter is not None:
            mark_delivered(message.letter, case=held, actor=actor, now=now)


def _note_failure(message: CaseMessage, case: Case, actor: Actor, code: str, now: datetime) -> None:
    if message.attempts >= MOST_ATTEMPTS:
        _give_up(message, case, actor, code, now)
        return
    _ours(message).update(
        last_error=code,
        next_attempt_at=now + pause_after(message.attempts),
        lease_token="",
        lease_until=None,
    )


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    pause: timedelta = _FIRST_PAUSE * 2 ** (attempts - 1)
    return min(pause, _LONGEST_PAUSE)


def _give_up(message: CaseMessage, case: Case, actor: Actor, code: str, now: datetime) -> None:
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        _ours(message).update(given_up_at=now, last_error=code, lease_token="", lease_until=None)
        record(held, Event.MESSAGE_FAILED, actor=actor, now=now, reason=code)
        if message.letter_id is not None:
            Letter.objects.filter(pk=message.letter_id, delivered_at=None).update(failed_at=now)
            record(held, Event.LETTER_FAILED, actor=actor, now=now, reason=code)


def _ours(message: CaseMessage) -> QuerySet[CaseMessage]:
    return CaseMessage.objects.filter(pk=message.pk, lease_token=message.lease_token)
