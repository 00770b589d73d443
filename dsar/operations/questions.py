"""Asking the person something by letter, and their answer; the 30 days do not stop for it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from dsar.errors import NoQuestion, ReasonMissing
from dsar.letters.kinds import LetterKind
from dsar.models import Case, Question
from dsar.operations.history import advance, lock_case
from dsar.operations.letters import drop_letter, keep_letter, prepare_letter
from dsar.operations.opening import open_case, take_up
from dsar.queries import get_case, get_case_of
from dsar.rules import Event, State
from dsar.rules.duties import Duty, require_duty
from dsar.rules.states import transition
from records.access.gate import report_outcome
from records.access.grants import Actor
from records.access.purposes import Action
from records.keys.operations import seal_values

CLARIFICATION = "clarification"
"""The reason that history holds; the question itself is sealed."""


def ask_question(*, actor: Actor, case_id: UUID, text: str, now: datetime) -> Question:
    """Ask the person what is meant, by a letter that is made in the same step.

    Raises StepNotYours, StepNotPossible, ReasonMissing for an empty question, and what making the
    letter raises.
    """
    case = get_case(case_id)
    require_duty(Duty.ASK_QUESTION, actor=actor, controllers=case.controllers)
    if not text.strip():
        raise ReasonMissing(step=Event.QUESTION_ASKED.value)
    state = State.IN_WORK if case.state == State.VERIFIED else State(case.state)
    transition(state, Event.QUESTION_ASKED, role=actor.role, reason=CLARIFICATION)
    grant = open_case(case, actor=actor, action=Action.COLLECT, now=now)
    question = Question(case=case, subject_id=case.subject_id, asked_at=now)
    seal_values(grant, [question], [{"text": text.strip()}])
    prepared = prepare_letter(
        case=case,
        kind=LetterKind.QUESTION,
        actor=actor,
        now=now,
        blocks=[{"kind": "note", "title": "", "paragraphs": _paragraphs(text)}],
    )
    try:
        with transaction.atomic(durable=True):
            held = lock_case(case_id)
            take_up(held, actor=actor, now=now)
            advance(held, Event.QUESTION_ASKED, actor=actor, now=now, reason=CLARIFICATION)
            question.letter = keep_letter(prepared, case=held, actor=actor, now=now)
            question.save(force_insert=True)
    except BaseException:
        drop_letter(prepared)
        report_outcome(grant, done=False, now=now)
        raise
    report_outcome(grant, done=True, now=now, counts={"questions": 1})
    return question


def answer_question(
    *, actor: Actor, subject_id: UUID, case_id: UUID, text: str, now: datetime
) -> Case:
    """Keep the person's own answer, sealed, and go on with the work; raise NoQuestion,
    CaseUnknown for another's, ReasonMissing for an empty answer.
    """
    case = get_case_of(subject_id=subject_id, case_id=case_id)
    require_duty(Duty.ANSWER_QUESTION, actor=actor, controllers=case.controllers)
    if not text.strip():
        raise ReasonMissing(step=Event.QUESTION_ANSWERED.value)
    question = Question.objects.filter(case=case, answered_at=None).first()
    if question is None:
        raise NoQuestion(case_id=case_id)
    grant = open_case(case, actor=actor, action=Action.COLLECT, now=now)
    seal_values(grant, [question], [{"answer": text.strip()}])
    with transaction.atomic(durable=True):
        held = lock_case(case_id)
        if not Question.objects.filter(pk=question.pk, answered_at=None).exists():
            raise NoQuestion(case_id=case_id)
        question.answered_at = now
        question.save(update_fields=["answer", "answered_at"])
        advance(held, Event.QUESTION_ANSWERED, actor=actor, now=now)
    report_outcome(grant, done=True, now=now, counts={"answers": 1})
    return held


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.strip().split("\n\n") if part.strip()]
