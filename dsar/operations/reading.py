"""Opening everything that was written in one case, for whoever works on it: one look, one entry."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from dsar.models import Advice, Case, Decision, Question
from dsar.operations.opening import open_case
from dsar.queries import get_case, get_case_of, reveal_details
from records.access.grants import Actor, Grant
from records.access.purposes import Action
from records.keys.queries import reveal_values


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question and its answer, opened."""

    row: Question
    text: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GivenAdvice:
    """Advice, opened."""

    row: Advice
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrittenDecision:
    """A decision with its reasons, opened."""

    row: Decision
    reasons: str = field(repr=False)
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaseTexts:
    """All that was written in a case."""

    case: Case
    details: dict[str, object] = field(repr=False)
    questions: tuple[AskedQuestion, ...]
    advice: tuple[GivenAdvice, ...]
    decisions: tuple[WrittenDecision, ...]


def reveal_case_texts(*, actor: Actor, case_id: UUID, now: datetime) -> CaseTexts:
    """Return what was asked, answered, advised and decided in a case, for staff; the person sees
    the look. Raises the gate's refusals and CaseUnknown.
    """
    case = get_case(case_id)
    grant = open_case(case, actor=actor, action=Action.CONSULT, now=now)
    advised = list(Advice.objects.filter(case=case).order_by("given_at", "id"))
    decided = list(Decision.objects.filter(case=case).order_by("-prepared_at", "id"))
    return CaseTexts(
        case=case,
        details=reveal_details(grant, case),
        questions=_questions(grant, case),
        advice=tuple(
            GivenAdvice(row, str(text))
            for row, (text,) in zip(advised, reveal_values(grant, advised, ["text"]), strict=True)
        ),
        decisions=tuple(
            WrittenDecision(row, str(reasons or ""), str(note or ""))
            for row, (reasons, note) in zip(
                decided, reveal_values(grant, decided, ["reasons", "note"]), strict=True
            )
        ),
    )


def reveal_own_questions(
    *, actor: Actor, subject_id: UUID, case_id: UUID, now: datetime
) -> tuple[AskedQuestion, ...]:
    """Return the questions of the person's own case; raise CaseUnknown for another's."""
    case = get_case_of(subject_id=subject_id, case_id=case_id)
    return _questions(open_case(case, actor=actor, action=Action.CONSULT, now=now), case)


def _questions(grant: Grant, case: Case) -> tuple[AskedQuestion, ...]:
    rows = list(Question.objects.filter(case=case).order_by("asked_at", "id"))
    return tuple(
        AskedQuestion(row, str(text), str(answer or ""))
        for row, (text, answer) in zip(
            rows, reveal_values(grant, rows, ["text", "answer"]), strict=True
        )
    )
