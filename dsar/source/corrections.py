"""Corrections, restrictions, objections: declared, handed over, removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.models import Case, CaseRestriction, ContactNotice, CorrectionItem, Objection
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
from records.access.inventory import Personal, Provenance, Section, Table, not_personal
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.keys.queries import reveal_values

_ITEMS = Table(
    model="dsar.CorrectionItem",
    store=Store.IDENTITY,
    label="Corrections and statements",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        case_column("case", "case number"),
        case_column("column", "which value", Provenance.PROVIDED),
        case_column("category", "kind of data"),
        case_column("state", "state"),
        case_column("value", "proposed value", Provenance.PROVIDED),
        case_column("statement", "statement beside the value", Provenance.PROVIDED),
        case_column("evidence", "kind of the document shown (no copy and no number was kept)"),
        case_column("evidence_on", "day on which it was shown"),
        Personal(
            "evidence_by",
            DataCategory.STAFF,
            "account of whoever saw it",
            (Purpose.RIGHTS_REQUEST, Purpose.LOG_REVIEW),
            basis=LegalBasis.LEGAL_OBLIGATION,
            retention="case",
            provenance=Provenance.OBSERVED,
            withheld="staff_name",
        ),
        case_column("ground", "ground of a rejection"),
        case_column("proposed_at", "when it was proposed"),
        case_column("decided_at", "when it was decided"),
    ),
)
_RESTRICTIONS = Table(
    model="dsar.CaseRestriction",
    store=Store.IDENTITY,
    label="Restrictions of processing asked for",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["lifting_letter"], "points to the letter's row"),
        *not_personal(["lifts_itself"], MACHINE),
        case_column("case", "case number"),
        case_column("ground", "ground of the restriction", Provenance.PROVIDED),
        case_column("categories", "restricted kinds of data", Provenance.PROVIDED),
        case_column("asked_at", "when it was asked for"),
        case_column("placed_at", "in force from"),
        case_column("lifting_reason", "why it was lifted"),
        case_column("lifted_at", "when it was lifted"),
    ),
)
_OBJECTIONS = Table(
    model="dsar.Objection",
    store=Store.IDENTITY,
    label="Objections",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        case_column("case", "case number"),
        case_column("purpose", "purpose objected to", Provenance.PROVIDED),
        case_column("made_at", "when"),
        case_column("heeded_at", "when it was heeded"),
        case_column("ended_at", "when it was taken back or overruled"),
    ),
)
_NOTICES = Table(
    model="dsar.ContactNotice",
    store=Store.IDENTITY,
    label="Messages to a replaced contact",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        *not_personal(["case"], CASE_POINTER),
        Personal(
            "contact",
            DataCategory.CONTACT,
            "contact before the change, until the message has left",
            (Purpose.RIGHTS_REQUEST,),
            basis=LegalBasis.LEGAL_OBLIGATION,
            retention="case",
        ),
        *not_personal(
            [
                "created_at",
                "next_attempt_at",
                "sent_at",
                "given_up_at",
                "last_error",
                "lease_token",
                "lease_until",
                "attempts",
            ],
            MACHINE,
        ),
    ),
)


class CorrectionsPart:
    """What was corrected, restricted and objected to, with the statements that stand beside it."""

    tables: tuple[Table, ...] = (_ITEMS, _RESTRICTIONS, _OBJECTIONS, _NOTICES)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return corrections with their statements, restrictions and objections."""
        ids = [case.pk for case in cases]
        items = list(
            CorrectionItem.objects.filter(case__in=ids)
            .select_related("case")
            .order_by("proposed_at", "column", "id")
        )
        written = reveal_values(grant, items, ["value", "statement"])
        restrictions = CaseRestriction.objects.filter(case__in=ids).order_by("asked_at", "id")
        objections = Objection.objects.filter(case__in=ids).order_by("made_at", "id")
        notices = list(
            ContactNotice.objects.filter(case__in=ids, contact__isnull=False).order_by(
                "created_at", "id"
            )
        )
        contacts = reveal_values(grant, notices, ["contact"])
        return (
            Section(
                _ITEMS,
                tuple(
                    record_of(_ITEMS, item, item.case.reference, value=value, statement=statement)
                    for item, (value, statement) in zip(items, written, strict=True)
                ),
            ),
            Section(
                _RESTRICTIONS,
                tuple(
                    record_of(_RESTRICTIONS, row, row.case.reference)
                    for row in restrictions.select_related("case")
                ),
            ),
            Section(
                _OBJECTIONS,
                tuple(
                    record_of(_OBJECTIONS, row, row.case.reference)
                    for row in objections.select_related("case")
                ),
            ),
            Section(
                _NOTICES,
                tuple(
                    record_of(_NOTICES, row, "", contact=contact)
                    for row, (contact,) in zip(notices, contacts, strict=True)
                ),
            ),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete all of it."""
        return {
            table.model: raw_delete(model.objects.filter(case__in=cases))
            for table, model in (
                (_NOTICES, ContactNotice),
                (_ITEMS, CorrectionItem),
                (_OBJECTIONS, Objection),
                (_RESTRICTIONS, CaseRestriction),
            )
        }, []
