"""Payouts of the rest to the holder's account (T4.4.3b, T5.3.3b). The IBAN lives here and nowhere
else (C23).
"""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from records.access.purposes import DataCategory, Store
from records.keys.fields import SealedField
from records.wallet.models.accounts import Account
from records.wallet.rules import FeeBasis


class PayoutState(models.TextChoices):
    """A payout is asked for, then settled by the bank."""

    REQUESTED = "requested"
    SETTLED = "settled"


class Payout(models.Model):
    """One payout. It says days, not instants: the desk's acts are timed in other stores (K9)."""

    sealed_store = Store.PAYMENTS
    sealed_subject = "wallet_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    wallet = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payouts")
    state = models.CharField(max_length=9, choices=PayoutState, default=PayoutState.REQUESTED)
    iban = SealedField(category=DataCategory.PAYOUT_ACCOUNT, null=True)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    fee_basis = models.CharField(
        max_length=16, choices=[(basis.value, basis.value) for basis in FeeBasis]
    )
    price_list = models.CharField(max_length=40)
    requested_on = models.DateField()
    settled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="wallet_payout_amounts_not_negative",
                condition=Q(amount_minor__gte=0, fee_minor__gte=0),
            ),
            models.CheckConstraint(
                name="wallet_payout_settled_on_a_day",
                condition=Q(state="settled", settled_on__isnull=False)
                | Q(state="requested", settled_on__isnull=True),
            ),
        ]
