"""What staff see and do in cases of correction, restriction, objection, review and questions: under
the gate, and seen by the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from dsar.errors import CaseUnknown, RightUnknown
from dsar.models import Case, CaseRestriction, CorrectionItem, Objection
from dsar.operations.corrections import CHANGEABLE, HOME_CITY, PERSON, add_correction
from dsar.operations.objections import record_objection, weigh_objection
from dsar.operations.restrictions import announce_lifting, lift
from dsar.operations.reviewing import apply_correction, reject_correction
from dsar.queries import get_case, list_case_restrictions, list_corrections, reveal_details
from dsar.rules import Right
from dsar.rules.corrections import LiftingReason, RejectionGround
from dsar.rules.states import OPEN, PROVEN, State
from portal import permissions, words
from portal.errors import OtherCity
from portal.models import StaffRole
from portal.people import Staff
from portal.usecases.correction_panels import RIGHTS, field_label
from portal.usecases.own_data import Fact, write_value
from portal.usecases.own_log import Line, write_line
from portal.usecases.own_rights import find_entry
from portal.usecases.said import write_said
from records.access.gate import open_gate
from records.access.grants import Grant
from records.access.purposes import DataCategory, Purpose
from records.identity.queries import get_subject, reveal_columns
from records.identity.rules import DocumentType
from records.keys.queries import reveal_values


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One correction in plain."""

    id: UUID
    label: str
    state: str
    changes: bool
    old: str = field(repr=False)
    new: str = field(repr=False)
    statement: str = field(repr=False)
    evidence: str
    evidence_on: date | None
    ground: str


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """One objection of a case."""

    id: UUID
    name: object
    heeded_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkPage:
    """What a case asks for, in plain."""

    case: Case
    is_open: bool
    said: tuple[Fact, ...] = field(repr=False)
    items: tuple[ItemLine, ...] = field(repr=False)
    restrictions: tuple[CaseRestriction, ...]
    objections: tuple[ObjectionLine, ...]
    line: Line | None = field(repr=False)


def find_case_for(*, staff: Staff, case_id: UUID) -> Case:
    """Return a case of these rights; a clerk's own city only, an officer's joint one (threat 35,
    D10). Raises CaseUnknown, RightUnknown, OtherCity.
    """
    case = get_case(case_id)
    if case.right not in RIGHTS:
        raise RightUnknown
    if staff.role is StaffRole.CLERK:
        permissions.require_city(profile_id=staff.profile_id, city=case.answered_by)
    elif not set(permissions.list_cities(profile_id=staff.profile_id)) & set(case.controllers):
        raise OtherCity(city=case.answered_by)
    return case


def reveal_work(*, staff: Staff, case_id: UUID, now: datetime) -> WorkPage:
    """Return what the case asks for, old and new values beside each other; the look is logged."""
    case = find_case_for(staff=staff, case_id=case_id)
    items = list_corrections(case_id)
    columns = [_column(item) for item in items if _changes(item)]
    kinds = {DataCategory(item.category) for item in items if _changes(item)} | {DataCategory.CASE}
    if case.right == Right.LOG_QUESTION:
        kinds |= {DataCategory.ACCESS_LOG, DataCategory.CARD, DataCategory.WALLET}
    grant = open_gate(
        actor=staff.actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=kinds,
        task=str(case.pk),
        now=now,
    )
    details = reveal_details(grant, case)
    return WorkPage(
        case=case,
        is_open=State(case.state) in OPEN & PROVEN,
        said=write_said(details),
        items=tuple(_reveal_items(grant, case, items, columns)),
        restrictions=tuple(list_case_restrictions(case_id)),
        objections=tuple(_objections(case)),
        line=_line(grant, case, details),
    )


def _reveal_items(
    grant: Grant, case: Case, items: list[CorrectionItem], columns: list[str]
) -> list[ItemLine]:
    sealed = [name for name in columns if name != HOME_CITY]
    old: dict[str, object] = {}
    if columns:
        old[HOME_CITY] = get_subject(case.subject_id).home_city_id
    if sealed:
        (plain,) = reveal_columns(grant, [case.subject_id], columns=sealed)
        old |= dict(zip(sealed, plain, strict=True))
    written = reveal_values(grant, items, ["value", "statement"])
    return [
        ItemLine(
            id=item.pk,
            label=field_label(item.column),
            state=item.state,
            changes=_changes(item)
            and not (value is None and statement and item.state != "rejected"),
            old=write_value(old.get(_column(item)) or "–"),
            new=_plain(item, value),
            statement=str(statement or ""),
            evidence=item.evidence,
            evidence_on=item.evidence_on,
            ground=item.ground,
        )
        for item, (value, statement) in zip(items, written, strict=True)
    ]


