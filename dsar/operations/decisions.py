"""What people decide about a case: questions, extension, refusal, withdrawal (C1, D4, D5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from dsar.errors import CaseUnknown, TooLateToExtend
from dsar.models import Case, Fulfilment
from dsar.operations.history import advance, lock_case
from dsar.rules import Event
from records.access.grants import Actor
from records.legal_days import legal_day


def ask_question(*, actor: Actor, case_id: UUID, reason: str, now: datetime) -> Case:
    """Ask the person something; the clock does not stop for it."""
    return _step(case_id, Event.QUESTION_ASKED, actor=actor, now=now, reason=reason)


def answer_question(*, actor: Actor, case_id: UUID, now: datetime) -> Case:
    """Note that the person has answered."""
    return _step(case_id, Event.QUESTION_ANSWERED, actor=actor, now=now)


def extend_case(*, actor: Actor, case_id: UUID, reason: str, now: datetime) -> Case:
    """Extend a case once, by a controller, with a reason, on or before the day told (GDPR 12(3),
    C3, D4).

    Both days stay visible; the policy's promise of 30 days is broken by it and shown so. Raises
    TooLateToExtend, StepNotYours, StepNotPossible, ReasonMissing.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.extended or legal_day(now) > case.due_on:
            raise TooLateToExtend(case_id=case_id, due_on=case.due_on)
        advance(case, Event.EXTENDED, actor=actor, now=now, reason=reason)
        case.extended = True
        case.save(update_fields=["extended"])
    return case


def refuse_case(*, actor: Actor, case_id: UUID, ground: str, now: datetime) -> Case:
    """Refuse a request, by a controller, on a legal ground (GDPR 12(4), 12(5), C1).

    The letter with reasons, complaint (PP6e) and remedy is the portal's; without it nothing is
    delivered.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        advance(case, Event.REFUSED, actor=actor, now=now, reason=ground)
        _stop_jobs(case, Event.REFUSED, now)
    return case


def withdraw_case(*, actor: Actor, subject_id: UUID, case_id: UUID, now: datetime) -> Case:
    """Withdraw one's own request; raise CaseUnknown for another's, StepNotPossible once it is
    answered.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.subject_id != subject_id:
            raise CaseUnknown(case_id=case_id)
        advance(case, Event.WITHDRAWN, actor=actor, now=now)
        _stop_jobs(case, Event.WITHDRAWN, now)
    return case


def _step(case_id: UUID, event: Event, *, actor: Actor, now: datetime, reason: str = "") -> Case:
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        advance(case, event, actor=actor, now=now, reason=reason)
    return case


def _stop_jobs(case: Case, event: Event, now: datetime) -> None:
    Fulfilment.objects.filter(case_id=case.pk, done_at=None).update(
        done_at=now, last_error=event.value, lease_token="", lease_until=None
    )
