"""How a request for a booking is decided: values in, decision out (T7.5.3).

The ledger decides by one conditional UPDATE (records.wallet.operations.accounting); these
functions say why it hit nothing, and the tests hold the two to the same answer.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from records.legal_days import LEGAL_ZONE
from records.wallet.errors import InvalidAmount, InvalidKey

LARGEST_AMOUNT_MINOR = 1_000_000_00
"""A million euros: far above every limit, far below what a 64-bit column holds."""

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class DeclineReason(StrEnum):
    """The five reasons of T7.5.3, then the states of the card. A request is never declined for
    another reason.
    """

    LIMIT_EXCEEDED = "limit_exceeded"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    ACCOUNT_BLOCKED = "account_blocked"
    SYSTEM_DISTURBED = "system_disturbed"
    SUSPECTED_ABUSE = "suspected_abuse"
    CARD_UNKNOWN = "card_unknown"
    CARD_INACTIVE = "card_inactive"
    CARD_EXPIRED = "card_expired"
    CARD_DEAD = "card_dead"


TERMS_REASONS = (
    DeclineReason.LIMIT_EXCEEDED,
    DeclineReason.INSUFFICIENT_FUNDS,
    DeclineReason.ACCOUNT_BLOCKED,
    DeclineReason.SYSTEM_DISTURBED,
    DeclineReason.SUSPECTED_ABUSE,
)
"""Exactly the reasons that T7.5.3 names; the rest of DeclineReason are card states (T4.3.4,
T4.1.12b).
"""


class InstrumentState(StrEnum):
    """What the chip or the app may do. `dead` is final: a cancelled card never revives (threat 25).

    Blocking stands on the wallet, where the conditional UPDATE sees it, and in no second place.
    """

    INACTIVE = "inactive"
    ACTIVE = "active"
    DEAD = "dead"


_DECLINED_STATES = {
    InstrumentState.INACTIVE: DeclineReason.CARD_INACTIVE,
    InstrumentState.DEAD: DeclineReason.CARD_DEAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletState:
    """What a decision looks at: one wallet row, in minor units."""

    balance_minor: int
    ceiling_minor: int
    month: int
    month_payments_minor: int
    month_payments_limit_minor: int
    month_top_ups_minor: int
    month_top_ups_limit_minor: int
    blocked: bool = False
    suspected: bool = False
    frozen: bool = False
    closed: bool = False


def month_of(now: datetime) -> int:
    """Return the calendar month of a time in Europe/Ljubljana as yyyymm, e.g. 202611 (C19)."""
    local = now.astimezone(LEGAL_ZONE)
    return local.year * 100 + local.month


def month_used(*, counter_minor: int, counter_month: int, month: int) -> int:
    """Return what the counter says about `month`: zero once the month is newer than the counter's.

    A counter of a *later* month stays in force. So two web processes whose clocks disagree around
    midnight cannot reset it in turns and let twice the limit pass.
    """
    return counter_minor if counter_month >= month else 0


def decline_instrument(
    *, state: InstrumentState, valid_until: date | None, today: date
) -> DeclineReason | None:
    """Return why the card itself cannot be used today, None where it can (T4.1.12b, T4.3.4)."""
    if state in _DECLINED_STATES:
        return _DECLINED_STATES[state]
    if valid_until is not None and today >= valid_until:
        return DeclineReason.CARD_EXPIRED
    return None


def _decline_state(wallet: WalletState) -> DeclineReason | None:
    if wallet.blocked or wallet.frozen or wallet.closed:
        return DeclineReason.ACCOUNT_BLOCKED
    if wallet.suspected:
        return DeclineReason.SUSPECTED_ABUSE
    return None


def decline_payment(*, wallet: WalletState, amount_minor: int, month: int) -> DeclineReason | None:
    """Return why a payment is declined, None where it must be executed (T7.5.2, T7.5.3)."""
    if reason := _decline_state(wallet):
        return reason
    used = month_used(
        counter_minor=wallet.month_payments_minor, counter_month=wallet.month, month=month
    )
    if used + amount_minor > wallet.month_payments_limit_minor:
        return DeclineReason.LIMIT_EXCEEDED
    if amount_minor > wallet.balance_minor:
        return DeclineReason.INSUFFICIENT_FUNDS
    return None


def decline_top_up(*, wallet: WalletState, amount_minor: int, month: int) -> DeclineReason | None:
    """Return why a top-up is declined in full, None where it must be booked (T7.1.1b, T7.3.2b)."""
    if reason := _decline_state(wallet):
        return reason
    used = month_used(
        counter_minor=wallet.month_top_ups_minor, counter_month=wallet.month, month=month
    )
    if used + amount_minor > wallet.month_top_ups_limit_minor:
        return DeclineReason.LIMIT_EXCEEDED
    if wallet.balance_minor + amount_minor > wallet.ceiling_minor:
        return DeclineReason.LIMIT_EXCEEDED
    return None


def split_credit(*, balance_minor: int, ceiling_minor: int, amount_minor: int) -> tuple[int, int]:
    """Return how much of a refund or transfer fits into the wallet, and the rest owed beside it.

    The balance never passes the ceiling (T7.1.1b), and the holder never loses the rest: it is paid
    out (C12).
    """
    fits = max(0, min(amount_minor, ceiling_minor - balance_minor))
    return fits, amount_minor - fits


def check_amount(amount_minor: int) -> int:
    """Return the amount; raise InvalidAmount unless it is a positive whole number."""
    if type(amount_minor) is not int or not 0 < amount_minor <= LARGEST_AMOUNT_MINOR:
        raise InvalidAmount(least=1, most=LARGEST_AMOUNT_MINOR)
    return amount_minor


def check_key(idempotency_key: str) -> str:
    """Return the idempotency key; raise InvalidKey unless it has 1 to 64 plain characters."""
    if not _KEY.fullmatch(idempotency_key):
        raise InvalidKey(length=len(idempotency_key))
    return idempotency_key


def request_hash(**body: str | int | UUID | None) -> bytes:
    """Return the SHA-256 of a request in canonical form; an idempotency key is bound to it (threat
    21).

    The chip token enters as its keyed presentation digest, never as itself.
    """
    canonical = {
        name: str(value) if isinstance(value, UUID) else value for name, value in body.items()
    }
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()
