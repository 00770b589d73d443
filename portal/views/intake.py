"""Registering a request that came to a desk: one question a page, check, confirmation (C16)."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from dsar.models import Case
from dsar.operations.intake import Arrival, Stranger, register_request
from dsar.operations.mail import register_draft
from dsar.rules import AnswerWay, Channel, FiledBy, Right, deadlines
from portal.clock import read_clock
from portal.errors import LookUpTooWide
from portal.forms import PageForm
from portal.models import StaffRole
from portal.refusals import explain
from portal.roles import staff_only
from portal.usecases import intake
from portal.views.intake_forms import STEPS
from records.legal_days import legal_day

DRAFT_KEY = "varuh_intake"
DESK = (StaffRole.CLERK, StaffRole.CONTROLLER)
Draft = dict[str, Any]


def begin(request: HttpRequest, **more: Any) -> Draft:
    """Begin a registration in the session; what was begun before is replaced."""
    draft: Draft = {
        "id": str(uuid4()), "answers": {}, "subject": "", "city": "", "mail": "", "proved": "",
        "written": "", **more,
    }  # fmt: skip
    request.session[DRAFT_KEY] = draft
    return draft


@staff_only(*DESK)
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """Begin a registration; one that was begun stays until it is thrown away."""
    if request.session.get(DRAFT_KEY) and "new" not in request.GET:
        return render(request, "portal/clerk/intake_draft.html")
    begin(request)
    return HttpResponseRedirect(reverse("register_step", args=["right"]))


@staff_only(*DESK)
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, step: str) -> HttpResponse:
    """Show one question, or the check of all answers (H3, H5)."""
    draft = request.session.get(DRAFT_KEY)
    if draft is None:
        return HttpResponseRedirect(reverse("register_request"))
    if step == "check":
        return _check(request, draft)
    steps = _steps(draft)
    if step not in steps:
        raise Http404
    form = _form(request, draft, step, bound=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _accept(request, draft, step, form):
        draft["answers"][step] = {name: request.POST.get(name, "") for name in form.fields}
        request.session[DRAFT_KEY] = draft
        return HttpResponseRedirect(reverse("register_step", args=[_next(draft)]))
    place = steps.index(step)
    context = {
        "form": form,
        "single": len(form.fields) == 1,
        "title": STEPS[step].title,
        "step": step,
        "back": "check" if "check" in request.GET else steps[place - 1] if place else "",
        "from_mail": bool(draft["mail"]),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "portal/clerk/intake_step.html", context, status=status)


def _steps(draft: Draft) -> list[str]:
    known, said = bool(draft["subject"]), draft["answers"].get("whose") is not None
    left_out = {"stranger"} if known or not said else {"asks"}
    return [one for one in STEPS if one not in left_out]


def _next(draft: Draft) -> str:
    """Return the first page without an answer, in order; then the check."""
    return next((one for one in _steps(draft) if one not in draft["answers"]), "check")


def _form(request: HttpRequest, draft: Draft, step: str, *, bound: Any) -> PageForm:
    extra: dict[str, Any] = {}
    if step == "dates" and draft["proved"]:
        extra["proved_at"] = datetime.fromisoformat(draft["proved"])
        extra["written"] = (
            legal_day(datetime.fromisoformat(draft["written"])) if draft["written"] else None
        )
    initial = {
        "language": request.LANGUAGE_CODE,
        "place": request.staff.registration_point,
        **draft["answers"].get(step, {}),
    }
    form = STEPS[step](bound, initial=initial, **extra)
    asks = draft["answers"].get("asks", {}).get("filed_by", FiledBy.SELF.value)
    if step == "answer" and (not draft["subject"] or asks != FiledBy.SELF.value):
        field = form.fields["answer_way"]
        field.choices = [one for one in field.choices if one[0] != AnswerWay.PORTAL.value]
        field.help_text = "" if not draft["subject"] else _("It goes to the representative.")
    return form


def _accept(request: HttpRequest, draft: Draft, step: str, form: PageForm) -> bool:
    """Look for the person once the facts are there; return whether the page may be left."""
    if step != "whose":
        return True
    values = form.cleaned_data
    found = None
    if form.can_search:
        try:
            found = intake.find_person(
                staff=request.staff,
                holder_id=values["card"],
                family_name=values["family_name"],
                birth_date=values["birth_date"],
                case_id=UUID(draft["id"]),
                now=read_clock(),
            )
        except LookUpTooWide as refusal:
            form.add_error("card", explain(refusal))
            return False
    draft["subject"] = str(found.subject_id) if found else ""
    draft["city"] = found.city if found else request.staff.city
    if found:
        draft["answers"].pop("stranger", None)
        draft["answers"].pop("answer", None)
    else:
        draft["answers"].pop("answer", None)
        draft["answers"].pop("asks", None)
    return True


def _check(request: HttpRequest, draft: Draft) -> HttpResponse:
    unanswered = _next(draft)
    if unanswered != "check":
        return HttpResponseRedirect(reverse("register_step", args=[unanswered]))
    forms = {one: _form(request, draft, one, bound=draft["answers"][one]) for one in _steps(draft)}
    for name, form in forms.items():
        if not form.is_valid():
            del draft["answers"][name]
            request.session[DRAFT_KEY] = draft
            return HttpResponseRedirect(reverse("register_step", args=[name]))
    if request.method == "POST":
        case = _register(request, draft, forms)
        del request.session[DRAFT_KEY]
        return HttpResponseRedirect(reverse("request_registered", args=[case.pk]))
    receipt = forms["dates"].receipt
    context = {
        "groups": [
            {"step": name, "title": STEPS[name].title, "rows": [_row(f) for f in form]}
            for name, form in forms.items()
        ],
        "old": receipt.old,
        "received": legal_day(receipt.at),
        "due": deadlines(legal_day(receipt.at)).due,
        "other_city": draft["city"] if draft["city"] != request.staff.city else "",
        "unknown": not draft["subject"],
    }
    return render(request, "portal/clerk/intake_check.html", context)


def _row(field: Any) -> tuple[object, str]:
    value = field.value()
    choices = getattr(field.field, "choices", None)
    if choices:
        return field.label, str(dict(choices).get(value, ""))
    return field.label, value if isinstance(value, str) else ""


def _register(request: HttpRequest, draft: Draft, forms: dict[str, Any]) -> Case:
    staff, now = request.staff, read_clock()
    values = {k: v for form in forms.values() for k, v in form.cleaned_data.items()}
    stranger = None
    if not draft["subject"]:
        facts = [draft["answers"]["whose"][name] for name in ("card", "family_name", "birth_date")]
        stranger = Stranger(
            name=values["name"],
            address=values["address"],
            facts=", ".join(fact for fact in facts if fact),
        )

    def register() -> Case:
        return register_request(
            actor=staff.actor,
            city=staff.city,
            right=Right(values["right"]),
            arrival=Arrival(
                channel=Channel(values["channel"]),
                receipt=forms["dates"].receipt,
                arrived_at=values["place"],
                proved_at=forms["dates"].proved_at,
                written_on=forms["dates"].written,
            ),
            case_id=UUID(draft["id"]),
            subject_id=UUID(draft["subject"]) if draft["subject"] else None,
            stranger=stranger,
            text=values["text"],
            language=values["language"],
            answer_way=AnswerWay(values["answer_way"]),
            filed_by=FiledBy(values.get("filed_by", FiledBy.SELF.value)),
            now=now,
        )

    if not draft["mail"]:
        return register()
    return register_draft(
        actor=staff.actor, draft_id=UUID(draft["mail"]), register=register, now=now
    )
