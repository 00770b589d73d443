"""The work on a case: the opened case, questions, advice, decisions by two people, extensions, the
supervisor's procedure, evidence.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsar import operations
from dsar.queries import list_letters, standing
from dsar.rules.decisions import DecisionState, Result
from portal.clock import read_clock
from portal.models import StaffRole
from portal.refusals import explain
from portal.roles import staff_only
from portal.usecases import case_work, correction_panels
from portal.usecases.said import write_said
from portal.views.work_forms import (
    AdviceForm,
    CaseForm,
    DecisionForm,
    ExtensionForm,
    ProcedureForm,
    QuestionForm,
    ResultForm,
    ReturnForm,
)
from records.errors import Refusal

STEP_NAMES = {
    "case_question": _("Ask the person"),
    "case_decision": _("Prepare the decision"),
    "case_advice": _("Advise"),
    "case_extension": _("Extend the deadline"),
    "case_procedure": _("Open the Commissioner’s procedure"),
}


@staff_only(StaffRole.CLERK)
@require_safe
def desk_cases(request: HttpRequest) -> HttpResponse:
    """Show the open cases that the clerk's city answers; nothing personal is opened."""
    rows = case_work.list_desk_cases(staff=request.staff, now=read_clock())
    return render(request, "portal/work/desk_cases.html", {"rows": rows})


@staff_only(*StaffRole)
@require_safe
@sensitive_variables()
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show a case opened: what was asked for, questions, advice, decisions. The holder sees it."""
    now = read_clock()
    texts = case_work.reveal_work(staff=request.staff, case_id=case_id, now=now)
    found = texts.case
    prepared = next((d for d in texts.decisions if d.row.state == DecisionState.PREPARED), None)
    officer = request.staff.role == StaffRole.CONTROLLER
    context = {
        "texts": texts,
        "said": write_said(texts.details),
        "has_subject_page": found.right in correction_panels.RIGHTS,
        "case": found,
        "standing": standing(found, now=now),
        "letters": list_letters(case_id),
        "prepared": prepared,
        "may_settle": officer
        and prepared is not None
        and prepared.row.prepared_by != request.staff.actor.id,
        "steps": [
            (name, STEP_NAMES[name])
            for name in case_work.list_steps(staff=request.staff, case=found)
        ],
        "procedure": getattr(found, "procedure", None),
        "officer": officer,
        "may_prove": request.staff.role != StaffRole.CLERK,
    }
    return render(request, "portal/work/case.html", context)


def _step(
    request: HttpRequest,
    case_id: UUID,
    *,
    form_class: type[CaseForm],
    title: Promise,
    button: Promise,
    act: Callable[[dict[str, Any], CaseForm], object],
) -> HttpResponse:
    """Show one form about a case, or do what it says and go back to the case."""
    found = case_work.get_case_for(staff=request.staff, case_id=case_id)
    form = form_class(request.POST or None, case=found)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(form.cleaned_data, form)
            except Refusal as refusal:
                form.add_error(None, explain(refusal))
                status = 409
            else:
                return HttpResponseRedirect(reverse("case_work", args=[case_id]))
    context = {"case": found, "form": form, "heading": title, "button": button}
    return render(request, "portal/work/step.html", context, status=status)


@staff_only(StaffRole.CLERK, StaffRole.CONTROLLER)
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def question(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask the person something, by letter."""
    return _step(
        request,
        case_id,
        form_class=QuestionForm,
        title=STEP_NAMES["case_question"],
        button=_("Send the question"),
        act=lambda said, _form: operations.ask_question(
            actor=request.staff.actor, case_id=case_id, text=said["text"], now=read_clock()
        ),
    )


