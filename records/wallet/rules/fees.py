"""Fees: what a price list may ask, and what a payout costs (T4.4.3, T4.6.3b, T7.8.1, C12, C13)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from records.legal_days import add_months
from records.wallet.errors import ClaimTooLate, InvalidFees

CLAIM_MONTHS = 60
FREE_MONTHS = 12


class EndedBecause(StrEnum):
    """Why a card or account is not usable any more; `running` where it still is."""

    RUNNING = "running"
    EXPIRED = "expired"
    CANCELLED_BY_ISSUER = "cancelled_by_issuer"
    CANCELLED_BY_HOLDER = "cancelled_by_holder"
    LOST = "lost"
    HOLDER_DIED = "holder_died"


_FREE_ENDS = frozenset(
    {EndedBecause.EXPIRED, EndedBecause.CANCELLED_BY_ISSUER, EndedBecause.HOLDER_DIED}
)


class FeeBasis(StrEnum):
    """The rule by which a fee was found; shown to the holder before they confirm (C12)."""

    FREE_AFTER_END = "free_after_end"
    PRICE_LIST = "price_list"
    WHOLE_BALANCE = "whole_balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """The amounts of one published price list, in minor units (T4.5.1, T7.8.1)."""

    price_list: str
    """The version of the published price list; a fee outside it cannot be charged (T7.8.1)."""
    refund_minor: int = 0
    replacement_minor: int = 0
    block_minor: int = 0
    rights_request_minor: int = 0

    def __post_init__(self) -> None:
        if not self.price_list.strip():
            raise InvalidFees(price_list="missing")
        if self.refund_minor < 0 or self.replacement_minor < 0:
            raise InvalidFees(least=0)
        if self.block_minor != 0:
            # Reporting a loss and blocking is free of charge (PSD2 70(1)(d), C13) and cannot be
            # configured otherwise.
            raise InvalidFees(block=self.block_minor)
        if self.rights_request_minor != 0:
            raise InvalidFees(rights_request=self.rights_request_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFee:
    """What a payout costs, what is left of the balance, and by which rule."""

    fee_minor: int
    surplus_minor: int
    basis: FeeBasis


def claim_stands(*, ended_on: date | None, today: date) -> bool:
    """Return whether the rest may still be claimed: until 60 months after validity ended
    (T4.6.3b).
    """
    return ended_on is None or today <= add_months(ended_on, CLAIM_MONTHS)


def payout_fee(
    *,
    fees: Fees,
    balance_minor: int,
    ended_because: EndedBecause,
    ended_on: date | None,
    today: date,
) -> PayoutFee:
    """Return the fee and the surplus of a payout (T4.4.3b, C12, EMD2 11).

    Nothing is charged within a year after the card expired, was cancelled by the issuer, or the
    holder died. Otherwise the fee is the smaller of the price list's fee and the balance. Raises
    ClaimTooLate after 60 months.
    """
    if (ended_because is EndedBecause.RUNNING) != (ended_on is None):
        raise ValueError("an ended card has an end day, a running one has none")
    if not claim_stands(ended_on=ended_on, today=today):
        raise ClaimTooLate(months=CLAIM_MONTHS)
    free = (
        ended_because in _FREE_ENDS
        and ended_on is not None
        and today <= add_months(ended_on, FREE_MONTHS)
    )
    if free:
        return PayoutFee(fee_minor=0, surplus_minor=balance_minor, basis=FeeBasis.FREE_AFTER_END)
    if balance_minor <= fees.refund_minor:
        return PayoutFee(fee_minor=balance_minor, surplus_minor=0, basis=FeeBasis.WHOLE_BALANCE)
    return PayoutFee(
        fee_minor=fees.refund_minor,
        surplus_minor=balance_minor - fees.refund_minor,
        basis=FeeBasis.PRICE_LIST,
    )
