"""Refusals of the ledger, of terminals and of payouts.

A *declined* request is no refusal: it is a final answer with a slip
(records.wallet.rules.DeclineReason). A refusal means that nothing was decided and nothing was
written.
"""

from records.errors import Refusal


class WalletRefused(Refusal):
    """The ledger does not do this. Read `code` and facts; nothing was booked."""

    code = "wallet.refused"


class InvalidLimits(WalletRefused):
    """The tenant's limits contradict each other or name no legal basis; correct them."""

    code = "wallet.invalid_limits"


class InvalidAmount(WalletRefused):
    """An amount is not a positive whole number of minor units in the wallet's currency. Correct
    the request.
    """

    code = "wallet.invalid_amount"


class InvalidFees(WalletRefused):
    """The price list asks what may not be asked, e.g. money for blocking (C13). Correct the price
    list.
    """

    code = "wallet.invalid_fees"


class InvalidIban(WalletRefused):
    """The account number cannot exist. Ask the holder again; the number itself is not repeated
    here.
    """

    code = "wallet.invalid_iban"


class InvalidKey(WalletRefused):
    """The idempotency key is empty, too long, or has characters other than letters, digits and
    ._:- .
    """

    code = "wallet.invalid_key"


class WalletUnknown(WalletRefused):
    """There is no wallet under this pseudonym. Open it first, or look at the card again."""

    code = "wallet.unknown"


class WalletDiffers(WalletRefused):
    """A wallet with this pseudonym exists already, with other facts. Two cards must never share a
    wallet.
    """

    code = "wallet.differs"


class InstrumentDiffers(WalletRefused):
    """This presentation already leads to another wallet. Write another token into the chip."""

    code = "wallet.instrument_differs"


class WalletClosed(WalletRefused):
    """The wallet was closed for good; closing is never undone (threat 25). Issue a new card."""

    code = "wallet.closed"


class WalletFrozen(WalletRefused):
    """The funds are frozen by law or by a state body (T7.6.6). Wait until the freeze is lifted."""

    code = "wallet.frozen"


class WalletSuspected(WalletRefused):
    """A suspicion of abuse stands (T7.6.5a); a person must settle it before money leaves the
    wallet.
    """

    code = "wallet.suspected"


class NothingToPayOut(WalletRefused):
    """The wallet is empty; there is nothing to pay out, to transfer or to book as unclaimed."""

    code = "wallet.nothing_to_pay_out"


class ClaimTooLate(WalletRefused):
    """The claim came more than 60 months after validity ended (T4.6.3b). Handle it as a complaint
    (C12).
    """

    code = "wallet.claim_too_late"


class ClaimStands(WalletRefused):
    """The holder may still claim the rest; it cannot be booked as unclaimed before 60 months
    (T4.6.3b).
    """

    code = "wallet.claim_stands"


class FormsDiffer(WalletRefused):
    """Money does not move between the physical and the virtual card of a person (T4.3.6, C6)."""

    code = "wallet.forms_differ"


class PayoutUnknown(WalletRefused):
    """There is no such payout."""

    code = "wallet.payout_unknown"


class WalletNotSettled(WalletRefused):
    """The wallet still holds money, an open payout or a freeze; it cannot be erased yet
    (T4.1.12c).
    """

    code = "wallet.not_settled"


class TerminalUnknown(WalletRefused):
    """The credentials belong to no terminal that may work now. Every cause has this one answer."""

    code = "wallet.terminal_unknown"


class TerminalMayNot(WalletRefused):
    """The terminal has no right to do this (T2.13). Use a terminal that has it."""

    code = "wallet.terminal_may_not"


class CashOnly(WalletRefused):
    """A physical card is topped up at points of sale with cash only (T4.3.1b)."""

    code = "wallet.cash_only"


class AuthorisationUnknown(WalletRefused):
    """There is no such authorisation at this provider. Check the reference on the slip."""

    code = "wallet.authorisation_unknown"


class KeyReused(WalletRefused):
    """The idempotency key was used for another request (threat 21). Send a new request under a new
    key.
    """

    code = "wallet.key_reused"


class NotReversible(WalletRefused):
    """Only an approved payment or top-up can be reversed, and only once (T7.3.6)."""

    code = "wallet.not_reversible"


class SystemDisturbed(WalletRefused):
    """The ledger cannot be reached; nothing was booked. Ask again, same key (T7.5.3)."""

    code = "wallet.system_disturbed"
