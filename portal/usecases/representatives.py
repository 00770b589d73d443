"""Who may act for a holder, at the desk: recorded by one, confirmed by another, ended at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from dsar.models import Case
from dsar.operations import show_authority
from portal.people import Staff
from portal.permissions import require_city
from records.access.gate import open_gate, report_outcome
from records.access.grants import Grant
from records.access.purposes import Action, DataCategory, Purpose
from records.identity.models import Representation
from records.identity.operations import (
    confirm_representation,
    record_representation,
    revoke_representation,
)
from records.identity.queries import (
    RepresentativeView,
    authority_of,
    get_representation,
    get_subject,
    list_representations,
    reveal_representatives,
)
from records.identity.rules import (
    Basis,
    Evidence,
    Gap,
    PersonDetails,
    Proof,
    Scope,
    find_gap,
)
from records.legal_days import legal_day

CATEGORIES = frozenset({DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.CONTACT})


@dataclass(frozen=True, slots=True)
class Line:
    """One representation as the desk sees it."""

    row: Representation
    view: RepresentativeView
    stands: bool
    """Whether it stands today, apart from the holder's age, which is asked when it is used."""
    may_confirm: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the clerk has typed."""

    representative: PersonDetails
    basis: Basis
    scopes: Collection[Scope]
    evidence: Evidence
    evidence_number: str
    valid_from: date
    valid_until: date | None


def list_lines(*, staff: Staff, subject_id: UUID, task: str, now: datetime) -> list[Line]:
    """Return who may act for a holder of the clerk's city, opened for a task. Raises OtherCity."""
    grant = _open(staff, subject_id, Action.CONSULT, task, now)
    rows = list_representations(subject_id)
    views = reveal_representatives(grant, rows)
    today = legal_day(now)
    return [
        Line(
            row=row,
            view=view,
            stands=find_gap(authority_of(row), scope=Scope(row.scopes[0]), on=today, born=today)
            is Gap.NONE,
            may_confirm=row.confirmed_at is None
            and row.revoked_at is None
            and row.recorded_by != staff.actor.id,
        )
        for row, view in zip(rows, views, strict=True)
    ]


def record(*, staff: Staff, subject_id: UUID, asked: Asked, task: str, now: datetime) -> None:
    """Record a representation from evidence that was seen. Raises OtherCity and what
    record_representation raises.
    """
    grant = _open(staff, subject_id, Action.COLLECT, task, now)
    record_representation(
        grant,
        subject_id=subject_id,
        representative=asked.representative,
        basis=asked.basis,
        scopes=asked.scopes,
        evidence=asked.evidence,
        evidence_number=asked.evidence_number,
        valid_from=asked.valid_from,
        valid_until=asked.valid_until,
        now=now,
    )
    report_outcome(grant, done=True, now=now, counts={"representations": 1})


def confirm(
    *, staff: Staff, subject_id: UUID, representation_id: UUID, task: str, now: datetime
) -> None:
    """Confirm a representation as the second person. Raises OtherCity, RepresentationNotYours."""
    get_representation(representation_id=representation_id, subject_id=subject_id)
    grant = _open(staff, subject_id, Action.CHANGE, task, now)
    confirm_representation(grant, representation_id=representation_id, now=now)
    report_outcome(grant, done=True, now=now)


def revoke(
    *, staff: Staff, subject_id: UUID, representation_id: UUID, task: str, now: datetime
) -> None:
    """End a representation at once. Raises OtherCity."""
    get_representation(representation_id=representation_id, subject_id=subject_id)
    grant = _open(staff, subject_id, Action.CHANGE, task, now)
    revoke_representation(grant, representation_id=representation_id, now=now)
    report_outcome(grant, done=True, now=now)


def show_for_case(*, staff: Staff, case: Case, representation_id: UUID, now: datetime) -> None:
    """Note that the representative stood here with a document, for this case. Raises OtherCity and
    what show_authority raises.
    """
    require_city(profile_id=staff.profile_id, city=get_subject(case.subject_id).home_city_id)
    show_authority(
        actor=staff.actor,
        case_id=case.pk,
        representation_id=representation_id,
        shown=[Proof.DOCUMENT_MATCHES],
        now=now,
    )


def _open(staff: Staff, subject_id: UUID, action: Action, task: str, now: datetime) -> Grant:
    require_city(profile_id=staff.profile_id, city=get_subject(subject_id).home_city_id)
    return open_gate(
        actor=staff.actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=CATEGORIES,
        action=action,
        task=f"desk:{task}",
        now=now,
    )
