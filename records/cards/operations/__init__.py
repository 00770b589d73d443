"""Writing applications and cards."""

from records.cards.operations.applications import (
    ApplicationDetails,
    StatusClaim,
    accept_application,
    create_application,
    refuse_application,
    supplement_application,
    withdraw_application,
)
from records.cards.operations.cards import (
    activate_card,
    block_card,
    call_for_pickup,
    cancel_card,
    deliver_card,
    destroy_card,
    expire_card,
    issue_card,
    order_card,
    settle_report,
    unblock_card,
)

__all__ = [
    "ApplicationDetails",
    "StatusClaim",
    "accept_application",
    "activate_card",
    "block_card",
    "call_for_pickup",
    "cancel_card",
    "create_application",
    "deliver_card",
    "destroy_card",
    "expire_card",
    "issue_card",
    "order_card",
    "refuse_application",
    "settle_report",
    "supplement_application",
    "unblock_card",
    "withdraw_application",
]
