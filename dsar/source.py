"""What rights requests hold about a person, how it is handed over and removed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from dsar.models import Case, CaseEvent, Fulfilment, Package
from dsar.operations.packages import end_packages, remove_files
from records.access.grants import Grant
from records.access.inventory import (
    Personal,
    Provenance,
    Receipt,
    Record,
    Section,
    Table,
    not_personal,
)
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.access.registry import SubjectContext

_ROW = "a random number that only this row bears"
_POINTER = "points to the case's row"
_MACHINE = "serves the job that makes the package; codes, times and counts only"


def _case(
    name: str,
    label: str,
    provenance: Provenance = Provenance.OBSERVED,
    *,
    retention: str = "case",
    withheld: str = "",
) -> Personal:
    return Personal(
        name,
        DataCategory.CASE,
        label,
        (Purpose.RIGHTS_REQUEST,),
        basis=LegalBasis.LEGAL_OBLIGATION,
        retention=retention,
        provenance=provenance,
        withheld=withheld,
    )


_CASES = Table(
    model="dsar.Case",
    store=Store.IDENTITY,
    label="Requests",
    columns=(
        *not_personal(["id"], _ROW),
        *not_personal(["subject_id"], "the person's random number; it points to their other rows"),
        _case("reference", "case number"),
        _case("right", "right that was used", Provenance.PROVIDED),
        _case("state", "state"),
        _case("outcome", "decision"),
        _case("channel", "how it arrived", Provenance.PROVIDED),
        _case("language", "language", Provenance.PROVIDED),
        _case("scope", "kinds of data asked for", Provenance.PROVIDED),
        _case("controllers", "joint controllers"),
        _case("answered_by", "controller that answers"),
        _case("received_at", "when it was received", Provenance.PROVIDED),
        _case("received_on", "day of receipt", Provenance.DERIVED),
        _case("registered_at", "when it was registered"),
        _case("due_on", "answer due", Provenance.DERIVED),
        _case("legal_max_on", "last day if extended", Provenance.DERIVED),
        _case("target_on", "internal target", Provenance.DERIVED),
        _case("extended", "extended"),
        _case("assurance", "how well the identity was checked then"),
        _case("closed_at", "when it was closed"),
    ),
)
_EVENTS = Table(
    model="dsar.CaseEvent",
    store=Store.IDENTITY,
    label="History of requests",
    columns=(
        *not_personal(["id"], _ROW),
        *not_personal(["number"], "the place of the line in its history"),
        _case("case", "case number"),
        _case("event", "what happened"),
        _case("state", "state after it"),
        _case("at", "when"),
        _case("actor_role", "role of who did it"),
        _case("organisation", "organisation"),
        _case("reason", "reason, as a code"),
        _case("package_sha256", "fingerprint of the package"),
    ),
)
_JOBS = Table(
    model="dsar.Fulfilment",
    store=Store.IDENTITY,
    label="Jobs that answer requests",
    columns=(
        *not_personal(["id"], _ROW),
        *not_personal(["case"], _POINTER),
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
            _MACHINE,
        ),
    ),
)
_PACKAGES = Table(
    model="dsar.Package",
    store=Store.IDENTITY,
    label="Packages made",
    columns=(
        *not_personal(["id", "file_name"], "a random number that only this row bears"),
        *not_personal(["fulfilment"], "points to the job's row"),
        *not_personal(["subject_id"], "the person's random number; it points to their other rows"),
        _case("case", "case number"),
        _case("created_at", "when it was made"),
        _case("expires_at", "until when it can be fetched"),
        _case("ended_at", "when it ended"),
        _case("sha256", "fingerprint"),
        _case("size", "size in bytes"),
        _case("level", "level of the seal"),
        _case("rows", "records in it"),
        _case("downloads", "downloads"),
        _case("content_key", "key of the file", retention="package", withheld="security"),
    ),
)


class DsarSource:
    """Cases with their history, jobs and packages; packages end with everything else."""

    code = "dsar"
    tables: tuple[Table, ...] = (_CASES, _EVENTS, _JOBS, _PACKAGES)

    def collect(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Sequence[Section]:
        """Return the person's cases, their history and their packages (without the files)."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CASE)
        mine = {"case__subject_id": context.subject_id}
        cases = Case.objects.filter(subject_id=context.subject_id).order_by("received_at", "id")
        events = CaseEvent.objects.filter(**mine).order_by("case__received_at", "case", "number")
        packages = Package.objects.filter(**mine).order_by("created_at", "id")
        return (
            Section(_CASES, tuple(_record(_CASES, case, case.reference) for case in cases)),
            Section(_EVENTS, _records(_EVENTS, events.select_related("case"))),
            Section(_PACKAGES, _records(_PACKAGES, packages.select_related("case"))),
        )

    def erase(self, grant: Grant, context: SubjectContext, now: datetime) -> Receipt:
        """Delete the person's cases with history, jobs and packages; safe to run twice.

        The database lets a line of history go only after its case, in one transaction.
        """
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CASE)
        with transaction.atomic():
            cases = list(
                Case.objects.select_for_update()
                .filter(subject_id=context.subject_id)
                .values_list("pk", flat=True)
            )
            files = end_packages(Package.objects.filter(case__in=cases), now=now)
            deleted = {
                _PACKAGES.model: _raw_delete(Package.objects.filter(case__in=cases)),
                _JOBS.model: _raw_delete(Fulfilment.objects.filter(case__in=cases)),
                _CASES.model: _raw_delete(Case.objects.filter(pk__in=cases)),
                _EVENTS.model: _raw_delete(CaseEvent.objects.filter(case__in=cases)),
            }
        remove_files(files)
        return Receipt(self.code, deleted=deleted)


def _records(table: Table, rows: Iterable[CaseEvent | Package]) -> tuple[Record, ...]:
    return tuple(_record(table, row, row.case.reference) for row in rows)


def _record(table: Table, row: Case | CaseEvent | Package, reference: str) -> Record:
    return Record(
        {
            column.name: reference if column.name == "case" else getattr(row, column.name)
            for column in table.personal()
            if not column.withheld
        }
    )


def _raw_delete(rows: Any) -> int:
    """Delete without Django's cascade, which would take the history before its case."""
    return int(rows._raw_delete(rows.db) or 0)
