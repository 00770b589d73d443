"""The tables of the payment store. No name, no card id, no shared identifier with another store
(K9).
"""

from records.wallet.models.accounts import (
    Account,
    AccountKind,
    ErasurePosition,
    ErasureWindow,
    Instrument,
)
from records.wallet.models.ledger import EntryKind, LedgerEntry, Posting
from records.wallet.models.payouts import Payout, PayoutState
from records.wallet.models.terminals import Authorisation, RequestKind, Terminal

__all__ = [
    "Account",
    "AccountKind",
    "Authorisation",
    "EntryKind",
    "ErasurePosition",
    "ErasureWindow",
    "Instrument",
    "LedgerEntry",
    "Payout",
    "PayoutState",
    "Posting",
    "RequestKind",
    "Terminal",
]
