"""Corrections, restrictions and objections (identity store)."""

from enum import StrEnum
from uuid import uuid4

from django.db import models
from django.db.models import Q

from dsar.models.case import Case
from dsar.models.letter import Letter
from dsar.rules.corrections import CorrectionState, RejectionGround, RestrictionGround
from records.access.purposes import DataCategory, Purpose, Store
from records.identity.rules import DocumentType
from records.jobs.models import Leased
from records.keys.fields import SealedField


def _choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


class CorrectionItem(models.Model):
    """One value that the person says is wrong, and what it should be.

    The new value stays sealed here until it is decided on; afterwards it is in its own place, or
    nowhere. Of a document only its kind is kept, on which day and by whom it was seen.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="corrections")
    subject_id = models.UUIDField(db_index=True)
    column = models.CharField(max_length=80)
    """The declared column, as `app.Model.column`."""
    category = models.CharField(max_length=20, choices=_choices(DataCategory))
    state = models.CharField(max_length=10, choices=_choices(CorrectionState))
    value = SealedField(category=DataCategory.CASE, null=True)
    statement = SealedField(category=DataCategory.CASE, null=True)
    """What the person wants to stand beside the value; it is handed over with the data."""
    evidence = models.CharField(
        max_length=16, choices=_choices(DocumentType), blank=True, default=""
    )
    evidence_on = models.DateField(null=True)
    evidence_by = models.CharField(max_length=80, blank=True, default="")
    """The Actor's id of whoever saw it."""
    ground = models.CharField(
        max_length=20, choices=_choices(RejectionGround), blank=True, default=""
    )
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dsar_decided_correction_keeps_no_value",
                condition=Q(state=CorrectionState.PROPOSED.value) | Q(value__isnull=True),
            ),
            models.CheckConstraint(
                name="dsar_rejected_correction_has_ground",
                condition=~Q(state=CorrectionState.REJECTED.value) | ~Q(ground=""),
            ),
        ]


class ContactNotice(Leased):
    """A message to the contact that was just replaced, so that a change by somebody else is noticed
    (threat 3). The old contact is kept, sealed, until the message has left or was given up.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contact_notices")
    subject_id = models.UUIDField(db_index=True)
    contact = SealedField(category=DataCategory.CONTACT, null=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dsar_told_contact_is_forgotten",
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True)
                | Q(contact__isnull=True),
            ),
        ]


class CaseRestriction(models.Model):
    """A restriction that a case asks for: first a row here, in the case's own transaction, then an
    event in the register that the gate asks. A killed worker leaves a row that the sweep finds.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="restrictions")
    ground = models.CharField(max_length=12, choices=_choices(RestrictionGround))
    categories = models.JSONField(default=list)
    """Codes of the restricted categories; empty means the whole person."""
    asked_at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True, db_index=True)
    lifting_reason = models.CharField(max_length=20, blank=True, default="")
    lifting_letter = models.OneToOneField(
        Letter, null=True, on_delete=models.CASCADE, related_name="lifts"
    )
    """The notice that has to reach the person first (GDPR 18(3))."""
    lifts_itself = models.BooleanField(default=False)
    """Whether what it was placed for is done as the person asked: then the notice goes out, and the
    restriction ends once it has arrived, without anybody's decision.
    """
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dsar_lifted_after_notice",
                condition=Q(lifted_at__isnull=True)
                | (Q(placed_at__isnull=False) & Q(lifting_letter__isnull=False)),
            ),
        ]


class Objection(models.Model):
    """That a person objects to a purpose. While it stands, the gate does not open for the purpose,
    whatever consent is given later (GDPR 21).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="objections")
    subject_id = models.UUIDField(db_index=True)
    purpose = models.CharField(max_length=32, choices=_choices(Purpose))
    made_at = models.DateTimeField()
    heeded_at = models.DateTimeField(null=True)
    """When every consent was withdrawn and the case answered, or a person weighed it."""
    ended_at = models.DateTimeField(null=True)
    """When the person took it back, or a controller overruled it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dsar_one_standing_objection",
                fields=["subject_id", "purpose"],
                condition=Q(ended_at__isnull=True),
            ),
        ]
