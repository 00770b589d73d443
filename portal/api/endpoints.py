"""The endpoints: each loads, makes one call, and translates the result.

A declined request is an answer, not an error: 201 with `decision: declined` and a slip (T7.3.5,
T7.4.2). The payment path opens nothing sealed and needs no Grant; it knows the keyed digest of the
token only.
"""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Header, NinjaAPI, Query, Router, Status

from portal.api.credentials import TerminalCredentials
from portal.api.problems import MEDIA_TYPE, install
from portal.api.schemas import (
    KEY_PATTERN,
    CardRequest,
    Problem,
    ReversalRequest,
    SlipOut,
    TerminalOut,
    slip_out,
)
from portal.clock import read_clock
from records.keys.links import presentation_digest
from records.wallet.models import RequestKind, Terminal
from records.wallet.operations.requests import authorise_payment, top_up
from records.wallet.operations.reversals import reverse
from records.wallet.queries import Slip, get_slip, get_slip_by_key

DESCRIPTION = (
    "Terminals of providers and points of sale ask here for top-ups and payments. Each request "
    "carries an `Idempotency-Key`: the same key with the same body gives the same slip again and "
    "books nothing new; with another body it is refused (409). Where an answer is lost, ask again "
    "under the same key, or look the slip up by it. A declined request is an answer with a slip "
    "(201), not an error."
)

IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", pattern=KEY_PATTERN, description="New for each request.")
]

_PROBLEMS = dict.fromkeys((400, 401, 404, 422, 429, 503), Problem)
_BOOKING = {201: SlipOut, **_PROBLEMS, 403: Problem, 409: Problem}
_READING = {200: SlipOut, **_PROBLEMS}

router = Router(auth=TerminalCredentials())


@router.post("/top-ups", response=_BOOKING, operation_id="create_top_up", summary="Top up a card")
def create_top_up(
    request: HttpRequest, response: HttpResponse, body: CardRequest, key: IdempotencyKey
) -> Status[SlipOut]:
    """Book the amount on the presented card, or decline it in full. Nothing is booked in part."""
    return _answer(response, top_up(**_card_request(request, body, key)))


@router.post("/payments", response=_BOOKING, operation_id="create_payment", summary="Pay by card")
def create_payment(
    request: HttpRequest, response: HttpResponse, body: CardRequest, key: IdempotencyKey
) -> Status[SlipOut]:
    """Take the amount from the presented card, or decline it."""
    return _answer(response, authorise_payment(**_card_request(request, body, key)))


@router.post(
    "/top-ups/{uuid:authorisation}/reversal",
    response=_BOOKING,
    operation_id="reverse_top_up",
    summary="Take a top-up back",
)
def reverse_top_up(
    request: HttpRequest,
    response: HttpResponse,
    authorisation: UUID,
    body: ReversalRequest,
    key: IdempotencyKey,
) -> Status[SlipOut]:
    """Correct a top-up of this organisation by a new booking; declined once the money is spent."""
    return _reverse(request, response, authorisation, RequestKind.TOP_UP, body, key)


@router.post(
    "/payments/{uuid:authorisation}/reversal",
    response=_BOOKING,
    operation_id="reverse_payment",
    summary="Give a payment back",
)
def reverse_payment(
    request: HttpRequest,
    response: HttpResponse,
    authorisation: UUID,
    body: ReversalRequest,
    key: IdempotencyKey,
) -> Status[SlipOut]:
    """Correct a payment of this organisation by a new booking (T7.3.6)."""
    return _reverse(request, response, authorisation, RequestKind.PAYMENT, body, key)


@router.get(
    "/slips/{uuid:authorisation}", response=_READING, operation_id="get_slip", summary="Read a slip"
)
def read_slip(request: HttpRequest, authorisation: UUID) -> SlipOut:
    """Return a slip of this terminal's organisation."""
    return slip_out(get_slip(terminal=_terminal(request), authorisation=authorisation))


@router.get(
    "/slips", response=_READING, operation_id="find_slip", summary="Find the slip of a lost answer"
)
def find_slip(
    request: HttpRequest, idempotency_key: Annotated[str, Query(pattern=KEY_PATTERN)]
) -> SlipOut:
    """Return what became of this terminal's request under a key; 404 where it never arrived."""
    found = get_slip_by_key(terminal=_terminal(request), idempotency_key=idempotency_key)
    return slip_out(found)


@router.get(
    "/terminal",
    response={200: TerminalOut, **_PROBLEMS},
    operation_id="get_terminal",
    summary="Who am I",
)
def read_terminal(request: HttpRequest) -> TerminalOut:
    """Return the terminal behind the credentials, and its rights."""
    return TerminalOut.from_orm(_terminal(request))


def _terminal(request: HttpRequest) -> Terminal:
    terminal: Terminal = request.auth  # type: ignore[attr-defined]  # set by django-ninja
    return terminal


def _card_request(request: HttpRequest, body: CardRequest, key: str) -> dict[str, Any]:
    return {
        "terminal": _terminal(request),
        "presentation": presentation_digest(bytes.fromhex(body.card)),
        "amount_minor": body.amount_minor,
        "currency": body.currency,
        "idempotency_key": key,
        "reference": body.reference,
        "now": read_clock(),
    }


def _reverse(
    request: HttpRequest,
    response: HttpResponse,
    authorisation: UUID,
    kind: RequestKind,
    body: ReversalRequest,
    key: str,
) -> Status[SlipOut]:
    slip = reverse(
        terminal=_terminal(request),
        authorisation=authorisation,
        kind=kind,
        idempotency_key=key,
        reference=body.reference,
        now=read_clock(),
    )
    return _answer(response, slip)


def _answer(response: HttpResponse, slip: Slip) -> Status[SlipOut]:
    response["Idempotency-Replayed"] = "true" if slip.replayed else "false"
    return Status(201, slip_out(slip))


class TerminalApi(NinjaAPI):
    """The API, with errors described as what they are: problem+json."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """Return the description; every error is of the type problem+json."""
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, described in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in described.get("content", {}):
                        described["content"] = {
                            MEDIA_TYPE: described["content"]["application/json"]
                        }
        return schema

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """Return the response that endpoints may put headers on: slips are never cached."""
        response = super().create_temporal_response(request)
        response["Cache-Control"] = "no-store"
        return response


api = TerminalApi(
    title="Varuh: terminals",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-v1",
)
api.add_router("", router)
install(api)
