"""The desk's pages about who may act for a holder (T4.2, C9, threats 5 and 26)."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.clock import read_clock
from portal.forms import DayField, PageForm
from portal.models import StaffRole
from portal.refusals import explain
from portal.roles import staff_only
from portal.usecases import intake, representatives
from portal.views.clerk import require_task
from records.errors import Refusal
from records.identity.errors import RepresentationInvalid
from records.identity.rules import Basis, Evidence, PersonDetails, Scope
from records.legal_days import legal_day

ONE_DAY = timedelta(days=1)


class RepresentativeForm(PageForm):
    """Who, on what basis, in what, until when, and what was seen."""

    given_name = forms.CharField(
        label=_("Given name of the representative"),
        max_length=100,
        error_messages={"required": _("Enter the given name")},
    )
    family_name = forms.CharField(
        label=_("Surname of the representative"),
        max_length=100,
        error_messages={"required": _("Enter the surname")},
    )
    residence = forms.CharField(
        label=_("Address of the representative"),
        help_text=_("Answers on paper go there."),
        max_length=300,
        error_messages={"required": _("Enter the address")},
    )
    phone = forms.CharField(label=_("Mobile number (optional)"), required=False, max_length=30)
    email = forms.CharField(label=_("E-mail address (optional)"), required=False, max_length=254)
    basis = forms.ChoiceField(
        label=_("On what basis?"),
        widget=forms.RadioSelect,
        choices=[
            (Basis.PARENT.value, _("Parent of a child")),
            (Basis.GUARDIANSHIP.value, _("Guardian by a decision of the court")),
            (Basis.AUTHORISATION.value, _("Authorised in writing by the holder")),
            (Basis.HEIR.value, _("Heir of a holder who has died")),
        ],
        error_messages={"required": _("Choose the basis")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("In what may they act?"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (Scope.RIGHTS.value, _("requests about data")),
            (Scope.CARD.value, _("the card")),
            (Scope.MONEY.value, _("the money on the card")),
        ],
        error_messages={"required": _("Choose at least one")},
    )
    evidence = forms.ChoiceField(
        label=_("What evidence did you see?"),
        help_text=_("Look at it and give it back. No copy is kept."),
        widget=forms.RadioSelect,
        choices=[
            (Evidence.BIRTH_CERTIFICATE.value, _("birth certificate")),
            (Evidence.COURT_DECISION.value, _("decision of the court")),
            (Evidence.WRITTEN_AUTHORISATION.value, _("written authorisation")),
            (Evidence.INHERITANCE_DECISION.value, _("inheritance decision")),
            (Evidence.OTHER.value, _("other evidence")),
        ],
        error_messages={"required": _("Choose what you saw")},
    )
    evidence_number = forms.CharField(
        label=_("Number of the evidence (optional)"), required=False, max_length=80
    )
    valid_until = DayField(
        label=_("Until which day? (optional)"),
        help_text=_("The last day, as the evidence says. Leave it empty where there is none."),
        required=False,
    )


@staff_only(StaffRole.CLERK)
@require_http_methods(["GET", "POST"])
def representatives_page(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Show who may act for the person that was looked up, and record somebody."""
    task = require_task(request, subject_id)
    form = RepresentativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            representatives.record(
                staff=request.staff,
                subject_id=subject_id,
                asked=_asked(form.cleaned_data),
                task=task,
                now=read_clock(),
            )
            return HttpResponseRedirect(reverse("representatives", args=[subject_id]))
        except Refusal as refusal:
            _add_refusal(form, refusal)
    lines = representatives.list_lines(
        staff=request.staff, subject_id=subject_id, task=task, now=read_clock()
    )
    context = {"form": form, "lines": lines, "subject_id": subject_id}
    status = 422 if form.errors else 200
    return render(request, "portal/clerk/representatives.html", context, status=status)


@staff_only(StaffRole.CLERK)
@require_POST
def representative_act(
    request: HttpRequest, subject_id: UUID, representation_id: UUID, action: str
) -> HttpResponse:
    """Confirm a representation as the second person, or end it."""
    task = require_task(request, subject_id)
    acts = {"confirm": representatives.confirm, "revoke": representatives.revoke}
    if action not in acts:
        raise Http404
    acts[action](
        staff=request.staff,
        subject_id=subject_id,
        representation_id=representation_id,
        task=task,
        now=read_clock(),
    )
    return HttpResponseRedirect(reverse("representatives", args=[subject_id]))


@staff_only(StaffRole.CLERK)
@require_http_methods(["GET", "POST"])
def authority(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Note on whose authority a request was filed for somebody else (threat 5)."""
    now = read_clock()
    case = intake.get_own_case(staff=request.staff, case_id=case_id)
    if request.method == "POST":
        try:
            chosen = UUID(request.POST.get("representation", ""))
        except ValueError:
            raise BadRequest from None
        representatives.show_for_case(
            staff=request.staff, case=case, representation_id=chosen, now=now
        )
        return HttpResponseRedirect(reverse("desk_case", args=[case_id]))
    lines = representatives.list_lines(
        staff=request.staff, subject_id=case.subject_id, task=str(case_id), now=now
    )
    return render(request, "portal/clerk/authority.html", {"case": case, "lines": lines})


def _asked(values: dict[str, object]) -> representatives.Asked:
    last = values["valid_until"]
    return representatives.Asked(
        representative=PersonDetails(
            given_name=values["given_name"],
            family_name=values["family_name"],
            residence=values["residence"],
            phone=values["phone"],
            email=values["email"],
        ),
        basis=Basis(values["basis"]),
        scopes=[Scope(scope) for scope in values["scopes"]],
        evidence=Evidence(values["evidence"]),
        evidence_number=values["evidence_number"],
        valid_from=legal_day(read_clock()),
        valid_until=last and last + ONE_DAY,
    )


def _add_refusal(form: RepresentativeForm, refusal: Refusal) -> None:
    """Show a refusal at the field that it is about."""
    field = refusal.facts.get("field") if isinstance(refusal, RepresentationInvalid) else None
    by_code = {
        "identity.phone_invalid": "phone",
        "identity.phone_not_mobile": "phone",
        "identity.email_invalid": "email",
        "identity.residence_invalid": "residence",
    }
    name = field or refusal.facts.get("field") or by_code.get(refusal.code)
    form.add_error(str(name) if name in form.fields else None, explain(refusal))
