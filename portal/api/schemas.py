"""What goes over the wire. Money is a whole number of minor units with its currency."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field

from records.wallet.queries import Slip
from records.wallet.rules import DeclineReason
from records.wallet.rules.decisions import LARGEST_AMOUNT_MINOR

KEY_PATTERN = r"^[A-Za-z0-9._:-]{1,64}$"

CardToken = Annotated[
    str,
    Field(
        pattern=r"^([0-9a-f]{2}){16,64}$",
        max_length=128,
        description="The token read from the chip or shown by the app, in lower-case hexadecimal.",
    ),
]


def _whole(value: object) -> object:
    """Return 150 for 150.0: the same number in JSON. Texts and fractions stay what they are."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


AmountMinor = Annotated[
    int,
    Field(strict=True, ge=1, le=LARGEST_AMOUNT_MINOR, description="In minor units: 150 is 1.50."),
    BeforeValidator(_whole),
]
Reference = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9._:/-]{0,40}$",
        description="The terminal's own receipt number; it is printed on the slip.",
    ),
]


class Decision(StrEnum):
    """The final state of a request; there is no third."""

    APPROVED = "approved"
    DECLINED = "declined"


class CardRequest(Schema):
    """A top-up or a payment, with the card presented (T4.3.2)."""

    model_config = ConfigDict(extra="forbid")

    card: CardToken
    amount_minor: AmountMinor
    currency: Literal["EUR"]
    reference: Reference = ""


class ReversalRequest(Schema):
    """A correction of an earlier request; always of its whole amount."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = ""


class SlipOut(Schema):
    """The slip of a request, approved or declined. Print it for the holder (T7.3.2d, T7.4.2)."""

    id: UUID
    kind: Literal["top_up", "payment", "reversal"]
    decision: Decision
    reason: DeclineReason | None = Field(description="Why it was declined; null where approved.")
    amount_minor: int
    currency: str
    decided_at: datetime
    terminal: UUID
    organisation: str
    reference: str
    reverses: UUID | None


class TerminalOut(Schema):
    """The terminal behind the credentials, and what it may do."""

    id: UUID
    organisation: str
    can_topup: bool
    can_sell: bool
    online: bool


class Problem(Schema):
    """An error (RFC 9457). `code` is stable; nothing was booked."""

    type: str
    title: str
    status: int
    code: str
    errors: list[dict[str, str]] = []


def slip_out(slip: Slip) -> SlipOut:
    """Return the slip as it goes over the wire."""
    return SlipOut(
        id=slip.id,
        kind=slip.kind,
        decision=Decision.APPROVED if slip.approved else Decision.DECLINED,
        reason=DeclineReason(slip.reason) if slip.reason else None,
        amount_minor=slip.amount_minor,
        currency=slip.currency,
        decided_at=slip.decided_at,
        terminal=slip.terminal,
        organisation=slip.organisation,
        reference=slip.reference,
        reverses=slip.reverses,
    )
