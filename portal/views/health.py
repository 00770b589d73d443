"""Whether the service lives, is ready, and what it counts. The metrics are not public."""

import hmac
import ipaddress

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.metrics import write_metrics
from records.access.purposes import Store
from records.errors import Refusal
from records.keyring.queries import get_keyring


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether the four stores and the keys can be used; 503 where one cannot."""
    parts: dict[str, str] = {}
    for store in Store:
        try:
            with connections[store.value].cursor() as cursor:
                cursor.execute("SELECT 1")
            parts[store.value] = "ok"
        except DatabaseError:
            parts[store.value] = "failed"
    try:
        get_keyring()
        parts["keyring"] = "ok"
    except Refusal as refusal:
        parts["keyring"] = refusal.code
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse(
        {"status": "ok" if ready else "failed", "parts": parts}, status=200 if ready else 503
    )


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Show counters to this machine, or to whoever shows the token; to everybody else there is no
    such page.
    """
    if not (_shows_token(request) or _is_local(request)):
        raise Http404
    return HttpResponse(write_metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _shows_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    shown = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())


def _is_local(request: HttpRequest) -> bool:
    """Behind a proxy every visitor seems local: then only the token counts."""
    if (
        settings.METRICS_TOKEN
        or settings.BEHIND_PROXY
        or request.headers.get("X-Forwarded-For")
        or request.headers.get("Forwarded")
    ):
        return False
    return ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback
