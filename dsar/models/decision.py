"""Questions to the person, advice, decisions, reminders, the supervisor's procedure (identity
store).
"""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from dsar.models.case import Case
from dsar.models.letter import Letter
from dsar.rules.decisions import DecisionState, Result
from dsar.rules.states import Outcome
from records.access.purposes import ActorRole, DataCategory, Store
from records.jobs.models import Leased
from records.keys.fields import SealedField


class Question(models.Model):
    """Something the person was asked about their request, and what they answered; both sealed."""

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="questions")
    subject_id = models.UUIDField(db_index=True)
    letter = models.OneToOneField(Letter, on_delete=models.CASCADE, related_name="question")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    text = SealedField(category=DataCategory.CASE)
    answer = SealedField(category=DataCategory.CASE, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dsar_one_open_question",
                fields=["case"],
                condition=Q(answered_at__isnull=True),
            ),
        ]


class Advice(models.Model):
    """What a data protection officer advised; nothing follows from it by itself (GDPR 38-39)."""

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="advice")
    subject_id = models.UUIDField(db_index=True)
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=40)
    organisation = models.CharField(max_length=120)
    text = SealedField(category=DataCategory.CASE)


class Decision(models.Model):
    """A decision that one person prepared and another confirmed or returned (C9).

    What is granted and what is not stands in codes, so that a partial answer can be followed; the
    reasons of the case are sealed.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    subject_id = models.UUIDField(db_index=True)
    state = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in DecisionState]
    )
    outcome = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Outcome])
    grounds = models.JSONField(default=list)
    """Codes of dsar.rules.grounds."""
    granted = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    """Codes of the kinds of data, in a partial answer."""
    reasons = SealedField(category=DataCategory.CASE, null=True)
    prepared_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=40)
    prepared_role = models.CharField(
        max_length=16, choices=[(one.value, one.value) for one in ActorRole]
    )
    prepared_at_organisation = models.CharField(max_length=120)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=40, blank=True, default="")
    settled_at_organisation = models.CharField(max_length=120, blank=True, default="")
    note = SealedField(category=DataCategory.CASE, null=True)
    """Why it was returned."""
    letter = models.OneToOneField(
        Letter, null=True, on_delete=models.CASCADE, related_name="decision"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dsar_one_prepared_decision",
                fields=["case"],
                condition=Q(state="prepared"),
            ),
            models.UniqueConstraint(
                name="dsar_one_confirmed_decision",
                fields=["case"],
                condition=Q(state="confirmed"),
            ),
            models.CheckConstraint(
                name="dsar_decision_by_two_people", condition=~Q(prepared_by=F("settled_by"))
            ),
            models.CheckConstraint(
                name="dsar_confirmed_decision_has_letter",
                condition=~Q(state="confirmed") | Q(letter__isnull=False),
            ),
            models.CheckConstraint(
                name="dsar_negative_decision_has_reasons",
                condition=~Q(outcome__in=["partial", "refused"]) | Q(reasons__isnull=False),
            ),
        ]


class Reminder(Leased):
    """One reminder of one day to one controller's data protection officer; each is sent once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reminders")
    controller = models.CharField(max_length=40)
    last_day = models.DateField()
    days_before = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dsar_each_reminder_once",
                fields=["case", "controller", "last_day", "days_before"],
            ),
        ]


class Procedure(models.Model):
    """The Information Commissioner's procedure about a request (GDPR 77, ZVOP-2 30-34)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="procedure")
    number = models.CharField(max_length=40)
    """The Commissioner's number of the matter."""
    answered_at = models.DateTimeField(null=True)
    result = models.CharField(
        max_length=12, blank=True, default="", choices=[(one.value, one.value) for one in Result]
    )
    result_on = models.DateField(null=True)
