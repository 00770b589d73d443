"""The desk: work list, look-up, person, cards, blocking."""

from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.clock import read_clock
from portal.errors import LookUpTooWide, OtherCity, TaskNeeded
from portal.forms import DayField, PageForm
from portal.models import StaffRole
from portal.refusals import explain
from portal.roles import staff_only
from portal.usecases import blocking, desk
from records.cards.errors import CardUnknown
from records.cards.queries import get_card
from records.cards.rules import BlockReason, Channel, clean_holder_id
from records.errors import Refusal

TASK_KEY, BLOCKED_KEY = "varuh_task", "varuh_desk_blocked"
TASK_LIFE = timedelta(minutes=30)
TASKS = [
    ("replacement", _("Replacement or new card")),
    ("loss", _("Loss, theft or damage")),
    ("status", _("Special status")),
    ("change", _("Change of data")),
    ("rights", _("Request about data and rights")),
    ("question", _("Question of the holder at the counter")),
]


@staff_only(StaffRole.CLERK)
@require_safe
def desk_page(request: HttpRequest) -> HttpResponse:
    """Show what waits, with clocks (C4)."""
    work = desk.list_work(staff=request.staff, now=read_clock())
    rows = [(row, work.due.get(row.pk)) for row in work.applications]
    return render(request, "portal/clerk/desk.html", {"work": work, "rows": rows})


class LookUpForm(PageForm):
    """Task, and exact facts (C1)."""

    task = forms.ChoiceField(
        label=_("What for?"),
        choices=TASKS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the task")},
    )
    card = forms.CharField(
        label=_("Card ID"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    family_name = forms.CharField(
        label=_("or surname"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = DayField(
        label=_("and date of birth"),
        required=False,
        help_text=_("For example 5. 2. 1987"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_card(self) -> str:
        """Return the card ID; what cannot be one is said at once."""
        text = self.cleaned_data["card"].strip()
        try:
            return clean_holder_id(text) if text else ""
        except Refusal as refusal:
            raise forms.ValidationError(explain(refusal), code="shape") from None

    def clean(self) -> dict[str, object]:
        """Ask for one way or the other, whole."""
        values = super().clean() or {}
        if not self.errors and not values.get("card"):
            if not values.get("family_name") and not values.get("birth_date"):
                self.add_error("card", _("Enter the card ID, or surname and date of birth"))
            elif not values.get("birth_date"):
                self.add_error("birth_date", _("Enter the date of birth as well"))
            elif not values.get("family_name"):
                self.add_error("family_name", _("Enter the surname as well"))
        return values


@staff_only(StaffRole.CLERK)
@require_http_methods(["GET", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Find one person for a task (C1)."""
    form = LookUpForm(request.POST or None)
    other_city = False
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            found = desk.find_person(
                staff=request.staff,
                task=values["task"],
                holder_id=values["card"],
                family_name=values["family_name"],
                birth_date=values["birth_date"],
                now=read_clock(),
            )
        except LookUpTooWide as refusal:
            form.add_error("card", explain(refusal))
        except OtherCity:
            other_city = True
        else:
            if found:
                set_task(request, subject_id=found, task=values["task"])
                return HttpResponseRedirect(reverse("desk_person", args=[found]))
            form.add_error(None, _("Nobody fits. Check the facts and try again."))
    context = {"form": form, "other_city": other_city}
    return render(request, "portal/clerk/look_up.html", context, status=422 if form.errors else 200)


def set_task(request: HttpRequest, *, subject_id: UUID, task: str) -> None:
    """Note in the session that this person is open for this task, for half an hour."""
    until = (read_clock() + TASK_LIFE).isoformat()
    request.session[TASK_KEY] = {"subject": str(subject_id), "task": task, "until": until}


def require_task(request: HttpRequest, subject_id: UUID) -> str:
    """Return the task for which this person is open; raise TaskNeeded."""
    held = request.session.get(TASK_KEY)
    if (
        held is None
        or held["subject"] != str(subject_id)
        or datetime.fromisoformat(held["until"]) < read_clock()
    ):
        raise TaskNeeded
    return str(held["task"])


@staff_only(StaffRole.CLERK)
@require_safe
def person(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Show the person that was looked up."""
    task = require_task(request, subject_id)
    page = desk.reveal_person_page(
        staff=request.staff, subject_id=subject_id, task=task, now=read_clock()
    )
    return render(
        request, "portal/clerk/person.html", {"page": page, "task": dict(TASKS).get(task, task)}
    )


class BlockForm(PageForm):
    """Which card, and what happened."""

    card = forms.CharField(
        label=_("Card ID"),
        max_length=20,
        error_messages={"required": _("Enter the card ID")},
        help_text=_("Of any city. Type or scan it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    reason = forms.ChoiceField(
        label=_("What happened?"),
        widget=forms.RadioSelect,
        initial=BlockReason.LOSS.value,
        choices=[
            (BlockReason.LOSS.value, _("lost")),
            (BlockReason.THEFT.value, _("stolen")),
            (BlockReason.ABUSE.value, _("used by somebody else")),
            (BlockReason.DAMAGE.value, _("damaged")),
        ],
    )
    channel = forms.ChoiceField(
        label=_("How was it reported?"),
        widget=forms.RadioSelect,
        initial=Channel.COUNTER.value,
        choices=[
            (Channel.COUNTER.value, _("at the counter")),
            (Channel.PHONE.value, _("by phone")),
            (Channel.EMAIL.value, _("by e-mail")),
            (Channel.POST.value, _("by letter")),
        ],
    )

    clean_card = LookUpForm.clean_card


def _card_asked_for(request: HttpRequest) -> str:
    """Return the ID of the card from whose page the clerk comes; the address holds a random number,
    for addresses stand in logs and histories.
    """
    try:
        card = get_card(UUID(request.GET.get("card", "")))
        require_task(request, card.subject_id)
    except (ValueError, CardUnknown, TaskNeeded):
        return ""
    return card.holder_id


@staff_only(StaffRole.CLERK)
@require_http_methods(["GET", "POST"])
def block(request: HttpRequest) -> HttpResponse:
    """Block a card of any city in one step (C6, C11)."""
    initial = {"card": _card_asked_for(request)}
    form = BlockForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            receipt = blocking.block_at_desk(
                staff=request.staff,
                holder_id=values["card"],
                reason=BlockReason(values["reason"]),
                channel=Channel(values["channel"]),
                now=read_clock(),
            )
        except CardUnknown as refusal:
            form.add_error("card", explain(refusal))
        else:
            request.session[BLOCKED_KEY] = {
                "card": receipt.holder_id,
                "at": receipt.blocked_at.isoformat(),
                "to": receipt.forwarded_to,
            }
            return HttpResponseRedirect(reverse("desk_blocked"))
    return render(
        request, "portal/clerk/block.html", {"form": form}, status=422 if form.errors else 200
    )


@staff_only(StaffRole.CLERK)
@require_safe
def blocked(request: HttpRequest) -> HttpResponse:
    """Show the receipt to print, with what the holder can do next (T4.4.4)."""
    held = request.session.get(BLOCKED_KEY)
    if held is None:
        return HttpResponseRedirect(reverse("desk_block"))
    context = {
        "card": held["card"],
        "at": datetime.fromisoformat(held["at"]),
        "forwarded_to": held["to"],
    }
    return render(request, "portal/clerk/blocked.html", context)


@staff_only(StaffRole.CLERK)
@require_POST
def card_act(request: HttpRequest, card_id: UUID, action: str) -> HttpResponse:
    """Call for pickup, deliver or activate a card."""
    if action not in {"call", "deliver", "activate"}:
        raise Http404
    card = desk.act_on_card(staff=request.staff, card_id=card_id, action=action, now=read_clock())
    return HttpResponseRedirect(reverse("desk_application", args=[card.application_id]))
