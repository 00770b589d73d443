"""Accounts: one per wallet, under the wallet's pseudonym, and the city's own (K9, T2.8, T2.12)."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from records.access.erasure_ledger import AppliedLedger
from records.access.purposes import CardForm
from records.wallet.rules import InstrumentState


class AccountKind(models.TextChoices):
    """What an account stands for. All belong to a city, some also to an organisation."""

    WALLET = "wallet"
    CASH_IN = "cash_in"
    """Cash that a point of sale has taken and owes to the joint account."""
    ONLINE_IN = "online_in"
    """Money announced by another wallet operator (T7.3.3)."""
    SETTLEMENT = "settlement"
    """What the city owes a provider (T7.6.3)."""
    FEES = "fees"
    FORFEITED = "forfeited"
    """Rests that were not larger than the refund fee (T4.4.3b, C12)."""
    UNCLAIMED = "unclaimed"
    """Rests that nobody claimed within 60 months (T4.6.3b, C12)."""
    REFUNDS_DUE = "refunds_due"
    """Refunds and transfers that did not fit under the ceiling; they are paid out (C12)."""
    PAYOUTS_DUE = "payouts_due"
    TRANSFERS = "transfers"
    """Passed through by a transfer to a replacement card; zero at the end of each transfer."""
    BANK = "bank"
    """The joint account at the bank (T2.8)."""


class Account(models.Model):
    """One account. A wallet's balance and month counters stand in its row, so that one UPDATE
    decides and locks.

    The row says the day of opening, never the instant: instants would pair it with a card (K9).
    The balance of a city's account is the sum of its postings plus `folded_minor`; no row of
    theirs is hot.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=AccountKind)
    city = models.CharField(max_length=40)
    organisation = models.CharField(max_length=80, blank=True, default="")
    currency = models.CharField(max_length=3, default="EUR")
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    blocked = models.BooleanField(default=False)
    suspected = models.BooleanField(default=False)
    frozen = models.BooleanField(default=False)
    balance_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    """Owed to the holder beside the balance, because the ceiling left no room (C12)."""
    ceiling_minor = models.BigIntegerField(default=0)
    month = models.IntegerField(default=0)
    """The month of the two counters as yyyymm in Europe/Ljubljana; it never goes back."""
    month_payments_minor = models.BigIntegerField(default=0)
    month_payments_limit_minor = models.BigIntegerField(default=0)
    month_top_ups_minor = models.BigIntegerField(default=0)
    month_top_ups_limit_minor = models.BigIntegerField(default=0)
    folded_minor = models.BigIntegerField(default=0)
    """What erased wallets have left on this account, unnamed (docs/adr/0005-ledger.md)."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="wallet_account_balance_not_negative", condition=Q(balance_minor__gte=0)
            ),
            models.CheckConstraint(
                name="wallet_account_balance_within_ceiling",
                condition=Q(balance_minor__lte=F("ceiling_minor")),
            ),
            models.CheckConstraint(
                name="wallet_account_held_not_negative", condition=Q(held_minor__gte=0)
            ),
            models.CheckConstraint(
                name="wallet_account_payments_within_month",
                condition=Q(month_payments_minor__gte=0)
                & Q(month_payments_minor__lte=F("month_payments_limit_minor")),
            ),
            models.CheckConstraint(
                name="wallet_account_top_ups_within_month",
                condition=Q(month_top_ups_minor__gte=0)
                & Q(month_top_ups_minor__lte=F("month_top_ups_limit_minor")),
            ),
            models.CheckConstraint(
                name="wallet_account_opened_if_wallet",
                condition=Q(kind="wallet", opened_on__isnull=False, folded_minor=0)
                | (~Q(kind="wallet") & Q(opened_on__isnull=True)),
            ),
            models.UniqueConstraint(
                name="wallet_account_one_of_a_kind",
                fields=["kind", "city", "organisation", "currency"],
                condition=~Q(kind="wallet"),
            ),
        ]


class Instrument(models.Model):
    """What is presented at a terminal: the keyed digest of a chip token or app, and the wallet it
    leads to.

    The digest stands in this store only; the token itself in none (K9, threat 24).
    """

    digest = models.UUIDField(primary_key=True)
    wallet = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="instruments")
    form = models.CharField(max_length=8, choices=[(form.value, form.value) for form in CardForm])
    state = models.CharField(
        max_length=8,
        choices=[(state.value, state.value) for state in InstrumentState],
        default=InstrumentState.INACTIVE.value,
    )
    valid_until = models.DateField(null=True)
    """The first day on which it is no longer valid (T4.3.4); none for one that does not expire."""


class ErasureWindow(models.Model):
    """Open inside one transaction only, while the lines of one erased wallet are removed.

    The append-only triggers let a row go if, and only if, the window of its wallet is open. No
    committed row of this table is ever seen; PostgreSQL refuses the commit, the nightly
    reconciliation looks for one.
    """

    wallet = models.UUIDField(primary_key=True)


class ErasurePosition(AppliedLedger):
    """How far this store has applied the erasure ledger; it is restored together with the store."""
