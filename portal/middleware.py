"""Language by choice, sessions that lock, refusals as pages."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from portal.people import Holder, person_of
from portal.refusals import render_refusal
from records.errors import Refusal

STAFF_IDLE_SECONDS = 5 * 60
HOLDER_IDLE_SECONDS = 10 * 60
STAFF_LONGEST_SECONDS = 10 * 3600
HOLDER_LONGEST_SECONDS = 2 * 3600
SEEN_KEY, SINCE_KEY, LOCKED_KEY = "varuh_seen", "varuh_since", "varuh_locked"

GetResponse = Callable[[HttpRequest], HttpResponse]


class ChosenLanguageMiddleware:
    """Slovenian, unless the visitor chose English: the browser's wish does not decide for an
    official page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SessionGuardMiddleware:
    """Locks an idle session (C10), ends a long one, and lets no member of staff work without a
    second factor.

    A locked session keeps its answers: whoever re-enters goes on at the same place (H5).
    """

    OPEN_WHILE_LOCKED = frozenset(
        {
            "unlock",
            "unlock_code",
            "account_logout",
            "sign_out",
            "set_language",
            "healthz",
            "readyz",
            "accessibility",
            "privacy",
            "paper",
            "metrics",
            "demo",
            "demo_messages",
        }
    )
    OPEN_WITHOUT_FACTOR = OPEN_WHILE_LOCKED | {
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "factor_needed",
    }
    STAFF_ONLY = (OPEN_WITHOUT_FACTOR - OPEN_WHILE_LOCKED) | {
        "mfa_deactivate_totp",
        "mfa_reauthenticate_webauthn",
    }
    """allauth's pages, which ask only that somebody is signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; no page of somebody who is signed in stays in a cache, a refusal neither."""
        response = self.get_response(request)
        if not _is_machine(request) and person_of(request) is not None:
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Send to the lock, the sign-in or the second factor first.

        Here and not before: what is kept until the session opens again has passed the CSRF check.
        """
        person = None if _is_machine(request) else person_of(request)
        if person is None:
            return None
        now = time.time()
        name = request.resolver_match.url_name if request.resolver_match else None
        holder = isinstance(person, Holder)
        since = request.session.setdefault(SINCE_KEY, now)
        if now - since > (HOLDER_LONGEST_SECONDS if holder else STAFF_LONGEST_SECONDS):
            logout(request)
            where = reverse("sign_in" if holder else "account_login")
            return HttpResponseRedirect(
                f"{where}?{urlencode({'next': request.get_full_path(), 'ended': 1})}"
            )
        idle = now - request.session.get(SEEN_KEY, now)
        if idle > (HOLDER_IDLE_SECONDS if holder else STAFF_IDLE_SECONDS):
            request.session[LOCKED_KEY] = True
        if request.session.get(LOCKED_KEY):
            if name not in self.OPEN_WHILE_LOCKED:
                return suspend_request(request, reverse("unlock"))
        else:
            request.session[SEEN_KEY] = now
        if holder:
            if name in self.STAFF_ONLY:
                raise PermissionDenied
        elif name not in self.OPEN_WITHOUT_FACTOR and not get_adapter().is_mfa_enabled(
            request.user
        ):
            return HttpResponseRedirect(reverse("factor_needed"))
        return None


def _is_machine(request: HttpRequest) -> bool:
    """Return whether the request is for a file or from a terminal: those have no session."""
    return request.path.startswith((settings.STATIC_URL, "/api/"))


class RefusalMiddleware:
    """Turns a refusal that a view lets through into a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the refusal's page; leave every other exception to Django."""
        if isinstance(exception, Refusal) and not request.path.startswith("/api/"):
            return render_refusal(request, exception)
        return None
