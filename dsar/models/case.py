"""Cases and their history (identity store)."""

from enum import StrEnum
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast

from dsar.rules import AnswerWay, Channel, FiledBy, Outcome, Right, State
from dsar.rules.states import OPEN
from records.access.purposes import ActorRole, DataCategory, Store
from records.keys.fields import SealedField


def _choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


class Case(models.Model):
    """One rights request of one person, of all controllers together (GDPR 26(3), PP6b).

    Who, which reference and when it was received never change; the database enforces it, so that
    no case is back-dated (threat 32).
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True)
    subject_id = models.UUIDField(db_index=True)
    right = models.CharField(max_length=20, choices=_choices(Right))
    filed_by = models.CharField(
        max_length=16, choices=_choices(FiledBy), default=FiledBy.SELF.value
    )
    """Who asked: the person, or somebody for them."""
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="linked")
    """The case that this one reviews or follows up."""
    state = models.CharField(max_length=20, choices=_choices(State), db_index=True)
    waits = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(state__in=sorted(state.value for state in OPEN)),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    """Whether the person still waits for an answer; the database derives it from the state."""
    outcome = models.CharField(max_length=12, choices=_choices(Outcome), blank=True, default="")
    channel = models.CharField(max_length=12, choices=_choices(Channel))
    language = models.CharField(max_length=2)
    answer_way = models.CharField(
        max_length=8, choices=_choices(AnswerWay), default=AnswerWay.PORTAL.value
    )
    """How the person wants the answer: paper is as good as the portal (GDPR 12(3))."""
    arrived_at = models.CharField(max_length=40, blank=True, default="")
    """Code of the organisation or registration point that it first reached (C16)."""
    details = SealedField(category=DataCategory.CASE, kind="json", null=True)
    """What the person wrote, in the shape of the right; sealed."""
    scope = models.JSONField(default=list)
    """Codes of the kinds of data that were asked for; empty means everything (E-A2)."""
    controllers = models.JSONField(default=list)
    """Codes of the joint controllers: a request that reaches one has reached all."""
    circle = models.GeneratedField(
        expression=Cast("controllers", models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    """The joint controllers as text: of it, not of JSON, databases keep statistics."""
    answered_by = models.CharField(max_length=40)
    """Code of the controller that answers: the person's Moje mesto."""
    received_at = models.DateTimeField()
    received_on = models.DateField()
    """The legal day of receipt, wherever the request first arrived (C16)."""
    registered_at = models.DateTimeField()
    due_on = models.DateField(db_index=True)
    legal_max_on = models.DateField()
    target_on = models.DateField()
    extended = models.BooleanField(default=False)
    assurance = models.PositiveSmallIntegerField()
    """How well the holder's identity was established when the request was filed (C8)."""
    ground = models.CharField(max_length=40, blank=True, default="")
    """The code of the ground on which it was refused, in whole or in part."""
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The queue reads along it, however many cases are closed.
            models.Index(name="dsar_queue", fields=["waits", "due_on", "id"]),
            models.Index(name="dsar_queue_by_right", fields=["waits", "right", "due_on", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="dsar_due_within_law", condition=Q(due_on__lte=F("legal_max_on"))
            ),
            models.CheckConstraint(
                name="dsar_received_before_registered",
                condition=Q(received_at__lte=F("registered_at")),
            ),
            models.CheckConstraint(
                name="dsar_decided_has_outcome",
                condition=~Q(state__in=["decided", "delivered", "closed"]) | ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="dsar_state_known", condition=Q(state__in=[state.value for state in State])
            ),
            models.CheckConstraint(
                name="dsar_right_known", condition=Q(right__in=[right.value for right in Right])
            ),
        ]


class CaseEvent(models.Model):
    """One line of a case's history: appended, never changed; it goes only together with its case.

    The database enforces it. Codes and hashes only; no sentence and no person is in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=40)
    """One of dsar.rules.Event."""
    state = models.CharField(max_length=20, choices=_choices(State))
    """The state of the case after it."""
    at = models.DateTimeField()
    actor_role = models.CharField(max_length=16, choices=_choices(ActorRole))
    organisation = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=80, blank=True, default="")
    """A code: how identity was proven, why extended, what failed, which kind of device."""
    package_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="dsar_history_numbered", fields=["case", "number"]),
        ]
