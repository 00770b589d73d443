"""Terminals, and their requests, each with a final answer and a slip (T7.3.5, T7.4.2)."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from records.keys.fields import OctetsField
from records.wallet.models.accounts import Account
from records.wallet.rules import DeclineReason


class RequestKind(models.TextChoices):
    """What a terminal may ask for."""

    TOP_UP = "top_up"
    PAYMENT = "payment"
    REVERSAL = "reversal"


class Terminal(models.Model):
    """A device or service of a provider or point of sale, with its rights (T2.13).

    The secret is 256 random bits, so a plain SHA-256 of it tells nothing; slow hashing is for
    passwords.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    can_topup = models.BooleanField(default=False)
    can_sell = models.BooleanField(default=False)
    online = models.BooleanField(default=False)
    """Tops up from another wallet operator, not with cash; never a physical card (T4.3.1b,
    T7.3.3).
    """
    active = models.BooleanField(default=True)
    secret_hash = OctetsField()

    def __repr__(self) -> str:
        return f"<Terminal {self.id}>"


class Authorisation(models.Model):
    """One request of a terminal and its final answer, approved or declined; the slip is read from
    it (T7.4.2).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=RequestKind)
    terminal = models.ForeignKey(
        Terminal, on_delete=models.PROTECT, related_name="authorisations", db_index=False
    )
    idempotency_key = models.CharField(max_length=64)
    request_hash = OctetsField()
    wallet = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="authorisations"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    decline_reason = models.CharField(
        max_length=24,
        blank=True,
        choices=[(reason.value, reason.value) for reason in DeclineReason],
    )
    decided_at = models.DateTimeField()
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reversals", db_index=False
    )
    reference = models.CharField(max_length=40, blank=True, default="")
    """The terminal's own receipt number; part of the evidence of the booking (T7.7.6)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="wallet_authorisation_once_per_key", fields=["terminal", "idempotency_key"]
            ),
            models.CheckConstraint(
                name="wallet_authorisation_amount_positive", condition=Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(
                name="wallet_authorisation_reason_known",
                condition=Q(
                    decline_reason__in=["", *sorted(reason.value for reason in DeclineReason)]
                ),
            ),
            models.CheckConstraint(
                name="wallet_authorisation_approved_has_wallet",
                condition=~Q(decline_reason="") | Q(wallet__isnull=False),
            ),
        ]
