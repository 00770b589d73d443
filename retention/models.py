"""Clocks, holds, plans and runs of retention (identity store), and the position each store has
applied.
"""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from records.access.erasure_ledger import AppliedLedger
from records.jobs.models import Leased


class SubjectClock(models.Model):
    """When a person's contracts ended and from when on nobody may open their data.

    No row: nothing has ended. `purge_from` is the first moment after the last day kept.
    """

    subject_id = models.UUIDField(primary_key=True)
    contract_end = models.DateField(null=True)
    last_day_kept = models.DateField(null=True)
    purge_from = models.DateTimeField(null=True, db_index=True)
    rule = models.CharField(max_length=32)
    open = models.JSONField(default=list)
    """The obligations that keep the contract open, by name."""
    computed_at = models.DateTimeField(db_index=True)
    erasing_since = models.DateTimeField(null=True)
    """Set once, when a run has checked everything again: from here on there is no way back."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="retention_clock_days_together",
                condition=Q(contract_end=None, last_day_kept=None, purge_from=None)
                | Q(
                    contract_end__isnull=False,
                    last_day_kept__isnull=False,
                    purge_from__isnull=False,
                ),
            ),
        ]


class LegalHold(models.Model):
    """A controller's order that a person's data must not be erased (T7.6.6). Placed, lifted, never
    edited.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject_id = models.UUIDField(db_index=True)
    ground = models.CharField(max_length=32)
    citation = models.CharField(max_length=200)
    until_date = models.DateField(null=True)
    placed_by = models.CharField(max_length=64)
    placed_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=64, blank=True, default="")
    lifted_at = models.DateTimeField(null=True)


class PlanState(models.TextChoices):
    """A plan's life: made, approved by two, run, done; or withdrawn."""

    MADE = "made"
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Plan(models.Model):
    """A dry run: who is to be erased, who is held and why. Nothing in it changes after it was
    made.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    execute_from = models.DateTimeField()
    state = models.CharField(max_length=16, choices=PlanState, default=PlanState.MADE)
    people = models.PositiveIntegerField()
    """How many people there were when the plan was made."""
    due = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    """Over its items, in canonical form."""


class PlanApproval(models.Model):
    """One controller's person who has read the plan and lets it run (four eyes)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="approvals")
    actor_id = models.CharField(max_length=64)
    organisation = models.CharField(max_length=64)
    approved_at = models.DateTimeField()
    plan_sha256 = models.CharField(max_length=64)
    confirmed_due = models.PositiveIntegerField(null=True)
    """The number of people typed in by the approver, where the plan is larger than usual."""

    class Meta:
        constraints = [
            models.UniqueConstraint(name="retention_one_vote_each", fields=["plan", "actor_id"]),
        ]


class ItemState(models.TextChoices):
    """What became of one line of a plan."""

    PLANNED = "planned"
    HELD = "held"
    DROPPED = "dropped"
    ERASED = "erased"


class RunState(models.TextChoices):
    """A run goes on until it is done; whoever finds it unfinished goes on."""

    RUNNING = "running"
    DONE = "done"


class Run(Leased):
    """The execution of one plan, batch by batch, by one worker at a time."""

    plan = models.OneToOneField(
        Plan, on_delete=models.PROTECT, primary_key=True, related_name="run"
    )
    state = models.CharField(max_length=16, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    holder = models.CharField(max_length=128, blank=True, default="")
    """Host and process that hold the lease, so that a dead one's work is taken over at once."""


class Step(models.TextChoices):
    """The steps of one batch, in order. Each is safe to run twice."""

    RECHECK = "recheck"
    LEDGER = "ledger"
    BLOCK = "block"
    PAYMENTS = "payments"
    IDENTITY = "identity"
    INDEX_VALUES = "index_values"
    KEYS = "keys"
    STRIP = "strip"
    DONE = "done"


class Batch(models.Model):
    """One saga: a few people, and how far their erasure has come."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=16, choices=Step, default=Step.RECHECK)
    ledger_position = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    """Rows deleted and kept, per table; numbers and names of tables only."""
    repeated = models.JSONField(default=list)
    """Steps that a crash made run twice: their counts may be too low."""
    started_step = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="retention_batches_numbered", fields=["run", "number"]),
        ]


class PlanItem(models.Model):
    """One person in a plan. The reference is stripped when the keys are destroyed, or the run is
    over.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="items")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="items")
    subject_id = models.UUIDField(null=True, db_index=True)
    card_ids = models.JSONField(default=list)
    """What leads to the wallets; filled when the erasure begins, stripped with the reference."""
    contract_end = models.DateField(null=True)
    last_day_kept = models.DateField(null=True)
    rule = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=ItemState, default=ItemState.PLANNED)
    reason = models.CharField(max_length=64)
    """Why it is due, held or dropped: a code."""

    class Meta:
        constraints = [
            models.UniqueConstraint(name="retention_once_in_a_plan", fields=["plan", "subject_id"]),
        ]


class Certificate(models.Model):
    """What a run has erased: counts and hashes, no personal data."""

    plan = models.OneToOneField(
        Plan, on_delete=models.PROTECT, primary_key=True, related_name="certificate"
    )
    made_at = models.DateTimeField()
    body = models.TextField()
    """Canonical JSON."""
    sha256 = models.CharField(max_length=64)
    document = models.BinaryField(null=True)
    """The sealed PDF; empty until it is made."""
    seal_level = models.CharField(max_length=8, blank=True, default="")


class ClockMark(models.Model):
    """The latest time that a sweep or a run has seen: a system date that jumps is noticed (threat
    12).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="retention_one_mark", condition=Q(id=1))]


class ErasurePosition(AppliedLedger):
    """How far this store has applied the erasure ledger; it is restored together with the store."""
