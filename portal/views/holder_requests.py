"""The holder's access request: one question per page, check answers, confirmation, follow,
download.
"""

from uuid import UUID, uuid4

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from dsar.queries import PackageFile
from dsar.rules import Right, deadlines
from dsar.tasks import fulfil_task
from portal import rights_pages, words
from portal.clock import read_clock
from portal.errors import TooManyRequests
from portal.forms import PageForm
from portal.refusals import explain
from portal.roles import holder_only
from portal.tasks import wake
from portal.usecases import own_cases
from portal.usecases.sign_in import Typed
from portal.views.sign_in import ASKED_KEY, FRESH_KEY, FRESH_SECONDS, ask, read_code
from records.access.purposes import DataCategory
from records.legal_days import legal_day

DRAFT_KEY = "varuh_request"
FORM_KEY = "varuh_download_form"
MOST_BYTES_AT_ONCE = 16 * 1024 * 1024
HIDDEN = frozenset({DataCategory.STAFF, DataCategory.SIGN_IN})


class ScopeForm(PageForm):
    """Everything, or some kinds."""

    title = _("What would you like to receive?")
    scope = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        initial="everything",
        choices=[
            ("everything", _("Everything that is kept about me")),
            ("some", _("Only some kinds of data")),
        ],
        error_messages={"required": _("Choose everything or some kinds")},
    )


class KindsForm(PageForm):
    """Which kinds."""

    title = _("Which kinds of data?")
    kinds = forms.MultipleChoiceField(
        label=title,
        widget=forms.CheckboxSelectMultiple,
        choices=[(c.value, text) for c, text in words.CATEGORIES.items() if c not in HIDDEN],
        error_messages={"required": _("Choose at least one kind of data")},
    )


class LanguageForm(PageForm):
    """In which language."""

    title = _("In which language?")
    language = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        choices=[("sl", "slovenščina"), ("en", "English")],
        error_messages={"required": _("Choose the language")},
    )


STEPS = {"scope": ScopeForm, "kinds": KindsForm, "language": LanguageForm}


@holder_only
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Show the holder's requests (H1)."""
    cases = own_cases.list_own(holder=request.holder, now=read_clock())
    return render(request, "portal/holder/requests.html", {"cases": cases})


@holder_only
@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """Show what a person may ask for, each in a sentence, with the way to it (GDPR 12(2))."""
    return render(request, "portal/holder/rights.html", {"rights": rights_pages.RIGHTS_PAGES})


@holder_only
@require_safe
def new_request(request: HttpRequest) -> HttpResponse:
    """Begin a request; what was answered before stays."""
    draft = request.session.get(DRAFT_KEY) or {"id": str(uuid4()), "answers": {}}
    request.session[DRAFT_KEY] = draft
    return HttpResponseRedirect(reverse("new_request_step", args=["scope"]))


