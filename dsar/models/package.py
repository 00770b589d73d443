"""The jobs that make packages, and the packages (identity store)."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from dsar.models.case import Case
from records.access.purposes import DataCategory, Store
from records.jobs.models import Leased
from records.keys.fields import SealedField


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
    size = models.PositiveBigIntegerField()
    level = models.CharField(max_length=8)
    rows = models.PositiveIntegerField()
    volumes = models.PositiveIntegerField(default=1)
    """More than one: the file is a zip of volumes."""
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
