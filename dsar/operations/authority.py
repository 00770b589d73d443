"""Requests that somebody files for a holder: authority shown once, and asked anew at every step
(threats 5 and 26).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from dsar.errors import AuthorityMissing, IdentityNotProven
from dsar.models import Case, CaseAuthority, Fulfilment
from dsar.operations.filing import note_verified
from dsar.operations.history import advance, lock_case, record
from dsar.queries import find_authority
from dsar.rules import Event, FiledBy, Right
from dsar.rules.states import OPEN, PROVEN
from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.identity.queries import find_authority_gap, get_representation, require_authority
from records.identity.rules import Basis, Gap, Proof, Scope
from records.legal_days import legal_day

BASES: dict[FiledBy, frozenset[Basis]] = {
    FiledBy.GUARDIAN: frozenset({Basis.PARENT, Basis.GUARDIANSHIP}),
    FiledBy.REPRESENTATIVE: frozenset({Basis.AUTHORISATION}),
    FiledBy.HEIR: frozenset({Basis.HEIR}),
}
"""On which basis each may file."""
BATCH = 200


def show_authority(
    *,
    actor: Actor,
    case_id: UUID,
    representation_id: UUID,
    shown: Collection[Proof],
    now: datetime,
) -> Case:
    """Note that the representative showed who they are, and on what they act; the work begins.

    Staff compared a document with the representation. Heirs use the right of their own only (ZVOP-2
    9). Raises AuthorityMissing, IdentityNotProven, NoAuthority, RepresentationUnknown.
    """
    case = Case.objects.get(pk=case_id)
    filed_by = FiledBy(case.filed_by)
    if filed_by is FiledBy.SELF or (filed_by is FiledBy.HEIR) != (case.right == Right.DECEASED):
        raise AuthorityMissing(case_id=case_id, filed_by=filed_by.value, right=case.right)
    if Proof.DOCUMENT_MATCHES not in shown and Proof.EID not in shown:
        raise IdentityNotProven(case_id=case_id, missing="document_matches")
    row = get_representation(representation_id=representation_id, subject_id=case.subject_id)
    if Basis(row.basis) not in BASES[filed_by]:
        raise AuthorityMissing(case_id=case_id, filed_by=filed_by.value, basis=row.basis)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.NAME, DataCategory.BIRTH_DATE],
        task=str(case_id),
        now=now,
    )
    require_authority(
        grant,
        representation_id=representation_id,
        subject_id=case.subject_id,
        scope=Scope.RIGHTS,
        on=legal_day(now),
    )
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        CaseAuthority.objects.update_or_create(
            case=case,
            defaults={
                "representation_id": representation_id,
                "shown_at": now,
                "ended_at": None,
                "gap": "",
            },
        )
        record(case, Event.AUTHORITY_SHOWN, actor=actor, now=now, reason=row.basis)
        note_verified(case, actor=actor, how=f"authority:{row.basis}", now=now)
    return case


def require_case_authority(case: Case, *, now: datetime) -> None:
    """Return if whoever filed the case may still have the answer; raise AuthorityMissing or
    NoAuthority. Everything that shows or changes something calls this first.
    """
    if case.filed_by == FiledBy.SELF:
        return
    standing = find_authority(case.pk)
    if standing is None or standing.ended_at is not None:
        raise AuthorityMissing(case_id=case.pk, filed_by=case.filed_by)
    gap = _gap(case, standing, now)
    if gap is not Gap.NONE:
        raise AuthorityMissing(case_id=case.pk, filed_by=case.filed_by, gap=gap.value)


def end_authorities(*, now: datetime) -> int:
    """Take open cases back from representatives whose authority is over: revoked, run out, or the
    child has grown up. Nothing is disclosed to them any more; the person is asked. Returns how
    many.
    """
    states = [state.value for state in OPEN & PROVEN]
    ended = 0
    standing = CaseAuthority.objects.filter(ended_at=None, case__state__in=states)
    for row in standing.select_related("case").order_by("case_id").iterator(chunk_size=BATCH):
        gap = _gap(row.case, row, now)
        if gap is Gap.NONE:
            continue
        with transaction.atomic(durable=True):
            case = lock_case(row.case_id)
            actor = _system(case)
            CaseAuthority.objects.filter(pk=row.pk).update(ended_at=now, gap=gap.value)
            advance(case, Event.AUTHORITY_ENDED, actor=actor, now=now, reason=gap.value)
            Fulfilment.objects.filter(case_id=case.pk, done_at=None).update(
                done_at=now,
                last_error=Event.AUTHORITY_ENDED.value,
                lease_token="",
                lease_until=None,
            )
        ended += 1
    return ended


def _gap(case: Case, row: CaseAuthority, now: datetime) -> Gap:
    grant = open_gate(
        actor=_system(case),
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.BIRTH_DATE],
        action=Action.CONSULT,
        task=str(case.pk),
        now=now,
    )
    return find_authority_gap(
        grant,
        representation_id=row.representation_id,
        subject_id=case.subject_id,
        scope=Scope.RIGHTS,
        on=legal_day(now),
    )


def _system(case: Case) -> Actor:
    return Actor(ActorRole.SYSTEM, "system:authority", case.answered_by)
