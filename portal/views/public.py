"""Pages for everybody."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from consent.errors import NoticeMissing
from consent.models import NoticeVersion
from consent.queries import get_notice_on, list_contract_notices
from consent.rules import NoticeKind
from portal.clock import read_clock
from portal.navigation import start_of
from portal.people import person_of
from portal.privacy import describe_processing
from portal.register import get_register
from portal.texts import write_text
from records.legal_days import legal_day


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the start page."""
    return render(request, "portal/home.html")


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Send whoever signed in to the start page of the role."""
    return HttpResponseRedirect(reverse(start_of(person_of(request))))


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(request, "portal/accessibility.html", {"register": get_register()})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show who processes what, why and how long (GDPR 13), from the register and the inventory."""
    context: dict[str, Any] = {
        "register": get_register(),
        "kinds": describe_processing(),
        "notices": _notices(request),
    }
    return render(request, "portal/privacy.html", context)


def _notices(request: HttpRequest) -> list[NoticeVersion]:
    """Return the texts of the contract in force today, none where there are none yet."""
    try:
        return list_contract_notices(language=request.LANGUAGE_CODE, day=legal_day(read_clock()))
    except NoticeMissing:
        return []


@require_safe
def notice(request: HttpRequest, kind: str) -> HttpResponse:
    """Show one text of the contract as it is in force (T2.17, T11.4, PP8a)."""
    if kind not in list(NoticeKind):
        raise Http404
    found = get_notice_on(
        kind=NoticeKind(kind), language=request.LANGUAGE_CODE, day=legal_day(read_clock())
    )
    return render(request, "portal/notice.html", {"notice": found, "body": write_text(found.text)})


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """Show the way without a computer, with the same deadline (C16)."""
    return render(request, "portal/paper.html", {"register": get_register()})
