"""What spans card and wallet. Each public function opens the gate itself, blocking excepted, and
commits.
"""

from records.cards.operations import ApplicationDetails, StatusClaim
from records.contracts.operations.applications import (
    ApplicationStanding,
    accept_application,
    refuse_application,
    submit_application,
    supplement_application,
    withdraw_application,
)
from records.contracts.operations.blocking import BlockAnswer, block_card, deliver_blocks
from records.contracts.operations.issuing import IssuedCard, issue_card
from records.contracts.operations.life import (
    activate_card,
    call_for_pickup,
    cancel_card,
    deliver_card,
    destroy_card,
    expire_cards,
    finish_sagas,
    settle_report,
    unblock_card,
)

__all__ = [
    "ApplicationDetails",
    "ApplicationStanding",
    "BlockAnswer",
    "IssuedCard",
    "StatusClaim",
    "accept_application",
    "activate_card",
    "block_card",
    "call_for_pickup",
    "cancel_card",
    "deliver_blocks",
    "deliver_card",
    "destroy_card",
    "expire_cards",
    "finish_sagas",
    "issue_card",
    "refuse_application",
    "settle_report",
    "submit_application",
    "supplement_application",
    "unblock_card",
    "withdraw_application",
]
