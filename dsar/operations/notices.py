"""Telling the contact that was replaced (threat 3); then it is forgotten."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from dsar.letters.texts import say
from dsar.models import ContactNotice
from dsar.operations.answering import service_of
from dsar.operations.history import lock_case, record
from dsar.operations.messages import BATCH, MOST_ATTEMPTS, Choose, Send, pause_after
from dsar.rules import Event
from records.access.gate import open_gate, report_outcome
from records.access.purposes import Action, DataCategory, Purpose
from records.errors import Refusal
from records.keys.queries import reveal_values

KIND = "contact_replaced"


def tell_old_contacts(*, choose: Choose, send: Send, now: datetime) -> int:
    """Send what is due to contacts that were replaced; return how many messages left.

    Safe to run twice: a killed worker may send again, never lose one.
    """
    due = ContactNotice.objects.filter(sent_at=None, given_up_at=None, next_attempt_at__lte=now)
    sent = 0
    for pk in list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH]):
        notice = ContactNotice.claim(pk=pk, now=now, sent_at=None, given_up_at=None)
        if notice is not None:
            sent += _tell(notice, choose, send, now)
    return sent


def _tell(notice: ContactNotice, choose: Choose, send: Send, now: datetime) -> bool:
    case = notice.case
    try:
        grant = open_gate(
            actor=service_of(case, "messages"),
            purpose=Purpose.RIGHTS_REQUEST,
            subjects=[notice.subject_id],
            categories=[DataCategory.CONTACT],
            action=Action.DISCLOSE,
            task=str(case.pk),
            now=now,
        )
        ((contact,),) = reveal_values(grant, [notice], ["contact"])
        reached = choose([str(contact)]) if contact else ""
        if not reached:
            report_outcome(grant, done=False, now=now)
            _end(notice, now, sent=False, code="no_contact")
            return False
        reference = case.reference
        send(
            reached,
            say(case.language, "message.subject", reference=reference),
            say(case.language, f"message.{KIND}", reference=reference),
        )
    except Refusal as error:
        _note_failure(notice, error.code, now)
        return False
    report_outcome(grant, done=True, now=now, counts={"messages": 1})
    _end(notice, now, sent=True)
    return True


def _end(notice: ContactNotice, now: datetime, *, sent: bool, code: str = "") -> None:
    with transaction.atomic(durable=True):
        held = lock_case(notice.case_id)
        when = {"sent_at": now} if sent else {"given_up_at": now}
        _ours(notice).update(
            contact=None, last_error=code, lease_token="", lease_until=None, **when
        )
        event = Event.MESSAGE_SENT if sent else Event.MESSAGE_FAILED
        record(held, event, actor=service_of(held, "messages"), now=now, reason=KIND)


def _note_failure(notice: ContactNotice, code: str, now: datetime) -> None:
    if notice.attempts >= MOST_ATTEMPTS:
        _end(notice, now, sent=False, code=code)
        return
    _ours(notice).update(
        last_error=code,
        next_attempt_at=now + pause_after(notice.attempts),
        lease_token="",
        lease_until=None,
    )


def _ours(notice: ContactNotice) -> QuerySet[ContactNotice]:
    return ContactNotice.objects.filter(pk=notice.pk, lease_token=notice.lease_token)
