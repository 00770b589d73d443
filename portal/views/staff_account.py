"""Staff: unlocking, and the page that asks for a second factor to be set up."""

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from allauth.core import ratelimit
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


class PasswordForm(PageForm):
    """The password again."""

    password = forms.CharField(
        label=_("Password"),
        error_messages={"required": _("Type your password")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


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
