"""Extending a period: prepared by a controller, in force when its letter has arrived (C3, D4)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from dsar.errors import TooLateToExtend
from dsar.letters.kinds import LetterKind
from dsar.models import Case, CaseEvent, Letter
from dsar.operations.history import advance, lock_case
from dsar.operations.letters import drop_letter, keep_letter, prepare_letter
from dsar.operations.opening import take_up
from dsar.queries import get_case
from dsar.rules import Event
from dsar.rules.duties import Duty, require_duty
from dsar.rules.grounds import require_extension_reason, say_ground
from records.access.grants import Actor
from records.legal_days import legal_day


def prepare_extension(
    *, actor: Actor, case_id: UUID, reason: str, explanation: str, now: datetime
) -> Letter:
    """Prepare the one extension of a case, on or before the due day, and make its letter in the
    same step (GDPR 12(3), C3).

    The due day stays what it was until the letter was delivered, on or before it. `reason` is a
    code of dsar.rules.grounds; `explanation` says what it means here and stands only in the letter.
    Raises StepNotYours, GroundUnknown, TooLateToExtend, StepNotPossible, and what making the letter
    raises.
    """
    case = get_case(case_id)
    require_duty(Duty.PREPARE_EXTENSION, actor=actor, controllers=case.controllers)
    ground = require_extension_reason(reason)
    _require_in_time(case, now)
    reasons = [say_ground(ground, case.language), explanation.strip()]
    prepared = prepare_letter(
        case=case,
        kind=LetterKind.EXTENSION,
        actor=actor,
        now=now,
        reasons=[text for text in reasons if text],
    )
    try:
        with transaction.atomic(durable=True):
            held = lock_case(case_id)
            _require_in_time(held, now)
            take_up(held, actor=actor, now=now)
            advance(held, Event.EXTENSION_PREPARED, actor=actor, now=now, reason=reason)
            return keep_letter(prepared, case=held, actor=actor, now=now)
    except BaseException:
        drop_letter(prepared)
        raise


def put_in_force(letter: Letter, *, case: Case, actor: Actor, now: datetime) -> None:
    """Put the extension in force whose letter was delivered in time, inside the caller's
    transaction; leave everything as it was where it came late or after the answer.
    """
    prepared = CaseEvent.objects.filter(case=case, event=Event.EXTENSION_PREPARED).first()
    told_on = legal_day(letter.delivered_at or now)
    waits = case.state in ("in_work", "question_asked")
    if prepared is None or case.extended or told_on > case.due_on or not waits:
        return
    advance(case, Event.EXTENSION_IN_FORCE, actor=actor, now=now, reason=prepared.reason)
    case.extended = True
    case.save(update_fields=["extended"])


def _require_in_time(case: Case, now: datetime) -> None:
    """Return if the case may still be extended: once, before its day, and where the law has an
    extended period at all.
    """
    before = CaseEvent.objects.filter(case=case, event=Event.EXTENSION_PREPARED).exists()
    if before or legal_day(now) > case.due_on or case.legal_max_on <= case.due_on:
        raise TooLateToExtend(case_id=case.pk, due_on=case.due_on)
