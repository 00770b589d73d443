"""Holders' sign-in, unlocking and the fresh code before a download."""

from typing import Any
from uuid import UUID

from allauth.account.utils import perform_login
from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.clock import read_clock
from portal.errors import CodeExpired, CodeWrong, TooManyRequests
from portal.forms import PageForm
from portal.middleware import LOCKED_KEY, SEEN_KEY
from portal.people import Holder, person_of
from portal.refusals import explain
from portal.tasks import send_code, wake
from portal.usecases import sign_in as use
from records.cards.rules import clean_holder_id
from records.errors import Refusal
from records.identity.rules import clean_phone

ASKED_KEY, FRESH_KEY = "varuh_asked", "varuh_fresh"
FRESH_SECONDS = 120


class WhoForm(PageForm):
    """Card ID or phone number."""

    who = forms.CharField(
        label=_("Card ID or phone number"),
        help_text=_(
            "For a physical card type the number printed on it, "
            "for a virtual card the phone number of the app."
        ),
        max_length=40,
        error_messages={"required": _("Type your card ID or phone number")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )

    def clean_who(self) -> use.Typed:
        """Return what was typed in its one form; what is neither a card ID nor a number is said at
        once.
        """
        text = self.cleaned_data["who"]
        for kind, clean in (("card", clean_holder_id), ("phone", clean_phone)):
            try:
                return use.Typed(kind, clean(text))
            except Refusal:
                continue
        raise forms.ValidationError(
            _("This is neither a card ID nor a mobile number. Check it and type it again."),
            code="shape",
        )


class CodeForm(PageForm):
    """The one-time code."""

    code = forms.CharField(
        label=_("One-time code"),
        help_text=_("Six digits from the message. The code works for 5 minutes."),
        max_length=12,
        error_messages={"required": _("Type the six digits from the message")},
        widget=forms.TextInput(
            attrs={
                "class": "code",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
            }
        ),
    )

    def clean_code(self) -> str:
        """Return the digits."""
        digits = "".join(sign for sign in self.cleaned_data["code"] if sign.isdigit())
        if len(digits) != use.CODE_DIGITS:
            raise forms.ValidationError(_("The code has six digits"), code="shape")
        return digits


def safe_next(request: HttpRequest, default: str) -> str:
    """Return the address in `next` where it is our own, else the default."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return default


def ask(request: HttpRequest, *, typed: use.Typed, task: str, after: str, about: str = "") -> None:
    """Note the asking, put the message on the queue and remember both in the session. Raises
    TooManyRequests.
    """
    challenge_id = use.ask_for_code(
        typed=typed,
        address=get_ip(request),
        task=task,
        language=request.LANGUAGE_CODE,  # type: ignore[attr-defined]
        now=read_clock(),
    )
    request.session[ASKED_KEY] = {
        "id": str(challenge_id),
        "task": task,
        "after": after,
        "about": about,
    }
    wake(send_code, challenge_id)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for card ID or phone number."""
    if person_of(request):
        return HttpResponseRedirect(safe_next(request, reverse("start")))
    return _who_page(request, task="sign_in", after=safe_next(request, reverse("start")))


@never_cache
@require_http_methods(["GET", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """Start the block of a lost card: the first of three steps, for whoever is not signed in."""
    if isinstance(person_of(request), Holder):
        return HttpResponseRedirect(reverse("holder_block"))
    return _who_page(
        request, task="sign_in", after=reverse("holder_block"), template="portal/lost.html"
    )


def _who_page(
    request: HttpRequest, *, task: str, after: str, template: str = "portal/sign_in.html"
) -> HttpResponse:
    form = WhoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(request, typed=form.cleaned_data["who"], task=task, after=after)
        except TooManyRequests as refusal:
            form.add_error(None, explain(refusal))
            return render(request, template, {"form": form, "next": after}, status=429)
        return HttpResponseRedirect(reverse("sign_in_code"))
    ended = "ended" in request.GET
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, "next": after, "ended": ended}, status=status)


def read_code(
    request: HttpRequest, *, task: str, template: str, context: dict[str, Any]
) -> UUID | HttpResponse:
    """Show the page of the code; return the data subject once the right one is typed, else the
    page.
    """
    asked = request.session.get(ASKED_KEY)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subject_id = use.check_code(
                challenge_id=UUID(asked["id"]),
                code=form.cleaned_data["code"],
                task=task,
                now=read_clock(),
            )
        except (CodeWrong, CodeExpired) as refusal:
            form.add_error("code", explain(refusal))
        else:
            del request.session[ASKED_KEY]
            return subject_id
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and sign in."""
    asked = request.session.get(ASKED_KEY)
    if not asked or asked["task"] != "sign_in" or person_of(request):
        return HttpResponseRedirect(reverse("sign_in"))
    result = read_code(request, task="sign_in", template="portal/sign_in_code.html", context={})
    if isinstance(result, HttpResponse):
        return result
    user = use.get_or_create_user(subject_id=result)
    return perform_login(request, user, email_verification="none", redirect_url=asked["after"])


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def unlock_code(request: HttpRequest) -> HttpResponse:
    """Ask a holder whose session is locked for a new code, and go on at the same place (H5)."""
    person, asked = person_of(request), request.session.get(ASKED_KEY)
    if not isinstance(person, Holder) or not asked or asked["task"] != "unlock":
        return HttpResponseRedirect(reverse("start"))
    result = read_code(request, task="unlock", template="portal/unlock_code.html", context={})
    if isinstance(result, HttpResponse):
        return result
    if result != person.subject_id:
        raise CodeExpired
    return unlock_session(request, asked["after"])


def unlock_session(request: HttpRequest, after: str) -> HttpResponse:
    """Open the session again, under a new key, and go on: also with what was being sent when it
    locked.
    """
    from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, resume_request

    request.session.pop(LOCKED_KEY, None)
    request.session[SEEN_KEY] = read_clock().timestamp()
    request.session.cycle_key()
    request.GET = request.GET.copy()  # type: ignore[misc]  # allauth looks for `next` there
    request.GET["next"] = after
    if STATE_SESSION_KEY in request.session:
        return resume_request(request) or HttpResponseRedirect(after)
    return HttpResponseRedirect(after)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out and show the start page."""
    from django.contrib.auth import logout

    logout(request)
    return HttpResponseRedirect(reverse("home"))
