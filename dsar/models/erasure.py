"""Orders to erase at the person's word, their approvals, the breaker; claim codes (identity
store).
"""

from enum import StrEnum
from uuid import uuid4

from django.db import models

from dsar.models.case import Case
from dsar.rules.erasure import OrderState, OrderStep
from records.access.purposes import ActorRole, DataCategory, Store
from records.jobs.models import Leased
from records.keys.fields import SealedField


def _choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


class ErasureOrder(Leased):
    """What one case asks to be erased, and how far it has come (docs/adr/0010)."""

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="erasure")
    subject_id = models.UUIDField(db_index=True)
    state = models.CharField(
        max_length=12, choices=_choices(OrderState), default=OrderState.ASKED, db_index=True
    )
    step = models.CharField(max_length=12, choices=_choices(OrderStep), default=OrderStep.RECHECK)
    parts = models.JSONField(default=list)
    """Codes of the parts that were chosen."""
    end_contract = models.BooleanField(default=False)
    """Whether the card is to be ended as well."""
    confirmed_at = models.DateTimeField(null=True)
    cancel_until = models.DateTimeField(null=True)
    plan = models.JSONField(default=list)
    """The lines of the dry run: tables, columns, fates, days and numbers."""
    predicted = models.JSONField(default=dict)
    actual = models.JSONField(default=dict)
    plan_sha256 = models.CharField(max_length=64, blank=True, default="")
    plan_number = models.PositiveIntegerField(default=0)
    planned_at = models.DateTimeField(null=True)
    waiting_for = models.CharField(max_length=40, blank=True, default="")
    """The code of what keeps it from going on; looked at again by every sweep."""
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True, default="")
    ledger_position = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    rest_on = models.DateField(null=True)
    """The last day on which the rest is kept, as far as it can be told."""
    rest_told_at = models.DateTimeField(null=True)
    needles = SealedField(category=DataCategory.CASE, kind="json", null=True)
    """What the probe looks for; forgotten when nothing was found."""


class ErasureApproval(models.Model):
    """One person who has read the plan and lets it run; counts for this plan only."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    order = models.ForeignKey(ErasureOrder, on_delete=models.CASCADE, related_name="approvals")
    actor_id = models.CharField(max_length=64)
    actor_role = models.CharField(max_length=16, choices=_choices(ActorRole))
    organisation = models.CharField(max_length=40)
    approved_at = models.DateTimeField()
    plan_sha256 = models.CharField(max_length=64)
    plan_number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dsar_one_erasure_vote_each", fields=["order", "actor_id", "plan_number"]
            ),
        ]


class ErasureBreaker(models.Model):
    """A day on which more was to be erased than is usual: nothing runs until it is released."""

    day = models.DateField(primary_key=True)
    limit = models.PositiveIntegerField()
    tripped_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=40, blank=True, default="")
    """The organisation whose officer released it."""


class ClaimCode(models.Model):
    """That a claim code was given out: its keyed digest and its last day. It leads to nobody."""

    mac = models.UUIDField(primary_key=True)
    valid_until = models.DateField(db_index=True)


class ClaimTry(models.Model):
    """A wrong claim code, to limit tries; forgotten after a day."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    at = models.DateTimeField(db_index=True)
    address_index = models.BigIntegerField()
    """Keyed hash of the network address."""
