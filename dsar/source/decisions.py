"""Questions, advice, decisions, procedures: declared, handed over, removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from dsar.models import Advice, Case, Decision, Procedure, Question, Reminder
from dsar.source.declaring import (
    CASE_POINTER,
    MACHINE,
    ROW,
    SUBJECT,
    case_column,
    raw_delete,
    record_of,
)
from records.access.grants import Grant
from records.access.inventory import Personal, Provenance, Section, Table, not_personal
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.keys.queries import reveal_values

_STAFF = "staff_identity"


def _colleague(name: str, label: str) -> Personal:
    """Declare a column that says which member of staff did it."""
    return Personal(
        name,
        DataCategory.STAFF,
        label,
        (Purpose.RIGHTS_REQUEST,),
        basis=LegalBasis.LEGAL_OBLIGATION,
        recipients=(),
        retention="staff",
        provenance=Provenance.OBSERVED,
        withheld=_STAFF,
    )


_QUESTIONS = Table(
    model="dsar.Question",
    store=Store.IDENTITY,
    label="Questions about requests",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        *not_personal(["letter"], "points to the letter's row"),
        case_column("case", "case number"),
        case_column("asked_at", "when it was asked"),
        case_column("answered_at", "when it was answered"),
        case_column("text", "question"),
        case_column("answer", "answer", Provenance.PROVIDED),
    ),
)
_ADVICE = Table(
    model="dsar.Advice",
    store=Store.IDENTITY,
    label="Advice of the data protection officer",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        case_column("case", "case number"),
        case_column("given_at", "when it was given"),
        case_column("organisation", "organisation"),
        case_column("text", "advice"),
        _colleague("given_by", "who advised"),
    ),
)
_DECISIONS = Table(
    model="dsar.Decision",
    store=Store.IDENTITY,
    label="Decisions about requests",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        *not_personal(["letter"], "points to the letter's row"),
        case_column("case", "case number"),
        case_column("state", "state"),
        case_column("outcome", "decision"),
        case_column("grounds", "grounds"),
        case_column("granted", "kinds of data granted"),
        case_column("refused", "kinds of data not granted"),
        case_column("reasons", "reasons"),
        case_column("prepared_at", "when it was prepared"),
        case_column("prepared_role", "role of who prepared it"),
        case_column("prepared_at_organisation", "organisation that prepared it"),
        case_column("settled_at", "when it was confirmed or returned"),
        case_column("settled_at_organisation", "organisation that confirmed or returned it"),
        case_column("note", "why it was returned"),
        _colleague("prepared_by", "who prepared it"),
        _colleague("settled_by", "who confirmed or returned it"),
    ),
)
_REMINDERS = Table(
    model="dsar.Reminder",
    store=Store.IDENTITY,
    label="Reminders of deadlines",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["case"], CASE_POINTER),
        *not_personal(
            [
                "controller",
                "last_day",
                "days_before",
                "created_at",
                "sent_at",
                "last_error",
                "lease_token",
                "lease_until",
                "attempts",
            ],
            MACHINE,
        ),
    ),
)
_PROCEDURES = Table(
    model="dsar.Procedure",
    store=Store.IDENTITY,
    label="Procedures before the Information Commissioner",
    columns=(
        *not_personal(["id"], ROW),
        case_column("case", "case number"),
        case_column("number", "number at the Information Commissioner"),
        case_column("answered_at", "when the Commissioner was answered"),
        case_column("result", "result"),
        case_column("result_on", "day of the result"),
    ),
)


class DecisionsPart:
    """What people asked, advised and decided about a case."""

    tables: tuple[Table, ...] = (_QUESTIONS, _ADVICE, _DECISIONS, _REMINDERS, _PROCEDURES)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return the questions with their answers, the advice, the decisions with their reasons,
        and the procedures.
        """
        references = {case.pk: case.reference for case in cases}
        asked = Question.objects.filter(case__in=references).order_by("asked_at", "id")
        advised = Advice.objects.filter(case__in=references).order_by("given_at", "id")
        decided = Decision.objects.filter(case__in=references).order_by("prepared_at", "id")
        rows = Procedure.objects.filter(case__in=references).order_by("case__received_at", "id")
        return (
            _section(grant, _QUESTIONS, list(asked), references, ["text", "answer"]),
            _section(grant, _ADVICE, list(advised), references, ["text"]),
            _section(grant, _DECISIONS, list(decided), references, ["reasons", "note"]),
            _section(grant, _PROCEDURES, list(rows), references, []),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete them all, before the letters that they point to."""
        return {
            _QUESTIONS.model: raw_delete(Question.objects.filter(case__in=cases)),
            _ADVICE.model: raw_delete(Advice.objects.filter(case__in=cases)),
            _DECISIONS.model: raw_delete(Decision.objects.filter(case__in=cases)),
            _REMINDERS.model: raw_delete(Reminder.objects.filter(case__in=cases)),
            _PROCEDURES.model: raw_delete(Procedure.objects.filter(case__in=cases)),
        }, []


def _section(
    grant: Grant,
    table: Table,
    rows: Sequence[Any],
    references: dict[UUID, str],
    sealed: list[str],
) -> Section:
    revealed = reveal_values(grant, rows, sealed) if sealed else [()] * len(rows)
    return Section(
        table,
        tuple(
            record_of(table, row, references[row.case_id], **dict(zip(sealed, values, strict=True)))
            for row, values in zip(rows, revealed, strict=True)
        ),
    )
