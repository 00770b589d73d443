"""The desk: a new application page by page, and the application on its way to a card."""

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.forms import BooleanField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.clock import read_clock
from portal.forms import PageForm
from portal.models import StaffRole
from portal.roles import staff_only
from portal.usecases import desk
from portal.views.application_forms import KNOWN_PERSON_STEPS, STEPS
from portal.views.clerk import require_task, set_task
from records.cards.queries import list_application_events
from records.cards.rules import ApplicationPurpose, Channel, ClaimedStatus, issue_due_date
from records.contracts.operations import ApplicationDetails, StatusClaim
from records.identity.rules import PersonDetails

DRAFT_KEY = "varuh_application"


def _draft(request: HttpRequest) -> dict[str, Any]:
    return request.session.get(DRAFT_KEY) or {"answers": {}, "subject": ""}


def _steps(draft: dict[str, Any]) -> tuple[str, ...]:
    return KNOWN_PERSON_STEPS if draft["subject"] else tuple(STEPS)


def _form(request: HttpRequest, step: str, data: Any) -> PageForm:
    kind = STEPS[step]
    extra: dict[str, Any] = {}
    if step == "arrival":
        extra["city"] = request.staff.city
    if step == "card":
        extra["language"] = request.LANGUAGE_CODE
    form = kind(data, **extra)
    if step == "arrival":
        form.initial.setdefault("point", request.staff.registration_point)
    return form


@staff_only(StaffRole.CLERK)
@require_http_methods(["GET", "POST"])
def new_application(request: HttpRequest) -> HttpResponse:
    """Begin an application: of somebody new, or (by POST from their page) of somebody known."""
    subject = ""
    if request.method == "POST":
        try:
            subject_id = UUID(request.POST.get("subject", ""))
        except ValueError:
            raise BadRequest from None
        require_task(request, subject_id)
        subject = str(subject_id)
    elif request.session.get(DRAFT_KEY) and "new" not in request.GET:
        return render(request, "portal/clerk/draft.html")
    request.session[DRAFT_KEY] = {"answers": {}, "subject": subject}
    return HttpResponseRedirect(reverse("application_step", args=["arrival"]))


@staff_only(StaffRole.CLERK)
@require_http_methods(["GET", "POST"])
def application_step(request: HttpRequest, step: str) -> HttpResponse:
    """Show one page of the application, or the check of all answers."""
    draft = _draft(request)
    steps = _steps(draft)
    if step == "check":
        return _check(request, draft)
    if step not in steps:
        raise Http404
    answered = draft["answers"].get(step)
    form = _form(request, step, request.POST if request.method == "POST" else answered)
    if request.method == "POST" and form.is_valid():
        draft["answers"][step] = {
            name: request.POST.get(form.add_prefix(name), "") for name in form.fields
        }
        request.session[DRAFT_KEY] = draft
        after = steps[steps.index(step) + 1] if step != steps[-1] else "check"
        if "check" in request.GET:
            after = "check"
        return HttpResponseRedirect(reverse("application_step", args=[after]))
    number = steps.index(step) + 1
    back = steps[number - 2] if number > 1 else ""
    if request.method != "POST" and not answered:
        form = _form(request, step, None)
    context = {
        "form": form,
        "title": STEPS[step].title,
        "number": number,
        "total": len(steps),
        "back": "check" if "check" in request.GET else back,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/clerk/step.html", context, status=status)


def _check(request: HttpRequest, draft: dict[str, Any]) -> HttpResponse:
    forms = {step: _form(request, step, draft["answers"].get(step, {})) for step in _steps(draft)}
    if not draft["answers"].get("arrival") or not all(form.is_valid() for form in forms.values()):
        bad = next(s for s, f in forms.items() if not draft["answers"].get(s) or not f.is_valid())
        return HttpResponseRedirect(reverse("application_step", args=[bad]))
    if request.method == "POST":
        standing = _submit(
            request, draft, {k: v for f in forms.values() for k, v in f.cleaned_data.items()}
        )
        del request.session[DRAFT_KEY]
        return HttpResponseRedirect(
            reverse("desk_application", args=[standing.application_id]) + "?new=1"
        )
    groups = [
        {"step": step, "title": STEPS[step].title, "rows": [(f.label, _shown(f)) for f in form]}
        for step, form in forms.items()
    ]
    return render(request, "portal/clerk/check.html", {"groups": groups})


def _shown(field: Any) -> str:
    value = field.value()
    if isinstance(field.field, BooleanField):
        return gettext("yes") if value else gettext("no")
    choices = getattr(field.field, "choices", None)
    if choices:
        return str(dict(choices).get(value, "")) if value else ""
    return value if isinstance(value, str) else ""


@sensitive_variables("values")
def _submit(request: HttpRequest, draft: dict[str, Any], values: dict[str, Any]) -> Any:
    claim = None
    if values.get("status"):
        claim = StatusClaim(status=ClaimedStatus(values["status"]), evidence=values["evidence"])
    details = ApplicationDetails(
        purpose=ApplicationPurpose(values["purpose"]) if values.get("purpose") else None,
        chosen_city=values.get("chosen_city", ""),
        delivery_method=values.get("delivery_method", ""),
        delivery_point=values.get("delivery_point", ""),
        terms_reference=desk.name_terms(read_clock()) if values.get("terms") else "",
        status_claim=claim,
    )
    person = None
    if not draft["subject"]:
        person = PersonDetails(
            given_name=values["given_name"] or None,
            family_name=values["family_name"] or None,
            residence=values["residence"] or None,
            birth_date=values["birth_date"],
            phone=values["phone"] or None,
            email=values["email"] or None,
        )
    return desk.submit(
        staff=request.staff,
        details=details,
        person=person,
        subject_id=UUID(draft["subject"]) if draft["subject"] else None,
        point=values["point"],
        received_on=values["received_on"],
        channel=Channel(values["channel"]),
        language=request.LANGUAGE_CODE,
        now=read_clock(),
    )


@staff_only(StaffRole.CLERK)
@require_safe
def application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show an application and what can be done with it; nothing personal is opened."""
    found = desk.get_own_application(staff=request.staff, application_id=application_id)
    context = {
        "application": found,
        "card": desk.find_card_of(found),
        "events": list_application_events(application_id=application_id),
        "due": issue_due_date(found.completed_on) if found.completed_on else None,
        "mismatch": found.chosen_city != found.filed_at_city,
        "is_new": "new" in request.GET,
    }
    return render(request, "portal/clerk/application.html", context)


@staff_only(StaffRole.CLERK)
@require_POST
def application_act(request: HttpRequest, application_id: UUID, action: str) -> HttpResponse:
    """Accept, issue, call for completion or open the person of an application."""
    staff, now = request.staff, read_clock()
    found = desk.get_own_application(staff=staff, application_id=application_id)
    if action == "accept":
        confirmed = request.POST.get("city_confirmed") == "on"
        desk.accept(staff=staff, application_id=application_id, city_confirmed=confirmed, now=now)
    elif action == "issue":
        issued = desk.issue(staff=staff, application_id=application_id, now=now)
        response = render(
            request, "portal/clerk/issued.html", {"issued": issued, "application": found}
        )
        response.headers["Cache-Control"] = "no-store"
        return response
    elif action == "call":
        return render(request, "portal/clerk/call.html", {"application": found, "today": now})
    elif action == "person":
        set_task(request, subject_id=found.subject_id, task="application")
        return HttpResponseRedirect(reverse("desk_person", args=[found.subject_id]))
    else:
        raise Http404
    return HttpResponseRedirect(reverse("desk_application", args=[application_id]))
