"""A request that people decided, with a marker in every sealed field, for the canary's life."""

from datetime import datetime
from uuid import UUID

from dsar.models import Case
from dsar.operations import (
    Proposal,
    answer_question,
    ask_question,
    confirm_decision,
    end_procedure,
    file_request,
    give_advice,
    open_letter,
    open_procedure,
    prepare_decision,
    return_decision,
)
from dsar.rules import Outcome, Right
from dsar.rules.decisions import Result
from portal.walkthrough.story import CLERK, FIRST_CONTROLLER
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.legal_days import legal_day

DPO = Actor(ActorRole.DPO, "5f4dcc3b-0000-4000-8000-00000000000d", "novo-mesto")
WRITTEN = {
    "details": "Popravek{}",
    "question": "Vprasanje{}",
    "answer": "Odgovor{}",
    "advice": "Mnenje{}",
    "reasons": "Razlog{}",
    "note": "Vrnitev{}",
}


def written_marks(name: str) -> list[str]:
    """Return what the canary's decided case holds, word by word."""
    return [text.format(name) for text in WRITTEN.values()]


def live_a_decided_case(*, holder: Actor, subject: UUID, name: str, now: datetime) -> Case:
    """File a request, ask, answer, advise, return, refuse, deliver; then the supervisor's
    procedure about it, to its end.
    """
    said = {key: text.format(name) for key, text in WRITTEN.items()}
    case = file_request(
        actor=holder,
        subject_id=subject,
        right=Right.RECTIFICATION,
        details={"text": said["details"]},
        now=now,
    )
    ask_question(actor=CLERK, case_id=case.pk, text=said["question"], now=now)
    answer_question(actor=holder, subject_id=subject, case_id=case.pk, text=said["answer"], now=now)
    give_advice(actor=DPO, case_id=case.pk, text=said["advice"], now=now)
    proposal = Proposal(outcome=Outcome.REFUSED, grounds=["accurate"], reasons=said["reasons"])
    first = prepare_decision(actor=CLERK, case_id=case.pk, proposal=proposal, now=now)
    return_decision(actor=FIRST_CONTROLLER, decision_id=first.pk, note=said["note"], now=now)
    second = prepare_decision(actor=CLERK, case_id=case.pk, proposal=proposal, now=now)
    letter = confirm_decision(actor=FIRST_CONTROLLER, decision_id=second.pk, now=now)
    open_letter(actor=holder, subject_id=subject, letter_id=letter.pk, now=now)
    today = legal_day(now)
    procedure = open_procedure(
        actor=FIRST_CONTROLLER,
        case_id=case.pk,
        number="07101-5/2026/16",
        received_on=today,
        answer_by=today,
        now=now,
    )
    end_procedure(
        actor=FIRST_CONTROLLER,
        case_id=procedure.pk,
        result=Result.DISMISSED,
        result_on=today,
        now=now,
    )
    return case
