"""Restriction, objection, review by a person, a question about a look: one question a page, check
answers, send (H3, H5).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsar.models import Case
from dsar.rules import Right, deadlines
from dsar.rules.corrections import MARKETING, ObjectionWay, RestrictionGround
from portal import words, words_corrections
from portal.clock import read_clock
from portal.forms import PageForm, read_number
from portal.people import Holder
from portal.roles import holder_only
from portal.usecases import own_rights
from portal.views.holder_requests import HIDDEN
from records.access.purposes import DataCategory, Purpose
from records.legal_days import legal_day

DRAFTS_KEY = "varuh_rights"
LONGEST = 2000
Answers = dict[str, Any]


class GroundForm(PageForm):
    """Which of the four grounds."""

    title = _("Why should your data rest?")
    answer = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        choices=[(ground.value, text) for ground, text in words_corrections.GROUNDS.items()],
        error_messages={"required": _("Choose why")},
    )


class KindsForm(PageForm):
    """All data, or some kinds."""

    title = _("Which kinds of data should rest?")
    answer = forms.MultipleChoiceField(
        label=title,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to let everything rest. Payments with the card go on."),
        choices=[(c.value, text) for c, text in words.CATEGORIES.items() if c not in HIDDEN],
    )


class WhyForm(PageForm):
    """In the person's own words."""

    title = _("Would you like to add anything?")
    answer = forms.CharField(
        label=title,
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("You need not. Please do not write about other people."),
    )


class NeededForm(WhyForm):
    """In the person's own words; without them there is nothing to answer."""

    title = _("What should we look at?")
    answer = forms.CharField(
        label=title,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("A few words are enough: when, where, what happened."),
        error_messages={"required": _("Write a few words")},
    )


class PurposesForm(PageForm):
    """What the person objects to."""

    title = _("What do you object to?")
    answer = forms.MultipleChoiceField(
        label=title,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one purpose")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [
            (choice.purpose.value, choice.name) for choice in own_rights.list_purposes()
        ]


class DecisionForm(PageForm):
    """Which decision."""

    title = _("What was decided without a person?")
    answer = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        choices=[
            (code, words_corrections.CASE_WORDS[code])
            for code in ("declined_payment", "blocked_card", "other_decision")
        ],
        error_messages={"required": _("Choose what was decided")},
    )


class LookForm(PageForm):
    """What is asked about a look."""

    title = _("What would you like to say about this look?")
    answer = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        choices=[(code, words_corrections.CASE_WORDS[code]) for code in ("understand", "object")],
        error_messages={"required": _("Choose one")},
    )


Submit = Callable[[Holder, Answers, str, UUID, datetime], Case]


@dataclass(frozen=True, slots=True)
class Flow:
    """The questions of one right, in order, and what sends their answers."""

    right: Right
    slug: str
    title: Promise
    steps: dict[str, type[PageForm]]
    submit: Submit
    note: Promise
    """What happens at once, said before sending."""


def _restrict(holder: Holder, answers: Answers, language: str, case_id: UUID, now: Any) -> Case:
    return own_rights.restrict(
        holder=holder,
        ground=RestrictionGround(answers["ground"]),
        categories=[DataCategory(kind) for kind in answers["kinds"]],
        why=answers["why"],
        language=language,
        case_id=case_id,
        now=now,
    )


def _object(holder: Holder, answers: Answers, language: str, case_id: UUID, now: Any) -> Case:
    return own_rights.protest(
        holder=holder,
        purposes=frozenset(Purpose(code) for code in answers["purposes"]),
        why=answers["why"],
        language=language,
        case_id=case_id,
        now=now,
    )


def _ask_person(holder: Holder, answers: Answers, language: str, case_id: UUID, now: Any) -> Case:
    details = {"decision": answers["decision"], "text": answers["text"]}
    return own_rights.ask_person(
        holder=holder, details=details, language=language, case_id=case_id, now=now
    )


def _ask_look(holder: Holder, answers: Answers, language: str, case_id: UUID, now: Any) -> Case:
    return own_rights.ask_about_look(
        holder=holder,
        entry_id=answers["entry"],
        ask=answers["ask"],
        text=answers["why"],
        language=language,
        case_id=case_id,
        now=now,
    )


FLOWS = {
    flow.slug: flow
    for flow in (
        Flow(
            Right.RESTRICTION,
            "restriction",
            _("Let my data rest"),
            {"ground": GroundForm, "kinds": KindsForm, "why": WhyForm},
            _restrict,
            _(
                "From the moment you send this, the data is only kept: nobody reads or changes it "
                "but for your rights, legal claims, the rights of others or an important public "
                "interest. Payments with the card go on. Before it ends we tell you."
            ),
        ),
        Flow(
            Right.OBJECTION,
            "objection",
            _("Object to a use of my data"),
            {"purposes": PurposesForm, "why": WhyForm},
            _object,
            _(
                "News stops everywhere the moment you send this, and nobody asks you again. "
                "Anything else is answered by a person, with reasons."
            ),
        ),
        Flow(
            Right.HUMAN_REVIEW,
            "human-review",
            _("Have a person look at a decision"),
            {"decision": DecisionForm, "text": NeededForm},
            _ask_person,
            _("A person looks at it again and answers you with reasons."),
        ),
        Flow(
            Right.LOG_QUESTION,
            "log-question",
            _("Ask about a look at my data"),
            {"ask": LookForm, "why": WhyForm},
            _ask_look,
            _("The entry goes with your question. A person answers you."),
        ),
    )
}


