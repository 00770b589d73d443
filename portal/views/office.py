"""Pages of the data protection officer and of the controller's officer."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsar.queries import (
    find_open_fulfilment,
    list_events,
    list_letters,
    list_packages,
    standing,
)
from dsar.queue import get_case_for
from portal import words
from portal.clock import read_clock
from portal.forms import DayField, PageForm, read_number
from portal.models import StaffRole
from portal.roles import staff_only
from portal.usecases import case_panels, office
from portal.writing import LOCAL
from records.access.purposes import Purpose
from records.cards.rules import clean_holder_id
from records.errors import Refusal
from retention.models import ItemState, Plan, PlanState
from retention.operations import approve_plan as approve
from retention.queries import due_within, get_plan

OFFICE = (StaffRole.DPO, StaffRole.CONTROLLER)


@staff_only(*OFFICE)
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show one case: clock, work, packages, history (D2, D3). Nothing personal is opened."""
    found = get_case_for(city=request.staff.city, case_id=case_id)
    context = {
        "case": found,
        "standing": standing(found, now=read_clock()),
        "events": list_events(case_id),
        "packages": list_packages(case_id),
        "job": find_open_fulfilment(case_id),
        "letters": list_letters(case_id),
        "panels": case_panels.office_panels(case=found, staff=request.staff, now=read_clock()),
    }
    return render(request, "portal/office/case.html", context)


class LogForm(PageForm):
    """By card, by colleague, by time, by purpose."""

    card = forms.CharField(label=_("Card ID"), required=False, max_length=20)
    actor = forms.ChoiceField(label=_("Colleague"), required=False)
    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    since = DayField(label=_("From the day"), required=False, help_text=_("For example 5. 2. 2027"))
    until = DayField(label=_("To the day"), required=False, help_text=_("For example 28. 2. 2027"))

    def __init__(self, *args: object, city: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["actor"].choices = [("", _("Anybody")), *office.list_staff(city=city)]
        self.fields["purpose"].choices = [
            ("", _("Any")),
            *((purpose.value, text) for purpose, text in words.OFFICE_PURPOSES.items()),
        ]

    def clean_card(self) -> str:
        """Return the card ID; what cannot be one is said at once."""
        text = self.cleaned_data["card"].strip()
        try:
            return clean_holder_id(text) if text else ""
        except Refusal:
            raise forms.ValidationError(
                _("This is not a card ID: a digit is wrong"), code="shape"
            ) from None


@staff_only(StaffRole.DPO)
@require_http_methods(["GET", "POST"])
def log_search(request: HttpRequest) -> HttpResponse:
    """Search the log. By POST, so that no card ID stands in an address; the search itself is
    logged.
    """
    form = LogForm(request.POST or None, city=request.staff.city)
    page = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        page = office.search_log(
            staff=request.staff,
            card_id=values["card"],
            actor_id=values["actor"],
            purpose=Purpose(values["purpose"]) if values["purpose"] else None,
            since=_start_of(values["since"]),
            until=_start_of(values["until"] and values["until"] + timedelta(days=1)),
            before=read_number(request.POST.get("before")),
            now=read_clock(),
        )
        if page.unknown_card:
            form.add_error("card", _("There is no card with this ID"))
    return render(request, "portal/office/log.html", {"form": form, "page": page})


def _start_of(day: object) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=LOCAL) if day else None


@staff_only(*OFFICE)
@require_http_methods(["GET", "POST"])
def integrity(request: HttpRequest) -> HttpResponse:
    """Show whether the log is complete and unbroken; check it again at a click (D8)."""
    if request.method == "POST":
        office.check_integrity(now=read_clock())
        return HttpResponseRedirect(reverse("integrity"))
    return render(request, "portal/office/integrity.html", {"report": office.last_integrity()})


@staff_only(*OFFICE)
@require_safe
def retention_plans(request: HttpRequest) -> HttpResponse:
    """Show what is due in 30 and 90 days, and the plans (D9)."""
    now = read_clock()
    context = {
        "plans": Plan.objects.order_by("-made_at")[:50],
        "soon": due_within(days=30, now=now),
        "later": due_within(days=90, now=now),
    }
    return render(request, "portal/office/retention.html", context)


@staff_only(*OFFICE)
@require_safe
def retention_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Show one plan: the dry run, its approvals, what became of it."""
    plan = get_plan(plan_id=plan_id)
    context = {
        "plan": plan,
        "lines": office.count_plan_lines(plan=plan),
        "erased": plan.items.filter(state=ItemState.ERASED).count(),
        "approvals": plan.approvals.order_by("approved_at"),
        "may_approve": request.staff.role == StaffRole.CONTROLLER and plan.state == PlanState.MADE,
    }
    return render(request, "portal/office/plan.html", context)


@staff_only(StaffRole.CONTROLLER)
@require_POST
def approve_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Record one controller's approval of a plan; the second one lets it run (C9)."""
    approve(
        actor=request.staff.actor,
        plan_id=plan_id,
        now=read_clock(),
        confirmed_due=read_number(request.POST.get("confirmed_due")),
    )
    return HttpResponseRedirect(reverse("retention_plan", args=[plan_id]))
