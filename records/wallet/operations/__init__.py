"""What changes the payment store. Each public function is one transaction of its own."""

from records.wallet.operations.erasure import erase_wallet
from records.wallet.operations.payouts import forget_settled_ibans, request_payout, settle_payout
from records.wallet.operations.requests import authorise_payment, top_up
from records.wallet.operations.rests import book_unclaimed, transfer_rest
from records.wallet.operations.reversals import reverse
from records.wallet.operations.terminals import (
    NewTerminal,
    register_terminal,
    renew_credentials,
    retire_terminal,
)
from records.wallet.operations.wallets import (
    Block,
    activate_wallet,
    block_wallet,
    close_wallet,
    open_wallet,
    register_instrument,
    unblock_wallet,
)

__all__ = [
    "Block",
    "NewTerminal",
    "activate_wallet",
    "authorise_payment",
    "block_wallet",
    "book_unclaimed",
    "close_wallet",
    "erase_wallet",
    "forget_settled_ibans",
    "open_wallet",
    "register_instrument",
    "register_terminal",
    "renew_credentials",
    "request_payout",
    "retire_terminal",
    "reverse",
    "settle_payout",
    "top_up",
    "transfer_rest",
    "unblock_wallet",
]
