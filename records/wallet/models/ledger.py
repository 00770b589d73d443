"""The ledger: balanced entries and their postings, appended, never changed (T7.3.6)."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from records.wallet.models.accounts import Account


class EntryKind(models.TextChoices):
    """Why money moved. There is no interest (T7.6.1)."""

    TOP_UP = "top_up"
    PAYMENT = "payment"
    REVERSAL = "reversal"
    PAYOUT = "payout"
    PAYOUT_SETTLED = "payout_settled"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    UNCLAIMED = "unclaimed"


class LedgerEntry(models.Model):
    """A balanced set of postings about one wallet.

    An entry made at a terminal has the id of its Authorisation. One made at the desk has an
    idempotency key instead and is booked at the start of its day: its instant would pair the
    wallet with an act in the identity store (K9).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    wallet = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    kind = models.CharField(max_length=16, choices=EntryKind)
    idempotency_key = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001 (unique where set)
    booked_at = models.DateTimeField()
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )

    class Meta:
        indexes = [models.Index(fields=["wallet", "booked_at"], name="wallet_entry_by_wallet")]
        constraints = [
            models.CheckConstraint(
                name="wallet_entry_reversal_names_original",
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
            ),
        ]


class Posting(models.Model):
    """One line of an entry: a signed amount on one account. The lines of an entry sum to zero."""

    pk = models.CompositePrimaryKey("entry_id", "line")
    entry = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, related_name="postings", db_index=False
    )
    line = models.SmallIntegerField()
    wallet = models.UUIDField()
    """The wallet of the entry, also on the city's lines, so that the table can be distributed by
    it.
    """
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="wallet_posting_moves_something", condition=~Q(amount_minor=0)
            ),
        ]
