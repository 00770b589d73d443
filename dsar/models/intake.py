"""How requests come in: registration by staff, people who are not known, e-mail, status codes
(identity store).
"""

from enum import StrEnum
from uuid import uuid4

from django.db import models
from django.db.models import Q

from dsar.models.case import Case
from records.access.purposes import DataCategory, Store
from records.keys.fields import SealedField


class Intake(models.Model):
    """How a request that did not come through the portal was registered, and what proves its day
    (C16).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="intake")
    city = models.CharField(max_length=40, db_index=True)
    """Code of the city whose staff registered it; the answer may be another city's."""
    proved_at = models.DateTimeField(null=True)
    """What the stamp on the envelope, or the mail server, proves: it was received no later."""
    written_on = models.DateField(null=True)
    """The day on which the sender wrote, where that is known: it was received no earlier."""


class Requester(models.Model):
    """Somebody who asks and cannot be found: what they said of themselves, under a data key of
    their own. Their case's subject is this row, so that nothing of anybody else opens for it.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    created_at = models.DateTimeField(db_index=True)
    name = SealedField(category=DataCategory.CASE)
    address = SealedField(category=DataCategory.CASE, null=True)
    """Where the answer should go, line by line or with commas."""
    facts = SealedField(category=DataCategory.CASE, null=True)
    """The facts under which they were looked for, as they gave them."""


class StatusCode(models.Model):
    """The code with which the person follows a case without an account: shown once, kept as a
    keyed MAC only.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="status_code")
    code_mac = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()


class DraftState(StrEnum):
    """What became of an e-mail."""

    WAITING = "waiting"
    REGISTERED = "registered"
    SET_ASIDE = "set_aside"


class MailDraft(models.Model):
    """One e-mail that may be a request, under a data key of its own, until staff have decided.

    The same Message-ID makes one draft: its keyed MAC is unique.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    message_mac = models.BinaryField(max_length=32, unique=True)
    source = models.CharField(max_length=8)
    """upload, or mailbox."""
    city = models.CharField(max_length=40, blank=True, default="", db_index=True)
    """Code of the city whose desk uploaded it; empty for the joint mailbox, which all see."""
    state = models.CharField(max_length=12, default=DraftState.WAITING.value, db_index=True)
    reason = models.CharField(max_length=24, blank=True, default="")
    """Why it was set aside; one of dsar.rules.intake.AsideReason."""
    received_at = models.DateTimeField()
    """When the mail server had it, or, where nothing proves that, when we had it."""
    written_at = models.DateTimeField(null=True)
    """What the sender's own clock said."""
    taken_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    size = models.PositiveIntegerField()
    problems = models.JSONField(default=list)
    """Codes of what could not be read as it stood (dsar.mail)."""
    sender = SealedField(category=DataCategory.CASE, null=True)
    subject = SealedField(category=DataCategory.CASE, null=True)
    text = SealedField(category=DataCategory.CASE, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dsar_draft_state_known",
                condition=Q(state__in=[state.value for state in DraftState]),
            ),
            models.CheckConstraint(
                name="dsar_settled_draft_is_empty",
                condition=~Q(state="registered") | Q(text__isnull=True),
            ),
        ]


class Upload(models.Model):
    """One file that came with an e-mail; encrypted, only ever handed out as bytes to save.

    It is sealed for its draft, and for the person of the case as soon as there is one.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "owner_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner_id = models.UUIDField(db_index=True)
    """Whose data key seals it: the draft's own, then the person's."""
    draft = models.ForeignKey(
        MailDraft, null=True, on_delete=models.CASCADE, related_name="uploads"
    )
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="uploads")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=80)
    """The content type that the sender claimed; shown, never believed."""
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=40)
    name = SealedField(category=DataCategory.CASE)
    content_key = SealedField(category=DataCategory.CASE)
