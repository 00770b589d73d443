"""Staff: unlocking, and the page that asks for a second factor to be set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from allauth.core import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import TooManyRequests
from portal.forms import PageForm
from portal.middleware import LOCKED_KEY
from portal.people import Holder, person_of
from portal.refusals import explain
from portal.usecases.sign_in import Typed
from portal.views.sign_in import ask, safe_next, unlock_session

_NOT_ACCEPTED = _("The passkey was not accepted. Try again with the one of this account.")
_NO_PASSKEY = {
    "required": _("The browser gave no passkey. Try again and do what the browser asks.")
}
PASSKEY_BUTTON = "mfa_webauthn_authenticate"


class PasswordForm(PageForm):
    """The password again."""

    password = forms.CharField(
        label=_("Password"),
        error_messages={"required": _("Type your password")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@contextmanager
def _refusing_passkeys() -> Iterator[None]:
    """Turn what is no passkey's answer into an error in our words; let others (limits) through."""
    try:
        yield
    except forms.ValidationError as error:
        if error.code != "incorrect_code":
            raise
    # What parses an answer trusts its shape: hostile JSON and CBOR end in any of these.
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        pass
    else:
        return
    raise forms.ValidationError(_NOT_ACCEPTED, code="incorrect_code")


class AddPasskeyForm(AddWebAuthnForm):
    """The name of a new passkey, and what the browser made."""

    name = forms.CharField(label=_("Name of the passkey"), required=False, max_length=60)
    credential = forms.JSONField(widget=forms.HiddenInput, error_messages=_NO_PASSKEY)

    def clean(self) -> dict[str, Any]:
        """Check what the browser made."""
        with _refusing_passkeys():
            return dict(super().clean())


class PasskeyForm(AuthenticateWebAuthnForm):
    """What the browser signed with a passkey."""

    credential = forms.JSONField(widget=forms.HiddenInput, error_messages=_NO_PASSKEY)

    def clean_credential(self) -> Authenticator:
        """Return whose key it is."""
        with _refusing_passkeys():
            return super().clean_credential()


class ConfirmPasskeyForm(PasskeyForm):
    """The same, of somebody who is signed in already."""

    reauthenticated = True


class SecondFactorView(AuthenticateView):
    """The code or the passkey, whichever this person has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows: the ways of this person, and why a passkey was refused."""
        user = self.stage.login.user
        refused = self.webauthn_form.errors.get("credential", []) if self.webauthn_form else []
        return super().get_context_data(**kwargs) | {
            "kinds": set(Authenticator.objects.filter(user=user).values_list("type", flat=True)),
            "errors": [{"href": f"#{PASSKEY_BUTTON}", "text": text} for text in refused],
        }


class StaffLoginView(LoginView):
    """User name and password; the second factor follows."""

    def get_default_success_url(self) -> str:
        """Return the start page of the role."""
        return reverse("start")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Let whoever was away come back to the same place (C10): staff by password, holders by a new
    code.
    """
    person, after = person_of(request), safe_next(request, reverse("start"))
    if person is None or not request.session.get(LOCKED_KEY):
        return HttpResponseRedirect(after)
    if isinstance(person, Holder):
        return _unlock_holder(request, person, after)
    form = PasswordForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        limited = ratelimit.consume_or_429(request, action="reauthenticate", user=request.user)
        if limited:
            return limited
        if get_adapter().reauthenticate(request.user, form.cleaned_data["password"]):
            return unlock_session(request, after)
        form.add_error("password", _("This is not the password of this account"))
        status = 422
    return render(request, "portal/unlock.html", {"form": form, "next": after}, status=status)


def _unlock_holder(request: HttpRequest, person: Holder, after: str) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            ask(request, typed=Typed("subject", str(person.subject_id)), task="unlock", after=after)
        except TooManyRequests as refusal:
            error = explain(refusal)
        else:
            return HttpResponseRedirect(reverse("unlock_code"))
    errors = [{"href": "", "text": error}] if error else []
    return render(
        request,
        "portal/unlock_holder.html",
        {"next": after, "errors": errors},
        status=429 if errors else 200,
    )


@never_cache
@require_safe
def factor_needed(request: HttpRequest) -> HttpResponse:
    """Say that a second factor must be set up, and how."""
    return render(request, "portal/factor_needed.html")
