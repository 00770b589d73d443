"""Jobs and packages: declared, handed over (without the files), removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.models import Case, Fulfilment, Package
from dsar.operations.packages import end_packages
from dsar.source.declaring import (
    CASE_POINTER,
    MACHINE,
    ROW,
    SUBJECT,
    case_column,
    raw_delete,
    record_of,
)
from records.access.grants import Grant
from records.access.inventory import Section, Table, not_personal
from records.access.purposes import Store

_JOBS = Table(
    model="dsar.Fulfilment",
    store=Store.IDENTITY,
    label="Jobs that answer requests",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["case"], CASE_POINTER),
        *not_personal(
            [
                "requested_at",
                "next_attempt_at",
                "done_at",
                "last_error",
                "last_error_at",
                "manifest",
                "lease_token",
                "lease_until",
                "attempts",
            ],
            MACHINE,
        ),
    ),
)
_PACKAGES = Table(
    model="dsar.Package",
    store=Store.IDENTITY,
    label="Packages made",
    columns=(
        *not_personal(["id", "file_name"], ROW),
        *not_personal(["fulfilment"], "points to the job's row"),
        *not_personal(["subject_id"], SUBJECT),
        case_column("case", "case number"),
        case_column("created_at", "when it was made"),
        case_column("expires_at", "until when it can be fetched"),
        case_column("ended_at", "when it ended"),
        case_column("sha256", "fingerprint"),
        case_column("size", "size in bytes"),
        case_column("level", "level of the seal"),
        case_column("rows", "records in it"),
        case_column("volumes", "volumes"),
        case_column("downloads", "downloads"),
        case_column("content_key", "key of the file", retention="package", withheld="security"),
    ),
)


class PackagesPart:
    """Packages and the jobs that make them."""

    tables: tuple[Table, ...] = (_JOBS, _PACKAGES)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return what is known of the packages that were made."""
        made = Package.objects.filter(case__in=[case.pk for case in cases])
        rows = made.select_related("case").order_by("created_at", "id")
        return (
            Section(
                _PACKAGES, tuple(record_of(_PACKAGES, row, row.case.reference) for row in rows)
            ),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """End the packages, delete them and their jobs."""
        files = end_packages(Package.objects.filter(case__in=cases), now=now)
        return {
            _PACKAGES.model: raw_delete(Package.objects.filter(case__in=cases)),
            _JOBS.model: raw_delete(Fulfilment.objects.filter(case__in=cases)),
        }, files
