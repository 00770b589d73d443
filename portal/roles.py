"""Which role may come through which door. A view without one of these decorators is public (tests
hold the list).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from portal.models import StaffRole
from portal.people import Holder, Staff, person_of

View = Callable[..., HttpResponse]


def _sign_in_first(request: HttpRequest, url_name: str) -> HttpResponse:
    return HttpResponseRedirect(
        f"{reverse(url_name)}?{urlencode({'next': request.get_full_path()})}"
    )


def holder_only(view: View) -> View:
    """Let only signed-in holders in; `request.holder` is who."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = person_of(request)
        if person is None:
            return _sign_in_first(request, "sign_in")
        if not isinstance(person, Holder):
            raise PermissionDenied
        request.holder = person  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    guarded.roles = frozenset({"holder"})  # type: ignore[attr-defined]
    return guarded


def staff_only(*roles: StaffRole) -> Callable[[View], View]:
    """Let only staff of these roles in; `request.staff` is who."""

    def decorate(view: View) -> View:
        @wraps(view)
        @never_cache
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            person = person_of(request)
            if person is None:
                return _sign_in_first(request, "account_login")
            if not isinstance(person, Staff) or person.role not in roles:
                raise PermissionDenied
            request.staff = person  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.roles = frozenset(role.value for role in roles)  # type: ignore[attr-defined]
        return guarded

    return decorate
