"""Portable data handed to other installations, and what came from them (identity store; GDPR
20(2)).
"""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from dsar.models.case import Case
from dsar.rules.transmission import Result
from records.jobs.models import Leased

_RESULTS = [(one.value, one.value) for one in Result]


class Transmission(Leased):
    """One package on its way to one other installation: sent until its signed receipt is there.

    Its id is the idempotency key. Nothing about the person stands in the row; what is sent is
    opened when it is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="transmissions")
    peer = models.CharField(max_length=40)
    """Code of the receiver in the configuration."""
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    """When the receiver's receipt came."""
    result = models.CharField(max_length=8, choices=_RESULTS, blank=True, default="")
    receipt_id = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When it was given up, or refused: nothing is tried any more."""
    last_error = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dsar_one_open_transmission_per_peer",
                fields=["case", "peer"],
                condition=Q(sent_at=None, ended_at=None),
            ),
            models.CheckConstraint(
                name="dsar_sent_with_receipt",
                condition=Q(sent_at=None) | Q(receipt_id__isnull=False, result="kept"),
            ),
        ]


class Reception(Leased):
    """That something came from another installation: enough to give the same receipt again, for
    thirty days. Nothing of the person and nothing that leads to them, once it is done.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    """The sender's id of the transmission."""
    sender = models.CharField(max_length=40)
    mark = models.CharField(max_length=64)
    """Keyed digest of the content."""
    receipt_id = models.UUIDField(default=uuid4)
    received_at = models.DateTimeField(db_index=True)
    application_id = models.UUIDField(null=True, default=uuid4)
    """The number that the application gets; forgotten as soon as that is settled."""
    result = models.CharField(max_length=8, choices=_RESULTS, blank=True, default="")
    reason = models.CharField(max_length=80, blank=True, default="")
    """The code of the refusal."""

    class Meta:
        constraints = [
            models.UniqueConstraint(name="dsar_received_once", fields=["sender", "mark"]),
            models.CheckConstraint(
                name="dsar_settled_reception_leads_nowhere",
                condition=Q(result="") | Q(application_id=None),
            ),
        ]
