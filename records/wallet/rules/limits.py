"""The limits of a wallet: configuration per tenant, with the legal basis beside the numbers
(T7.1.1c).
"""

from dataclasses import dataclass

from records.wallet.errors import InvalidLimits

LEGAL_BASIS = (
    "General terms 7.1.1 (balance up to 50 EUR, transactions up to 150 EUR per calendar month), "
    "based on ZPPDFT-1, since replaced by ZPPDFT-2 (Uradni list RS 48/22)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one wallet may hold and move, in minor units, and the text that says why (T7.1.1, C19).

    The limits stand hard on each wallet. Nothing adds up the physical and the virtual wallet of
    one person (C6).
    """

    ceiling_minor: int = 50_00
    """The balance never exceeds this (T7.1.1b)."""
    month_payments_minor: int = 150_00
    """Payments per calendar month in Europe/Ljubljana (T7.1.1a, C19)."""
    month_top_ups_minor: int = 150_00
    """Top-ups per calendar month (C19)."""
    currency: str = "EUR"
    legal_basis: str = LEGAL_BASIS

    def __post_init__(self) -> None:
        amounts = (self.ceiling_minor, self.month_payments_minor, self.month_top_ups_minor)
        if any(amount <= 0 for amount in amounts):
            raise InvalidLimits(least=1)
        if self.ceiling_minor > self.month_top_ups_minor:
            # Else a full wallet could never be reached in a month, and the ceiling would say
            # nothing.
            raise InvalidLimits(ceiling=self.ceiling_minor, month_top_ups=self.month_top_ups_minor)
        if len(self.currency) != 3 or not self.currency.isupper():
            raise InvalidLimits(currency=self.currency)
        if not self.legal_basis.strip():
            raise InvalidLimits(legal_basis="missing")
