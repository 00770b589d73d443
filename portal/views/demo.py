"""Pages of the demonstration; outside it there are none."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.clock import read_clock
from portal.delivery import read_demo_messages
from portal.demo.seeding import read_demo
from portal.demo.staff import current_code


def _demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request)

    return never_cache(require_safe(guarded))


@_demo_only
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Show with what a visitor can sign in, and what the invented authenticators show now."""
    content: dict[str, Any] = read_demo() or {}
    now: datetime = read_clock()
    staff = [
        person | {"code": current_code(totp_secret=person["totp_secret"], now=now)}
        for person in content.get("staff", [])
    ]
    context = {
        "staff": staff,
        "holders": content.get("holders", []),
        "left": 30 - int(now.timestamp()) % 30,
    }
    return render(request, "portal/demo.html", context)


@_demo_only
def messages(request: HttpRequest) -> HttpResponse:
    """Show what would have gone to phones and mailboxes."""
    return render(request, "portal/demo_messages.html", {"sent": read_demo_messages()})
