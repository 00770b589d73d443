"""What recipients of data were told, and what they answered (identity store; GDPR 19)."""

from uuid import uuid4

from django.db import models

from dsar.models.case import Case
from dsar.models.letter import Letter
from dsar.rules.recipients import Result
from records.jobs.models import Leased


class Instruction(Leased):
    """One recipient told of one change: sent until it has arrived, answered once, chased in
    between.

    Its id is the idempotency key: the same instruction may arrive twice and must be carried out
    once. Nothing about the person stands in the row; what is sent is revealed when it is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="instructions")
    recipient = models.CharField(max_length=40)
    """Code of the processor in the register."""
    kind = models.CharField(max_length=20)
    """One of dsar.ports.Notice."""
    number = models.PositiveSmallIntegerField(default=1)
    """A case may tell of the same kind of change more than once."""
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True)
    """When it arrived, or the letter was written."""
    letter = models.OneToOneField(
        Letter, null=True, on_delete=models.CASCADE, related_name="instruction"
    )
    answered_at = models.DateTimeField(null=True)
    result = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in Result], blank=True, default=""
    )
    chases = models.PositiveSmallIntegerField(default=0)
    escalated_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dsar_told_once", fields=["case", "recipient", "kind", "number"]
            ),
            models.CheckConstraint(
                name="dsar_answered_with_result",
                condition=models.Q(answered_at=None, result="")
                | models.Q(answered_at__isnull=False) & ~models.Q(result=""),
            ),
        ]
