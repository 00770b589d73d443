"""Recipients of data at the doors: their answers, what the office sees, what the sweep does."""

from datetime import datetime
from uuid import UUID

from dsar.models import Case
from dsar.operations.recipients import chase_recipients, record_answer, send_instructions
from dsar.queries import list_instructions
from dsar.queue import get_case_for
from dsar.rules.recipients import Result
from portal.delivery import get_channel
from portal.people import Staff
from records.identity.queries import list_controllers


def sweep(now: datetime) -> int:
    """Send instructions that are due and chase those who are silent; return how many steps."""
    return send_instructions(now=now) + chase_recipients(escalate=_tell_officers, now=now)


def _tell_officers(reference: str, recipient: str, now: datetime) -> None:
    """Tell the data protection officer of every controller that a recipient stays silent."""
    channel = get_channel()
    for controller in list_controllers():
        channel.send(
            to=controller.dpo_email,
            subject=f"Varuh: {reference}",
            text=f"{reference}: prejemnik {recipient} po dveh opominih ni odgovoril (člen 19 GDPR)."
            f"\n{reference}: recipient {recipient} has not answered after two reminders (GDPR 19).",
            now=now,
        )


def office_panel(case: Case) -> tuple[str, dict[str, object]] | None:
    """Return template and content of who was told in this case, None where nobody was."""
    told = list_instructions(case.pk)
    return ("portal/office/told.html", {"told": told}) if told else None


def keep_answer(
    *, staff: Staff, case_id: UUID, instruction_id: UUID, result: Result, now: datetime
) -> None:
    """Keep an answer that came on paper or by phone. Raises CaseUnknown, InstructionUnknown."""
    get_case_for(city=staff.city, case_id=case_id)
    record_answer(
        actor=staff.actor,
        case_id=case_id,
        instruction_id=instruction_id,
        result=result,
        now=now,
    )