@holder_only
@require_http_methods(["GET", "POST"])
def new_request_step(request: HttpRequest, step: str) -> HttpResponse:
    """Show one question, or the check of all answers (H3, H5)."""
    draft = request.session.get(DRAFT_KEY)
    if draft is None:
        return HttpResponseRedirect(reverse("new_request"))
    if step == "check":
        return _check(request, draft)
    if step not in STEPS:
        raise Http404
    answers = draft["answers"]
    initial = {"language": request.LANGUAGE_CODE} | answers.get(step, {})
    form = STEPS[step](request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        answers[step] = form.cleaned_data
        request.session[DRAFT_KEY] = draft
        return HttpResponseRedirect(reverse("new_request_step", args=[_after(answers)]))
    back = {"kinds": "scope", "language": "kinds" if _some(answers) else "scope"}.get(step, "")
    context = {
        "form": form,
        "field": form[next(iter(form.fields))],
        "step": step,
        "back": "check" if "check" in request.GET else back,
    }
    status = 422 if form.is_bound else 200
    return render(request, "portal/holder/request_step.html", context, status=status)


def _some(answers: dict[str, dict[str, object]]) -> bool:
    return answers.get("scope", {}).get("scope") == "some"


def _after(answers: dict[str, dict[str, object]]) -> str:
    """Return the next page: the first unanswered question, or the check of all."""
    if _some(answers) and not answers.get("kinds", {}).get("kinds"):
        return "kinds"
    return "check" if "language" in answers else "language"


def _check(request: HttpRequest, draft: dict[str, object]) -> HttpResponse:
    answers = draft["answers"]
    unanswered = _after(answers)
    if "scope" not in answers or unanswered != "check":
        return HttpResponseRedirect(
            reverse("new_request_step", args=["scope" if "scope" not in answers else unanswered])
        )
    now = read_clock()
    kinds = answers["kinds"]["kinds"] if _some(answers) else []
    if request.method == "POST":
        case = own_cases.file_own(
            holder=request.holder,
            right=Right.ACCESS,
            scope=[DataCategory(kind) for kind in kinds],
            language=answers["language"]["language"],
            case_id=UUID(draft["id"]),
            now=now,
        )
        del request.session[DRAFT_KEY]
        page = own_cases.read_case(holder=request.holder, case_id=case.pk, now=now)
        if page.job is not None:
            wake(fulfil_task, page.job.pk)
        return HttpResponseRedirect(reverse("request_sent", args=[case.pk]))
    context = {
        "some": _some(answers),
        "kinds": [words.CATEGORIES[DataCategory(kind)] for kind in kinds],
        "language": dict(LanguageForm.base_fields["language"].choices)[
            answers["language"]["language"]
        ],
        "due": deadlines(legal_day(now)).due,
    }
    return render(request, "portal/holder/request_check.html", context)


@holder_only
@require_safe
def sent(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Confirm the request: reference, and what happens next with its date (H2)."""
    page = own_cases.read_case(holder=request.holder, case_id=case_id, now=read_clock())
    return render(request, "portal/holder/request_sent.html", {"page": page})


@holder_only
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show one request with its timeline (H14); disable or renew its package (H12)."""
    now = read_clock()
    if request.method == "POST":
        if request.POST.get("act") == "disable":
            own_cases.disable(holder=request.holder, case_id=case_id, now=now)
        else:
            wake(fulfil_task, own_cases.renew(holder=request.holder, case_id=case_id, now=now))
        return HttpResponseRedirect(reverse("holder_case", args=[case_id]))
    page = own_cases.read_case(holder=request.holder, case_id=case_id, now=now)
    return render(request, "portal/holder/case.html", {"page": page})


@holder_only
@require_http_methods(["GET", "POST"])
def download_code(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask for a fresh code before a download (H13)."""
    about = str(case_id)
    if "form" in request.GET:
        request.session[FORM_KEY] = request.GET["form"]
    page = own_cases.read_case(holder=request.holder, case_id=case_id, now=read_clock())
    context = {"page": page}
    asked = request.session.get(ASKED_KEY)
    waiting = asked is not None and asked["task"] == "download" and asked["about"] == about
    if (request.method == "POST" and "send" in request.POST) or not waiting:
        if request.method != "POST":
            return render(request, "portal/holder/download_ask.html", context)
        try:
            ask(
                request,
                typed=Typed("subject", str(request.holder.subject_id)),
                task="download",
                after="",
                about=about,
            )
        except TooManyRequests as refusal:
            context["errors"] = [{"href": "", "text": explain(refusal)}]
            return render(request, "portal/holder/download_ask.html", context, status=429)
        return HttpResponseRedirect(reverse("download_code", args=[case_id]))
    result = read_code(
        request, task="download", template="portal/holder/download_code.html", context=context
    )
    if isinstance(result, HttpResponse):
        return result
    if result != request.holder.subject_id:
        raise Http404
    request.session[FRESH_KEY] = {"about": about, "until": read_clock().timestamp() + FRESH_SECONDS}
    return HttpResponseRedirect(reverse("download", args=[case_id]))


@holder_only
@require_safe
def download(request: HttpRequest, case_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """Hand the package over, once per fresh code (H13)."""
    now = read_clock()
    fresh = request.session.pop(FRESH_KEY, None)
    if fresh is None or fresh["about"] != str(case_id) or fresh["until"] < now.timestamp():
        return HttpResponseRedirect(reverse("download_code", args=[case_id]))
    file = own_cases.reveal_package_file(
        holder=request.holder,
        case_id=case_id,
        device=_device_class(request),
        files_only=request.session.pop(FORM_KEY, "") == "files",
        now=now,
    )
    return attached(file)


def attached(file: PackageFile) -> HttpResponse | StreamingHttpResponse:
    """Return the file as a download; a large one leaves piece by piece."""
    response: HttpResponse | StreamingHttpResponse
    if file.size > MOST_BYTES_AT_ONCE:
        response = StreamingHttpResponse(file.pieces(), content_type=file.mime)
    else:
        response = HttpResponse(file.data, content_type=file.mime)
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _device_class(request: HttpRequest) -> str:
    """Return phone or computer: a class for the history, no fingerprint."""
    return "phone" if "Mobi" in request.headers.get("User-Agent", "") else "computer"