def _plain(item: CorrectionItem, value: object) -> str:
    if value and _column(item) == "birth_date":
        return write_value(date.fromisoformat(str(value)))
    return write_value(value) if value else ""


def _objections(case: Case) -> list[ObjectionLine]:
    return [
        ObjectionLine(row.pk, words.PURPOSES[Purpose(row.purpose)], row.heeded_at, row.ended_at)
        for row in Objection.objects.filter(case=case).order_by("purpose")
    ]


def _line(grant: Grant, case: Case, details: Mapping[str, object]) -> Line | None:
    entry = details.get("entry")
    if case.right != Right.LOG_QUESTION or not isinstance(entry, int):
        return None
    try:
        found = find_entry(grant, subject_id=case.subject_id, entry_id=entry)
    except CaseUnknown:
        return None
    return write_line(found, purposes=words.OFFICE_PURPOSES)


def make(*, staff: Staff, case_id: UUID, item_id: UUID, evidence: str, now: datetime) -> None:
    """Make a proposed correction; raises the refusals of apply_correction."""
    _require_item(staff, case_id, item_id)
    apply_correction(
        actor=staff.actor,
        item_id=item_id,
        evidence=DocumentType(evidence) if evidence else None,
        evidence_on=None,
        now=now,
    )


def reject(*, staff: Staff, case_id: UUID, item_id: UUID, ground: str, now: datetime) -> None:
    """Reject a proposed correction; raises the refusals of reject_correction."""
    _require_item(staff, case_id, item_id)
    reject_correction(actor=staff.actor, item_id=item_id, ground=RejectionGround(ground), now=now)


def add(*, staff: Staff, case_id: UUID, column: str, value: object, now: datetime) -> None:
    """Enter a correction from paper; raises the refusals of add_correction."""
    find_case_for(staff=staff, case_id=case_id)
    add_correction(actor=staff.actor, case_id=case_id, changes={column: value}, now=now)


def enter_objection(*, staff: Staff, case_id: UUID, purposes: list[str], now: datetime) -> None:
    """Enter what an objection on paper is about."""
    find_case_for(staff=staff, case_id=case_id)
    chosen = frozenset(Purpose(code) for code in purposes)
    record_objection(actor=staff.actor, case_id=case_id, purposes=chosen, now=now)


def weigh(*, staff: Staff, case_id: UUID, objection_id: UUID, upheld: bool, now: datetime) -> None:
    """Note what was found after weighing an objection."""
    find_case_for(staff=staff, case_id=case_id)
    if not Objection.objects.filter(pk=objection_id, case_id=case_id).exists():
        raise CaseUnknown(case_id=case_id)
    weigh_objection(actor=staff.actor, objection_id=objection_id, upheld=upheld, now=now)


def announce(
    *, staff: Staff, case_id: UUID, restriction_id: UUID, reason: str, now: datetime
) -> None:
    """Write to the person that a restriction will be lifted."""
    _require_restriction(staff, case_id, restriction_id)
    announce_lifting(
        actor=staff.actor, restriction_id=restriction_id, reason=LiftingReason(reason), now=now
    )


def end_restriction(*, staff: Staff, case_id: UUID, restriction_id: UUID, now: datetime) -> None:
    """Lift a restriction; raises LetterNotDelivered before its notice has arrived."""
    _require_restriction(staff, case_id, restriction_id)
    lift(actor=staff.actor, restriction_id=restriction_id, now=now)


def _require_item(staff: Staff, case_id: UUID, item_id: UUID) -> None:
    find_case_for(staff=staff, case_id=case_id)
    if not CorrectionItem.objects.filter(pk=item_id, case_id=case_id).exists():
        raise CaseUnknown(case_id=case_id)


def _require_restriction(staff: Staff, case_id: UUID, restriction_id: UUID) -> None:
    find_case_for(staff=staff, case_id=case_id)
    if not CaseRestriction.objects.filter(pk=restriction_id, case_id=case_id).exists():
        raise CaseUnknown(case_id=case_id)


def _column(item: CorrectionItem) -> str:
    return item.column.rpartition(".")[2]


def _changes(item: CorrectionItem) -> bool:
    return item.column.startswith(f"{PERSON}.") and _column(item) in CHANGEABLE