@staff_only(StaffRole.CLERK, StaffRole.CONTROLLER)
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def decision(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Prepare a decision for a controller's officer to confirm."""
    return _step(
        request,
        case_id,
        form_class=DecisionForm,
        title=STEP_NAMES["case_decision"],
        button=_("Hand it over for confirmation"),
        act=lambda _said, form: operations.prepare_decision(
            actor=request.staff.actor, case_id=case_id, proposal=form.proposal(), now=read_clock()
        ),
    )


@staff_only(StaffRole.DPO)
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def advice(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Keep the advice of the data protection officer."""
    return _step(
        request,
        case_id,
        form_class=AdviceForm,
        title=STEP_NAMES["case_advice"],
        button=_("Keep the advice"),
        act=lambda said, _form: operations.give_advice(
            actor=request.staff.actor, case_id=case_id, text=said["text"], now=read_clock()
        ),
    )


@staff_only(StaffRole.CONTROLLER)
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def extension(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Prepare an extension and its letter."""
    return _step(
        request,
        case_id,
        form_class=ExtensionForm,
        title=STEP_NAMES["case_extension"],
        button=_("Prepare the extension and send its letter"),
        act=lambda said, _form: operations.prepare_extension(
            actor=request.staff.actor, case_id=case_id, now=read_clock(), **said
        ),
    )


@staff_only(StaffRole.CONTROLLER)
@require_http_methods(["GET", "POST"])
def procedure(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Open the linked case of a procedure before the Information Commissioner."""
    return _step(
        request,
        case_id,
        form_class=ProcedureForm,
        title=STEP_NAMES["case_procedure"],
        button=_("Open the procedure"),
        act=lambda said, _form: operations.open_procedure(
            actor=request.staff.actor, case_id=case_id, now=read_clock(), **said
        ),
    )


@staff_only(StaffRole.CONTROLLER)
@require_http_methods(["GET", "POST"])
def procedure_result(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Note how the Commissioner decided."""
    return _step(
        request,
        case_id,
        form_class=ResultForm,
        title=_("Result of the procedure"),
        button=_("Keep the result"),
        act=lambda said, _form: operations.end_procedure(
            actor=request.staff.actor,
            case_id=case_id,
            result=Result(said["result"]),
            result_on=said["result_on"],
            now=read_clock(),
        ),
    )


@staff_only(StaffRole.CONTROLLER)
@require_POST
def procedure_answered(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Note that the answer has gone to the Commissioner."""
    case_work.get_case_for(staff=request.staff, case_id=case_id)
    operations.note_commissioner_answered(
        actor=request.staff.actor, case_id=case_id, now=read_clock()
    )
    return HttpResponseRedirect(reverse("case_work", args=[case_id]))


@staff_only(StaffRole.CONTROLLER)
@require_POST
def confirm(request: HttpRequest, case_id: UUID, decision_id: UUID) -> HttpResponse:
    """Confirm what somebody else prepared: the letter goes out with it."""
    _require_of(request, case_id, decision_id)
    operations.confirm_decision(
        actor=request.staff.actor, decision_id=decision_id, now=read_clock()
    )
    return HttpResponseRedirect(reverse("case_work", args=[case_id]))


@staff_only(StaffRole.CONTROLLER)
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def give_back(request: HttpRequest, case_id: UUID, decision_id: UUID) -> HttpResponse:
    """Return what somebody else prepared, with what is to be changed."""
    _require_of(request, case_id, decision_id)
    return _step(
        request,
        case_id,
        form_class=ReturnForm,
        title=_("Return the decision"),
        button=_("Return it"),
        act=lambda said, _form: operations.return_decision(
            actor=request.staff.actor,
            decision_id=decision_id,
            note=said["note"],
            now=read_clock(),
        ),
    )


@staff_only(StaffRole.CONTROLLER, StaffRole.DPO)
@require_POST
def evidence(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Hand over a sealed evidence pack, made now."""
    file = case_work.make_pack(staff=request.staff, case_id=case_id, now=read_clock())
    response = HttpResponse(file.data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _require_of(request: HttpRequest, case_id: UUID, decision_id: UUID) -> None:
    found = case_work.get_case_for(staff=request.staff, case_id=case_id)
    if not found.decisions.filter(pk=decision_id).exists():
        raise Http404
