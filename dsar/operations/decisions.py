"""What the person decides about their own case: to withdraw it; and stopping its jobs."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from dsar.errors import CaseUnknown
from dsar.models import Case, Fulfilment
from dsar.operations.history import advance, lock_case
from dsar.rules import Event
from records.access.grants import Actor


def withdraw_case(*, actor: Actor, subject_id: UUID, case_id: UUID, now: datetime) -> Case:
    """Withdraw one's own request; raise CaseUnknown for another's, StepNotPossible once it is
    answered.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.subject_id != subject_id:
            raise CaseUnknown(case_id=case_id)
        advance(case, Event.WITHDRAWN, actor=actor, now=now)
        stop_jobs(case, Event.WITHDRAWN, now)
    return case


def stop_jobs(case: Case, event: Event, now: datetime) -> None:
    """End the open jobs of a case, inside the caller's transaction; a worker at one finds its lease
    lost.
    """
    Fulfilment.objects.filter(case_id=case.pk, done_at=None).update(
        done_at=now, last_error=event.value, lease_token="", lease_until=None
    )
