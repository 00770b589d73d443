"""What writes: publishing and accepting texts, giving and withdrawing consent."""

from consent.operations.ledger import (
    end_and_remove,
    give_consent,
    remove_evidence,
    withdraw_consent,
)
from consent.operations.notices import accept_notice, deem_accepted, load_texts, publish_notice

__all__ = [
    "accept_notice",
    "deem_accepted",
    "end_and_remove",
    "give_consent",
    "load_texts",
    "publish_notice",
    "remove_evidence",
    "withdraw_consent",
]
