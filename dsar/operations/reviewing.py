"""A clerk or officer looks at proposed corrections, and makes or rejects them (GDPR 16)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from dsar.errors import BadReceiptDate, CorrectionUnknown, StepNotPossible, StepNotYours
from dsar.filestore import remove_files
from dsar.letters.kinds import LetterKind
from dsar.models import Case, CaseRestriction, CorrectionItem, Letter
from dsar.operations.answering import service_of, start
from dsar.operations.authority import require_case_authority
from dsar.operations.corrections import (
    OPENED,
    after_change,
    change_person,
    mark_applied,
)
from dsar.operations.history import advance, lock_case, record, require_controller
from dsar.operations.letters import drop_letter, keep_letter, prepare_letter
from dsar.rules import Event, Right, State
from dsar.rules.corrections import CorrectionState, RejectionGround
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.identity.rules import DocumentType
from records.keys.operations import seal_values
from records.keys.queries import reveal_values
from records.legal_days import legal_day

BATCH = 100
_DESK = frozenset({ActorRole.CLERK, ActorRole.CONTROLLER})


def apply_correction(
    *,
    actor: Actor,
    item_id: UUID,
    evidence: DocumentType | None,
    evidence_on: date | None,
    now: datetime,
) -> CorrectionItem:
    """Put a proposed value in its place (GDPR 16). Of a document only kind, day and who saw it are
    kept, never a copy or a number (T4.1.5b).

    A statement is put beside the value instead. When all of the case is made as asked, it is
    granted, and its restriction ends once the person was told. Raises CorrectionUnknown,
    StepNotYours, AuthorityMissing, BadReceiptDate for a day that is still to come, PhoneTaken and
    the refusals of clean_details.
    """
    if actor.role not in _DESK:
        raise StepNotYours(step=Event.CORRECTION_APPLIED.value, role=actor.role.value)
    if evidence_on is not None and evidence_on > legal_day(now):
        raise BadReceiptDate(received=evidence_on.isoformat())
    item = _open_item(item_id)
    require_case_authority(item.case, now=now)
    grant = _open(actor, item.case, now)
    files: list[str] = []
    try:
        with transaction.atomic(durable=True):
            case = _work_on(item, actor, now)
            item = _open_item(item_id)
            ((value, statement),) = reveal_values(grant, [item], ["value", "statement"])
            if evidence is not None:
                item.evidence, item.evidence_by = evidence.value, actor.id
                item.evidence_on = evidence_on or legal_day(now)
            if statement is not None and value is None:
                item.state, item.decided_at = CorrectionState.STATED, now
                item.save()
                reason = item.column.rpartition(".")[2]
                record(case, Event.STATEMENT_ADDED, actor=actor, now=now, reason=reason)
            else:
                column = item.column.rpartition(".")[2]
                change_person(
                    grant, subject_id=case.subject_id, column=column, value=value, now=now
                )
                mark_applied(item, case=case, actor=actor, now=now)
                files = after_change(case, now=now)
            _finish_where_all_made(case, actor, now)
    except BaseException:
        report_outcome(grant, done=False, now=now)
        raise
    report_outcome(grant, done=True, now=now, counts={"corrections": 1})
    remove_files(files)
    return item


def reject_correction(
    *, actor: Actor, item_id: UUID, ground: RejectionGround, now: datetime
) -> CorrectionItem:
    """Reject a proposed value, by a controller, on a coded ground (C1); the value is forgotten.

    The case itself is then refused in whole or in part with reasons; until the person was told, the
    category stays restricted. Raises StepNotYours, CorrectionUnknown.
    """
    with transaction.atomic(durable=True):
        item = _open_item(item_id)
        require_controller(item.case, actor=actor, step=Event.CORRECTION_REJECTED.value)
        case = _work_on(item, actor, now)
        item = _open_item(item_id)
        item.state, item.ground, item.decided_at = CorrectionState.REJECTED, ground.value, now
        item.value = None
        item.save()
        record(case, Event.CORRECTION_REJECTED, actor=actor, now=now, reason=ground.value)
    return item


def add_statement(
    *, actor: Actor, subject_id: UUID, item_id: UUID, text: str, now: datetime
) -> CorrectionItem:
    """Keep what the person wants to stand beside a value that is not changed (GDPR 16, second
    sentence); it is handed over with the data. Raises CorrectionUnknown, also for another's.
    """
    found = CorrectionItem.objects.filter(pk=item_id, subject_id=subject_id)
    item = found.select_related("case").exclude(state=CorrectionState.APPLIED).first()
    if item is None or not text.strip():
        raise CorrectionUnknown(item_id=item_id)
    grant = _open(actor, item.case, now, [DataCategory.CASE])
    with transaction.atomic(durable=True):
        case = lock_case(item.case_id)
        seal_values(grant, [item], [{"statement": text.strip()}])
        item.save(update_fields=["statement"])
        reason = item.column.rpartition(".")[2]
        record(case, Event.STATEMENT_ADDED, actor=actor, now=now, reason=reason)
    report_outcome(grant, done=True, now=now, counts={"statements": 1})
    return item


def answer_corrected(*, now: datetime) -> int:
    """Write the answer of every case that was granted because all was made, and note its delivery;
    return how many letters were written. Safe to run twice.
    """
    granted = Case.objects.filter(right=Right.RECTIFICATION, state=State.DECIDED, outcome="granted")
    kind = LetterKind.GRANTED
    written = 0
    for case in list(granted.exclude(letters__kind=kind).order_by("due_on")[:BATCH]):
        written += _write_answer(case, now)
    arrived = granted.filter(letters__kind=kind, letters__delivered_at__isnull=False)
    for pk in list(arrived.values_list("pk", flat=True).distinct()[:BATCH]):
        with transaction.atomic(durable=True):
            case = lock_case(pk)
            if case.state == State.DECIDED:
                advance(case, Event.DELIVERED, actor=service_of(case, "answers"), now=now)
    return written


def _write_answer(case: Case, now: datetime) -> bool:
    actor = service_of(case, "answers")
    prepared = prepare_letter(case=case, kind=LetterKind.GRANTED, actor=actor, now=now)
    try:
        with transaction.atomic(durable=True):
            held = lock_case(case.pk)
            if Letter.objects.filter(case=held, kind=LetterKind.GRANTED).exists():
                drop_letter(prepared)
                return False
            keep_letter(prepared, case=held, actor=actor, now=now)
    except BaseException:
        drop_letter(prepared)
        raise
    return True


def _finish_where_all_made(case: Case, actor: Actor, now: datetime) -> None:
    items = CorrectionItem.objects.filter(case=case)
    if items.filter(state__in=[CorrectionState.PROPOSED, CorrectionState.REJECTED]).exists():
        return
    advance(case, Event.GRANTED, actor=actor, now=now)
    CaseRestriction.objects.filter(case=case, lifted_at=None).update(lifts_itself=True)


def _work_on(item: CorrectionItem, actor: Actor, now: datetime) -> Case:
    case = lock_case(item.case_id)
    start(case, actor=actor, now=now)
    if case.state not in {State.IN_WORK, State.EXTENDED}:
        raise StepNotPossible(state=case.state, step=Event.CORRECTION_APPLIED.value)
    return case


def _open_item(item_id: UUID) -> CorrectionItem:
    found = CorrectionItem.objects.select_related("case").filter(
        pk=item_id, state=CorrectionState.PROPOSED
    )
    item = found.first()
    if item is None:
        raise CorrectionUnknown(item_id=item_id)
    return item


def _open(
    actor: Actor, case: Case, now: datetime, categories: "list[DataCategory] | None" = None
) -> Grant:
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=categories or OPENED,
        action=Action.CHANGE,
        task=str(case.pk),
        now=now,
    )
