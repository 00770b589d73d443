"""What rights requests hold about a person, how it is handed over and removed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from dsar.filestore import remove_files
from dsar.models import Case, Package
from dsar.operations.intake_end import erase_rows_of
from dsar.operations.packages import end_packages
from dsar.source.authority import AuthorityPart
from dsar.source.cases import CasesPart
from dsar.source.corrections import CorrectionsPart
from dsar.source.decisions import DecisionsPart
from dsar.source.declaring import Part
from dsar.source.erasures import CLAIM_TABLES, ErasuresPart
from dsar.source.intake import IntakePart
from dsar.source.letters import LettersPart
from dsar.source.packages import PackagesPart
from dsar.source.recipients import RecipientsPart
from dsar.source.transmissions import RECEPTION_TABLES, TransmissionsPart
from records.access.grants import Grant
from records.access.inventory import Receipt, Section, Table
from records.access.partial import ErasablePart, Traces
from records.access.purposes import DataCategory, Store
from records.access.registry import SubjectContext
from records.keys.cells import hex_of

PARTS: tuple[Part, ...] = (
    CorrectionsPart(),
    ErasuresPart(),
    RecipientsPart(),
    TransmissionsPart(),
    AuthorityPart(),
    DecisionsPart(),
    LettersPart(),
    PackagesPart(),
    IntakePart(),
    CasesPart(),
)
"""In the order of their removal: cases last, for everything hangs on them."""


PACKAGES = ErasablePart("dsar.packages", "dsar.Package", ("content_key",))


def live_packages(subject_id: UUID) -> QuerySet[Package]:
    """Return the packages of a person that can still be opened."""
    return Package.objects.filter(subject_id=subject_id, ended_at=None)


class DsarSource:
    """Cases and all that hangs on them; packages and letters end with everything else."""

    code = "dsar"
    tables: tuple[Table, ...] = (
        *(table for part in reversed(PARTS) for table in part.tables),
        *CLAIM_TABLES,
        *RECEPTION_TABLES,
    )

    parts: tuple[ErasablePart, ...] = (PACKAGES,)

    def preview(self, grant: Grant, context: SubjectContext, now: datetime) -> Mapping[str, int]:
        """Return how many packages can still be opened: copies that nobody needs any more."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CASE)
        return {PACKAGES.code: live_packages(context.subject_id).count()}

    def traces(
        self, grant: Grant, context: SubjectContext, parts: Collection[str], now: datetime
    ) -> Traces:
        """Return the packages' keys as they are sealed, and their files."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CASE)
        if PACKAGES.code not in parts:
            return Traces()
        rows = list(live_packages(context.subject_id))
        keys = tuple(hex_of(row.content_key) for row in rows if row.content_key is not None)
        return Traces(keys, tuple(row.file_name for row in rows))

    def erase_columns(
        self, grant: Grant, context: SubjectContext, parts: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        """End the packages, with their keys; the caller removes the files after it."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CASE)
        if PACKAGES.code not in parts:
            return {}
        return {PACKAGES.code: len(end_packages(live_packages(context.subject_id), now=now))}

    def collect(self, grant: Grant, context: SubjectContext, now: datetime) -> Sequence[Section]:
        """Return the person's cases with all that hangs on them, without the files."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CASE)
        found = Case.objects.filter(subject_id=context.subject_id)
        cases = list(found.order_by("received_at", "id"))
        return tuple(
            section for part in reversed(PARTS) for section in part.collect(grant, cases, now)
        )

    def erase(self, grant: Grant, context: SubjectContext, now: datetime) -> Receipt:
        """Delete the person's cases and all that hangs on them; safe to run twice.

        The database lets a line of history go only after its case, in one transaction.
        """
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CASE)
        deleted: dict[str, int] = {}
        files: list[str] = []
        with transaction.atomic():
            cases = list(
                Case.objects.select_for_update()
                .filter(subject_id=context.subject_id)
                .values_list("pk", flat=True)
            )
            for part in PARTS:
                counts, gone = part.erase(cases, now)
                deleted |= counts
                files += gone
            counts, gone = erase_rows_of(context.subject_id)
            for model, rows in counts.items():
                deleted[model] = deleted.get(model, 0) + rows
            files += gone
        remove_files(files)
        return Receipt(self.code, deleted=deleted)
