"""Orders to erase: declared, handed over, removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.models import Case, ErasureApproval, ErasureOrder
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
from records.access.inventory import (
    Personal,
    Provenance,
    Record,
    Section,
    Table,
    not_personal,
)
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store

_ORDERS = Table(
    model="dsar.ErasureOrder",
    store=Store.IDENTITY,
    label="Erasures asked for",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        case_column("case", "case number"),
        case_column("state", "state"),
        case_column("parts", "what goes at once", Provenance.PROVIDED),
        case_column("end_contract", "whether the card ends, too", Provenance.PROVIDED),
        case_column("confirmed_at", "when it was confirmed", Provenance.PROVIDED),
        case_column("cancel_until", "until when it could be cancelled"),
        case_column("waiting_for", "what it waits for"),
        case_column("done_at", "when it was done"),
        case_column("rest_on", "last day of the rest"),
        case_column("rest_told_at", "when you were told about the rest"),
        case_column(
            "needles", "what the check looks for, until it is done", retention="job",
            withheld="security",
        ),
        *not_personal(
            [
                "step",
                "plan",
                "predicted",
                "actual",
                "plan_sha256",
                "plan_number",
                "planned_at",
                "next_attempt_at",
                "last_error",
                "ledger_position",
                "started_at",
                "lease_token",
                "lease_until",
                "attempts",
            ],
            MACHINE,
        ),
    ),
)  # fmt: skip
_APPROVALS = Table(
    model="dsar.ErasureApproval",
    store=Store.IDENTITY,
    label="Approvals of erasures",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["order"], CASE_POINTER),
        Personal(
            "actor_id",
            DataCategory.STAFF,
            "who approved",
            (Purpose.RIGHTS_REQUEST,),
            basis=LegalBasis.LEGAL_OBLIGATION,
            recipients=(),
            retention="case",
            provenance=Provenance.OBSERVED,
            withheld="staff_identity",
        ),
        *not_personal(
            ["actor_role", "organisation", "approved_at", "plan_sha256", "plan_number"],
            "says what was approved, when and for which organisation; nothing about a holder",
        ),
    ),
)
CLAIM_TABLES = (
    Table(
        model="dsar.ErasureBreaker",
        store=Store.IDENTITY,
        label="Days with more erasures than usual",
        whole_because="days, a number, and the organisation that released it",
    ),
    Table(
        model="dsar.ClaimCode",
        store=Store.IDENTITY,
        label="Claim codes given out",
        whole_because="keyed digests of random codes, and a day; they lead to nobody",
    ),
    Table(
        model="dsar.ClaimTry",
        store=Store.IDENTITY,
        label="Wrong claim codes",
        whole_because="a time and a keyed hash of a network address, for a day; no code, no person",
    ),
)


class ErasuresPart:
    """Orders with their approvals."""

    tables: tuple[Table, ...] = (_ORDERS, _APPROVALS)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return the orders of the person's cases; who approved is not told."""
        found = ErasureOrder.objects.filter(case__in=[case.pk for case in cases])
        rows = found.select_related("case").order_by("case__received_at", "pk")
        return (
            Section(_ORDERS, tuple(_record(row) for row in rows)),
            Section(_APPROVALS, ()),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete approvals and orders."""
        return {
            _APPROVALS.model: raw_delete(ErasureApproval.objects.filter(order__case__in=cases)),
            _ORDERS.model: raw_delete(ErasureOrder.objects.filter(case__in=cases)),
        }, []


def _record(row: ErasureOrder) -> Record:
    """Return an order as it is handed over, its parts in codes that have words."""
    parts = [code.replace(".", ":") for code in row.parts]
    return record_of(_ORDERS, row, row.case.reference, parts=parts)
