"""What card and wallet have to do together, until it is done. A row goes when its work is
finished.
"""

from uuid import uuid4

from django.db import models

from records.jobs.models import Leased


class SagaKind(models.TextChoices):
    """Work that touches several stores, step by step."""

    ISSUE = "issue"
    ACTIVATE = "activate"
    UNBLOCK = "unblock"
    CANCEL = "cancel"
    EXPIRE = "expire"
    DESTROY = "destroy"


class CardSaga(Leased):
    """One unfinished piece of work on one card. `step` is the next one; each is safe to repeat."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=SagaKind)
    card_id = models.UUIDField()
    subject_id = models.UUIDField(db_index=True)
    application_id = models.UUIDField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    started_on = models.DateField()
    reason = models.CharField(max_length=24, blank=True, default="")
    notice_sent_on = models.DateField(null=True)
    notice_reference = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "card_id"], name="contracts_one_saga_per_kind_and_card"
            ),
            models.UniqueConstraint(
                fields=["application_id"], name="contracts_one_issue_per_application"
            ),
        ]


class BlockOutbox(Leased):
    """A block that the log does not know yet: blocking never waits for the log. The sweep carries
    it there.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject_id = models.UUIDField(db_index=True)
    actor_role = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=80)
    actor_organisation = models.CharField(max_length=80)
    blocked_at = models.DateTimeField()
