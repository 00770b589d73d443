"""Letters to the person, and the messages that say there is one (identity store)."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from dsar.models.case import Case
from dsar.rules import AnswerWay
from records.access.purposes import DataCategory, Store
from records.jobs.models import Leased
from records.keys.fields import SealedField


class Letter(models.Model):
    """One sealed document for the person; the file lies encrypted beside the packages.

    It stays as long as its case: it is the proof of what was said and when it arrived.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="letters")
    subject_id = models.UUIDField(db_index=True)
    """Compared again whenever it is opened (threat 33)."""
    kind = models.CharField(max_length=24)
    """One of dsar.letters.kinds.LetterKind."""
    language = models.CharField(max_length=2)
    way = models.CharField(max_length=8, choices=[(way.value, way.value) for way in AnswerWay])
    made_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    """When the person had it: told through the enrolled channel, or handed over, or posted."""
    failed_at = models.DateTimeField(null=True)
    """When it could not be delivered; whoever works on the case must find another way."""
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    level = models.CharField(max_length=8)
    file_name = models.CharField(max_length=40)
    content_key = SealedField(category=DataCategory.CASE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dsar_letter_delivered_after_made",
                condition=Q(delivered_at__isnull=True) | Q(delivered_at__gte=models.F("made_at")),
            ),
        ]


class CaseMessage(Leased):
    """A message to the person's enrolled contact that there is news: durable, tried again, without
    any personal data in it (H2).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    letter = models.OneToOneField(
        Letter, null=True, on_delete=models.CASCADE, related_name="message"
    )
    """The letter that counts as delivered once this message has left."""
    kind = models.CharField(max_length=24)
    """The code of its text."""
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True, default="")
