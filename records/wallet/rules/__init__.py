"""The rules of money: limits, decisions, fees, account numbers. Pure."""

from records.wallet.rules.decisions import (
    TERMS_REASONS,
    DeclineReason,
    InstrumentState,
    WalletState,
    check_amount,
    check_key,
    decline_instrument,
    decline_payment,
    decline_top_up,
    month_of,
    month_used,
    request_hash,
    split_credit,
)
from records.wallet.rules.fees import (
    CLAIM_MONTHS,
    EndedBecause,
    FeeBasis,
    Fees,
    PayoutFee,
    claim_stands,
    payout_fee,
)
from records.wallet.rules.ibans import check_iban, last_digits
from records.wallet.rules.limits import LEGAL_BASIS, Limits

__all__ = [
    "CLAIM_MONTHS",
    "LEGAL_BASIS",
    "TERMS_REASONS",
    "DeclineReason",
    "EndedBecause",
    "FeeBasis",
    "Fees",
    "InstrumentState",
    "Limits",
    "PayoutFee",
    "WalletState",
    "check_amount",
    "check_iban",
    "check_key",
    "claim_stands",
    "decline_instrument",
    "decline_payment",
    "decline_top_up",
    "last_digits",
    "month_of",
    "month_used",
    "payout_fee",
    "request_hash",
    "split_credit",
]
