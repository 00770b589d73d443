"""Cases, their history, the jobs that answer them, and the packages (identity store)."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from dsar.rules import Channel, Event, Outcome, State
from records.access.purposes import ActorRole, DataCategory, Store
from records.jobs.models import Leased
from records.keys.fields import SealedField


def _choices(
    values: type[State | Outcome | Channel | Event | ActorRole],
) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


class Case(models.Model):
    """One rights request of one person, of all controllers together (GDPR 26(3), PP6b).

    Who, which reference and when it was received never change; the database enforces it, so that
    no case is back-dated (threat 32).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True)
    subject_id = models.UUIDField(db_index=True)
    right = models.CharField(max_length=16, default="access")
    state = models.CharField(max_length=20, choices=_choices(State), db_index=True)
    outcome = models.CharField(max_length=12, choices=_choices(Outcome), blank=True, default="")
    channel = models.CharField(max_length=12, choices=_choices(Channel))
    language = models.CharField(max_length=2)
    scope = models.JSONField(default=list)
    """Codes of the kinds of data that were asked for; empty means everything (E-A2)."""
    controllers = models.JSONField(default=list)
    """Codes of the joint controllers: a request that reaches one has reached all."""
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
    closed_at = models.DateTimeField(null=True)

    class Meta:
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
        ]


class CaseEvent(models.Model):
    """One line of a case's history: appended, never changed; it goes only together with its case.

    The database enforces it. Codes and hashes only; no sentence and no person is in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=40, choices=_choices(Event))
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


class Fulfilment(Leased):
    """The job of making one package for one case; the row is the truth, a message only wakes it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="fulfilments")
    requested_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(db_index=True)
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True, default="")
    last_error_at = models.DateTimeField(null=True)
    manifest = models.JSONField(default=list)
    """Per table: status, rows and reason code, after the last attempt (D2). No personal data."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dsar_one_open_job_per_case",
                fields=["case"],
                condition=Q(done_at__isnull=True),
            ),
        ]


class Package(models.Model):
    """One sealed package: the file lies encrypted in the packages folder, its key in this row.

    The key itself is sealed with the person's data key: without the row, or without the data key,
    the file is noise.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="packages")
    fulfilment = models.OneToOneField(Fulfilment, on_delete=models.CASCADE, related_name="package")
    subject_id = models.UUIDField(db_index=True)
    """Compared again at every download (threat 33)."""
    created_at = models.DateTimeField()
    """The moment of the data in it (H11)."""
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    level = models.CharField(max_length=8)
    rows = models.PositiveIntegerField()
    downloads = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=40)
    content_key = SealedField(category=DataCategory.CASE, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dsar_ended_package_has_no_key",
                condition=Q(ended_at__isnull=True) | Q(content_key__isnull=True),
            ),
        ]
