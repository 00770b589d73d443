"""Cases that follow up another: the controller's own review, and the supervisor's procedure (H16,
GDPR 77). Each has its own clock.
"""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from dsar.errors import ProcedureNotPossible, ReasonMissing, ReviewNotPossible
from dsar.models import Case, Procedure
from dsar.operations.filing import file_request, note_verified
from dsar.operations.history import advance, lock_case, record
from dsar.operations.opening import take_up
from dsar.queries import get_case, get_case_of
from dsar.rules import Channel, Deadlines, Event, Outcome, Right, State
from dsar.rules.clock import roll_back
from dsar.rules.decisions import OUTCOME_OF_RESULT, STEP_OF, Result
from dsar.rules.duties import Duty, require_duty
from dsar.rules.states import OPEN, PROVEN
from records.access.grants import Actor
from records.legal_days import legal_day, start_of_day

LINKED_CASE = "linked_case"
"""How identity was proven: it was, in the case that this one follows up."""
_FOLLOW_UPS = frozenset({Right.INTERNAL_REVIEW, Right.SUPERVISOR})


def ask_review(
    *, actor: Actor, subject_id: UUID, case_id: UUID, text: str, language: str, now: datetime
) -> Case:
    """File the person's wish that another officer looks at an answer again (H16).

    Raises CaseUnknown for another's, ReviewNotPossible for what is not answered, is a review itself
    or is being reviewed, and ReasonMissing without a word of what is wrong.
    """
    parent = get_case_of(subject_id=subject_id, case_id=case_id)
    require_duty(Duty.ASK_REVIEW, actor=actor, controllers=parent.controllers)
    if not text.strip():
        raise ReasonMissing(step=Right.INTERNAL_REVIEW.value)
    if not may_be_reviewed(parent):
        raise ReviewNotPossible(case_id=case_id)
    review = file_request(
        actor=actor,
        subject_id=subject_id,
        right=Right.INTERNAL_REVIEW,
        details={"text": text.strip()},
        language=language,
        parent=parent,
        now=now,
    )
    _link(parent, review, actor, now)
    return review


def may_be_reviewed(case: Case) -> bool:
    """Return whether the person may ask for a review of this case now."""
    if Right(case.right) in _FOLLOW_UPS or case.outcome in ("", Outcome.WITHDRAWN):
        return False
    if State(case.state) in OPEN:
        return False
    open_states = [state.value for state in OPEN]
    return not case.linked.filter(right=Right.INTERNAL_REVIEW, state__in=open_states).exists()


def open_procedure(
    *,
    actor: Actor,
    case_id: UUID,
    number: str,
    received_on: date,
    answer_by: date,
    now: datetime,
) -> Case:
    """Open the case of a procedure that the Information Commissioner has begun about a request.

    Its clock is the Commissioner's: `answer_by` is the day until which an answer is asked for. It
    is never extended here. Raises ProcedureNotPossible, StepNotYours.
    """
    parent = get_case(case_id)
    require_duty(Duty.OPEN_PROCEDURE, actor=actor, controllers=parent.controllers)
    today = legal_day(now)
    possible = (
        State(parent.state) in PROVEN
        and parent.right != Right.SUPERVISOR
        and number.strip()
        and parent.received_on <= received_on <= min(today, answer_by)
    )
    if not possible:
        raise ProcedureNotPossible(case_id=case_id)
    case = file_request(
        actor=actor,
        subject_id=parent.subject_id,
        right=Right.SUPERVISOR,
        channel=Channel.LETTER,
        language=parent.language,
        received_at=min(start_of_day(received_on), now),
        parent=parent,
        days=Deadlines(
            received=received_on,
            due=answer_by,
            legal_max=answer_by,
            target=max(received_on, roll_back(answer_by, settings.EXTRA_WORK_FREE_DAYS)),
        ),
        now=now,
    )
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        Procedure.objects.create(case=held, number=number.strip())
        note_verified(held, actor=actor, how=LINKED_CASE, now=now)
        take_up(held, actor=actor, now=now)
    _link(parent, case, actor, now)
    return held


def note_commissioner_answered(*, actor: Actor, case_id: UUID, now: datetime) -> Case:
    """Note once that the answer has gone to the Commissioner: the clock of the procedure ends with
    it, the procedure does not.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        require_duty(Duty.END_PROCEDURE, actor=actor, controllers=case.controllers)
        found = Procedure.objects.filter(case=case, answered_at=None, result="")
        if not found.update(answered_at=now):
            raise ProcedureNotPossible(case_id=case_id)
        record(case, Event.DELIVERED, actor=actor, now=now)
    return case


def end_procedure(
    *, actor: Actor, case_id: UUID, result: Result, result_on: date, now: datetime
) -> Case:
    """Note how the Commissioner decided; the case is answered by it and closed by the sweep."""
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        require_duty(Duty.END_PROCEDURE, actor=actor, controllers=case.controllers)
        if not case.received_on <= result_on <= legal_day(now):
            raise ProcedureNotPossible(case_id=case_id)
        changed = Procedure.objects.filter(case=case, result="").update(
            result=result, result_on=result_on
        )
        if not changed:
            raise ProcedureNotPossible(case_id=case_id)
        step = STEP_OF[OUTCOME_OF_RESULT[result]]
        advance(case, step, actor=actor, now=now, reason=result.value)
        advance(case, Event.DELIVERED, actor=actor, now=now)
    return case


def _link(parent: Case, follow_up: Case, actor: Actor, now: datetime) -> None:
    with transaction.atomic(durable=True):
        record(lock_case(parent.pk), Event.LINKED, actor=actor, now=now, reason=follow_up.right)