@holder_only
@require_safe
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin at the first question; what was answered before stays."""
    flow = FLOWS[slug]
    draft = _draft(request, slug) or {"id": str(uuid4()), "answers": {}}
    if flow.right is Right.LOG_QUESTION:
        entry = read_number(request.GET.get("entry"))
        if entry is None:
            return HttpResponseRedirect(reverse("holder_log"))
        own_rights.reveal_own_entry(holder=request.holder, entry_id=entry, now=read_clock())
        draft = {"id": str(uuid4()), "answers": {"entry": entry}}
    _keep(request, slug, draft)
    if flow.right is Right.OBJECTION:
        context = {"purposes": own_rights.list_purposes(), "ways": ObjectionWay, "flow": flow}
        return render(request, "portal/holder/objection_start.html", context)
    return HttpResponseRedirect(reverse(f"{slug}_step", args=[next(iter(flow.steps))]))


@holder_only
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """Show one question, or the check of all answers (H3, H5)."""
    flow, draft = FLOWS[slug], _draft(request, slug)
    if draft is None:
        return HttpResponseRedirect(reverse(slug))
    if step == "check":
        return _check(request, flow, draft)
    if step not in flow.steps:
        raise Http404
    answers = draft["answers"]
    form = flow.steps[step](request.POST or None, initial={"answer": answers.get(step)})
    if request.method == "POST":
        form = flow.steps[step](request.POST)
        if form.is_valid():
            answers[step] = form.cleaned_data["answer"]
            _keep(request, slug, draft)
            return HttpResponseRedirect(reverse(f"{slug}_step", args=[_after(flow, answers)]))
    names = list(flow.steps)
    place = names.index(step)
    back = "check" if "check" in request.GET else names[place - 1] if place else ""
    context = {
        "form": form,
        "flow": flow,
        "back": reverse(f"{slug}_step", args=[back]) if back else _start_of(flow),
        "line": _entry_line(request, draft),
    }
    status = 422 if form.is_bound else 200
    return render(request, "portal/holder/right_step.html", context, status=status)


def _check(request: HttpRequest, flow: Flow, draft: dict[str, Any]) -> HttpResponse:
    answers, now = draft["answers"], read_clock()
    if (missing := _after(flow, answers)) != "check":
        return HttpResponseRedirect(reverse(f"{flow.slug}_step", args=[missing]))
    if request.method == "POST":
        case = flow.submit(request.holder, answers, request.LANGUAGE_CODE, UUID(draft["id"]), now)
        _keep(request, flow.slug, None)
        return HttpResponseRedirect(reverse("right_sent", args=[case.pk]))
    rows = [
        {
            "question": form.title,
            "answer": _write(form, answers[name]),
            "change": reverse(f"{flow.slug}_step", args=[name]) + "?check",
        }
        for name, form in flow.steps.items()
    ]
    context = {
        "flow": flow,
        "rows": rows,
        "due": deadlines(legal_day(now)).due,
        "back": reverse(f"{flow.slug}_step", args=[list(flow.steps)[-1]]),
        "line": _entry_line(request, draft),
    }
    return render(request, "portal/holder/right_check.html", context)


@holder_only
@require_safe
def sent(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Confirm: reference, what has happened, what happens next with its date (H2)."""
    page = own_rights.read_sent(holder=request.holder, case_id=case_id, now=read_clock())
    return render(request, "portal/holder/right_sent.html", {"page": page})


@holder_only
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """End an objection to marketing; only then can a consent count again."""
    wanted = next((p for p in MARKETING if p.value == request.POST.get("purpose")), None)
    if wanted is None:
        raise Http404
    own_rights.take_back(holder=request.holder, purpose=wanted, now=read_clock())
    return HttpResponseRedirect(f"{reverse('holder_consents')}?saved=1")


def _after(flow: Flow, answers: Answers) -> str:
    """Return the first unanswered question, or the check of all."""
    return next((name for name in flow.steps if name not in answers), "check")


def _write(form: type[PageForm], answer: Any) -> str:
    bound = form().fields["answer"]
    named = {str(code): str(text) for code, text in getattr(bound, "choices", ())}
    chosen = answer if isinstance(answer, list) else [answer]
    return ", ".join(named.get(str(one), str(one)) for one in chosen if one)


def _start_of(flow: Flow) -> str:
    names = {Right.OBJECTION: "objection", Right.LOG_QUESTION: "holder_log"}
    return reverse(names.get(flow.right, "rights"))


def _entry_line(request: HttpRequest, draft: dict[str, Any]) -> object:
    entry = draft["answers"].get("entry")
    if entry is None:
        return None
    return own_rights.reveal_own_entry(holder=request.holder, entry_id=entry, now=read_clock())


def _draft(request: HttpRequest, slug: str) -> dict[str, Any] | None:
    return request.session.get(DRAFTS_KEY, {}).get(slug)


def _keep(request: HttpRequest, slug: str, draft: dict[str, Any] | None) -> None:
    drafts = {**request.session.get(DRAFTS_KEY, {}), slug: draft}
    request.session[DRAFTS_KEY] = {name: one for name, one in drafts.items() if one is not None}
