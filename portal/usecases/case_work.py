"""What staff do with a case: ask, advise, decide with four eyes, extend, prove."""

from datetime import datetime
from uuid import UUID

from dsar.models import Case
from dsar.operations.evidence import make_evidence
from dsar.operations.reading import CaseTexts, reveal_case_texts
from dsar.queries import CaseStanding, PackageFile, get_case, list_open_cases, standing, standings
from dsar.rules.decisions import DecisionState
from dsar.rules.duties import CONTROLLERS_OWN, DUTIES, Duty
from portal.errors import OtherCity
from portal.models import StaffRole
from portal.people import Staff
from portal.permissions import list_cities
from portal.usecases import office
from portal.usecases.case_panels import Panel

SHOWN = 100
_STEPS = {
    Duty.ASK_QUESTION: "case_question",
    Duty.PREPARE_DECISION: "case_decision",
    Duty.GIVE_ADVICE: "case_advice",
    Duty.PREPARE_EXTENSION: "case_extension",
    Duty.OPEN_PROCEDURE: "case_procedure",
}
"""The address of each duty that begins with a form."""


def get_case_for(*, staff: Staff, case_id: UUID) -> Case:
    """Return a case that the member of staff may work on: a clerk's own city's, an officer's joint
    one (threat 35, D10). Raises CaseUnknown, OtherCity.
    """
    case = get_case(case_id)
    cities = set(list_cities(profile_id=staff.profile_id))
    theirs = {case.answered_by} if staff.role == StaffRole.CLERK else set(case.controllers)
    if not cities & theirs:
        raise OtherCity(city=case.answered_by)
    return case


def reveal_work(*, staff: Staff, case_id: UUID, now: datetime) -> CaseTexts:
    """Return a case with all that was written in it; the look is logged and the holder sees it."""
    get_case_for(staff=staff, case_id=case_id)
    return reveal_case_texts(actor=staff.actor, case_id=case_id, now=now)


def list_desk_cases(*, staff: Staff, now: datetime) -> list[tuple[Case, CaseStanding]]:
    """Return the open cases that the clerk's city answers, the most urgent first."""
    cases = list(list_open_cases(controller=staff.city)[:SHOWN])
    how = standings(cases, now=now)
    return [(case, how[case.pk]) for case in cases]


def list_steps(*, staff: Staff, case: Case) -> list[str]:
    """Return the url names of the forms that this member of staff has for this case now."""
    found = []
    for duty, name in _STEPS.items():
        mine = staff.actor.role in DUTIES[duty]
        own = duty not in CONTROLLERS_OWN or staff.organisation in case.controllers
        if mine and own and _possible(duty, case):
            found.append(name)
    return found


def _possible(duty: Duty, case: Case) -> bool:
    works = case.state in ("verified", "in_work", "extended")
    if duty is Duty.ASK_QUESTION:
        return works
    if duty is Duty.PREPARE_DECISION:
        waits = case.decisions.filter(state=DecisionState.PREPARED).exists()
        return (works or case.state == "identity_pending") and not waits
    if duty is Duty.PREPARE_EXTENSION:
        prepared = case.letters.filter(kind="extension").exists()
        return case.state in ("verified", "in_work", "question_asked") and not prepared
    if duty is Duty.OPEN_PROCEDURE:
        return case.right != "supervisor" and case.state not in ("received", "identity_pending")
    return case.state != "closed"


def work_panel(case: Case, staff: Staff, now: datetime) -> Panel | None:
    """Show on the office's page of a case how the decision stands, and the way to the work."""
    decision = case.decisions.order_by("-prepared_at").first()
    context = {
        "case": case,
        "decision": decision,
        "advice": case.advice.count(),
        "linked": list(case.linked.order_by("received_at")),
        "parent": case.parent,
        "extension_letter": case.letters.filter(kind="extension").first(),
        "extension_failed": standing(case, now=now).extension_failed,
        "may_prove": staff.role != StaffRole.CLERK,
    }
    return Panel("portal/work/panel.html", context)


def make_pack(*, staff: Staff, case_id: UUID, now: datetime) -> PackageFile:
    """Return a sealed evidence pack with a fresh verdict on the log."""
    get_case_for(staff=staff, case_id=case_id)
    report = office.check_integrity(now=now)
    return make_evidence(actor=staff.actor, case_id=case_id, log=report, now=now)
