"""Errors as problem+json (RFC 9457) with stable codes; what was sent is never repeated in them."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from records.errors import Refusal
from records.wallet.errors import SystemDisturbed

log = logging.getLogger("varuh.api")

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "The request cannot be read.",
    401: "The credentials are missing or wrong.",
    403: "This terminal may not do this.",
    404: "There is nothing here.",
    405: "This method is not offered here.",
    409: "This contradicts an earlier request.",
    422: "The request does not fit the description of the API.",
    429: "Too many wrong credentials; wait a minute.",
    503: "The ledger is disturbed; nothing was booked. Ask again under the same key.",
}

STATUS_OF_CODE = {
    "wallet.terminal_may_not": 403,
    "wallet.cash_only": 403,
    "wallet.authorisation_unknown": 404,
    "wallet.key_reused": 409,
    "wallet.not_reversible": 409,
    "wallet.invalid_amount": 422,
    "wallet.invalid_key": 422,
    "wallet.system_disturbed": 503,
}
"""A refusal that is not listed here is a mistake of ours and surfaces as one (500)."""


def problem(
    *,
    status: int,
    code: str,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return an error response."""
    body = {
        "type": f"urn:varuh:problem:{code}",
        "title": TITLES[status],
        "status": status,
        "code": code,
        "errors": errors or [],
    }
    response = JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {})
    )
    response["Cache-Control"] = "no-store"
    return response


class TooManyFailures(Exception):  # it says what happened, as Refusals do
    """Too many wrong credentials came from this address for this terminal."""


def install(api: NinjaAPI) -> None:
    """Translate every exception that an endpoint may raise into a problem."""
    handlers: dict[type[Exception], Any] = {
        Refusal: _refused,
        ValidationError: _invalid,
        AuthenticationError: _unauthenticated,
        TooManyFailures: _too_many,
        HttpError: _http_error,
        Http404: _not_found,
        OperationalError: _disturbed,
    }
    for exception, handler in handlers.items():
        api.add_exception_handler(exception, handler)


@csrf_exempt  # a terminal has no cookies, also where it asks for what is not there
def not_found(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Answer an address that the API does not have, in JSON too."""
    return _not_found(request, Http404())


def _refused(_request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = STATUS_OF_CODE.get(refusal.code)
    if status is None:
        raise refusal
    return problem(status=status, code=refusal.code)


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"where": ".".join(str(part) for part in item["loc"]), "what": str(item["type"])}
        for item in error.errors
    ]
    return problem(status=422, code="api.invalid", errors=errors)


def _unauthenticated(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem(
        status=401, code="api.unauthenticated", headers={"WWW-Authenticate": 'Bearer realm="varuh"'}
    )


def _too_many(_request: HttpRequest, _error: TooManyFailures) -> HttpResponse:
    return problem(status=429, code="api.too_many_failures", headers={"Retry-After": "60"})


def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    status = error.status_code if error.status_code in TITLES else 400
    return problem(status=status, code="api.malformed")


def _not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(status=404, code="api.not_found")


def _disturbed(_request: HttpRequest, _error: OperationalError) -> HttpResponse:
    log.error("the payment store cannot be reached")
    return problem(status=503, code=SystemDisturbed.code)
