"""The holder says what is wrong: every declared value with what can be done, the diff, check, send
(GDPR 16).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsar.rules import deadlines
from portal.clock import read_clock
from portal.forms import DayField, PageForm
from portal.refusals import explain
from portal.register import city_names
from portal.roles import holder_only
from portal.usecases import own_rights
from portal.usecases.own_data import write_value
from portal.usecases.own_rights import Field
from records.errors import Refusal
from records.identity.rules import PersonDetails, clean_details
from records.legal_days import legal_day

DRAFT_KEY = "varuh_rectification"
LONGEST = 2000


class StatementForm(PageForm):
    """What is wrong, in words."""

    answer = forms.CharField(
        label=_("What is wrong?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Your words are kept beside the value and handed over with it."),
        error_messages={"required": _("Write what is wrong")},
    )


def _form_for(found: Field, data: Any, initial: object) -> PageForm:
    """Return the form of one value, with the question as its label."""
    if not found.name:
        return StatementForm(data, initial={"answer": initial})
    label = gettext("New value: %(field)s") % {"field": found.label}
    if found.name == "birth_date":
        answer: forms.Field = DayField(label=label, help_text=_("For example 5. 2. 1987"))
    elif found.name == "home_city":
        answer = forms.ChoiceField(
            label=label, choices=list(city_names().items()), widget=forms.RadioSelect
        )
    else:
        answer = forms.CharField(label=label, max_length=300)
    answer.error_messages["required"] = _("Write the new value")
    form = PageForm(data, initial={"answer": initial})
    form.fields["answer"] = answer
    return form


@holder_only
@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    """Show every declared value, what can be done about it, and what is proposed so far."""
    draft = _draft(request)
    groups = own_rights.reveal_fields(holder=request.holder, now=read_clock())
    context = {
        "groups": [
            {"title": g.title, "first": g.first, "rows": [_row(f, draft) for f in g.fields]}
            for g in groups
        ],
        "any": bool(draft["answers"]),
    }
    return render(request, "portal/holder/rectification.html", context)


def _row(found: Field, draft: dict[str, Any]) -> dict[str, object]:
    said = draft["answers"].get(found.code)
    return {"field": found, "said": _written(found, said) if said is not None else ""}


@holder_only
@require_http_methods(["GET", "POST"])
def field(request: HttpRequest, step: str) -> HttpResponse:
    """Ask for one new value, or what is wrong; or show the check of all."""
    draft, now = _draft(request), read_clock()
    if step == "check":
        return _check(request, draft, now)
    found = _find(request, step, now)
    if request.method == "POST" and "forget" in request.POST:
        draft["answers"].pop(step, None)
        request.session[DRAFT_KEY] = draft
        return HttpResponseRedirect(reverse("rectification"))
    said = draft["answers"].get(step)
    initial = _plain(found, said) if said is not None else found.plain if found.name else ""
    form = _form_for(found, request.POST if request.method == "POST" else None, initial)
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data["answer"]
        problem = _problem(found, answer, now)
        if problem is None:
            draft["answers"][step] = answer.isoformat() if isinstance(answer, date) else answer
            request.session[DRAFT_KEY] = draft
            return HttpResponseRedirect(reverse("rectification_step", args=["check"]))
        form.add_error("answer", explain(problem))
    context = {"form": form, "field": found, "said": said is not None}
    status = 422 if form.is_bound else 200
    return render(request, "portal/holder/rectification_step.html", context, status=status)


def _check(request: HttpRequest, draft: dict[str, Any], now: datetime) -> HttpResponse:
    if not draft["answers"]:
        return HttpResponseRedirect(reverse("rectification"))
    groups = own_rights.reveal_fields(holder=request.holder, now=now)
    chosen = [f for g in groups for f in g.fields if f.code in draft["answers"]]
    errors = []
    if request.method == "POST":
        try:
            case = own_rights.propose(
                holder=request.holder,
                changes={f.name: _plain(f, draft["answers"][f.code]) for f in chosen if f.name},
                statements={f.code: draft["answers"][f.code] for f in chosen if not f.name},
                language=request.LANGUAGE_CODE,
                case_id=UUID(draft["id"]),
                now=now,
            )
        except Refusal as refusal:
            if not refusal.code.startswith(("identity.", "dsar.nothing_to_correct")):
                raise
            errors = [{"href": "", "text": explain(refusal)}]
        else:
            del request.session[DRAFT_KEY]
            return HttpResponseRedirect(reverse("right_sent", args=[case.pk]))
    context = {
        "rows": [_row(found, draft) for found in chosen],
        "reviewed": any(found.kind != "free" for found in chosen),
        "due": deadlines(legal_day(now)).due,
        "errors": errors,
    }
    status = 422 if errors else 200
    return render(request, "portal/holder/rectification_check.html", context, status=status)


@holder_only
@require_POST
def statement(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Keep a statement beside a value that was not changed (GDPR 16, second sentence)."""
    text = request.POST.get("text", "")[:LONGEST]
    case = own_rights.state(holder=request.holder, item_id=item_id, text=text, now=read_clock())
    return HttpResponseRedirect(reverse("holder_case", args=[case.pk]))


def _problem(found: Field, answer: object, now: datetime) -> Refusal | None:
    """Return the field's own refusal of the value, None where it is a good one."""
    if not found.name or found.name == "home_city":
        return None
    try:
        clean_details(PersonDetails(**{found.name: answer}), today=legal_day(now))
    except Refusal as refusal:
        return refusal
    return None


def _find(request: HttpRequest, code: str, now: datetime) -> Field:
    for group in own_rights.reveal_fields(holder=request.holder, now=now):
        for found in group.fields:
            if found.code == code:
                return found
    raise Http404


def _plain(found: Field, said: str) -> object:
    return date.fromisoformat(said) if found.name == "birth_date" else said


def _written(found: Field, said: str) -> str:
    return write_value(_plain(found, said))


def _draft(request: HttpRequest) -> dict[str, Any]:
    return request.session.get(DRAFT_KEY) or {"id": str(uuid4()), "answers": {}}
