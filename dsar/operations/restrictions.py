"""Restriction of processing: asked for, placed at the gate, announced, lifted (GDPR 18)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from dsar.errors import LetterNotDelivered, RestrictionUnknown
from dsar.letters.kinds import LetterKind
from dsar.letters.texts import say
from dsar.models import Case, CaseRestriction, Letter
from dsar.operations.answering import answer_at_once, service_of
from dsar.operations.filing import file_request
from dsar.operations.first_steps import want_restriction
from dsar.operations.history import lock_case, record, require_controller
from dsar.operations.letters import drop_letter, keep_letter, prepare_letter
from dsar.ports import Notice, notify_recipients
from dsar.rules import Event, Right
from dsar.rules.corrections import LiftingReason, RestrictionGround
from dsar.rules.states import PROVEN
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, DataCategory, Purpose
from records.access.restriction import lift_restriction, place_restriction, stands

BATCH = 100


def ask_restriction(
    *,
    actor: Actor,
    subject_id: UUID,
    ground: RestrictionGround,
    categories: Collection[DataCategory],
    why: str,
    language: str,
    case_id: UUID,
    now: datetime,
) -> Case:
    """File a request for restriction; a verified person's takes effect before this returns (GDPR
    18(1)).

    Empty `categories` mean the whole person. Raises the refusals of file_request.
    """
    case = file_request(
        actor=actor,
        subject_id=subject_id,
        right=Right.RESTRICTION,
        scope=categories,
        details={"ground": ground.value, "why": why},
        language=language,
        case_id=case_id,
        now=now,
        also=lambda case: want_restriction(case, ground=ground, categories=categories, now=now),
    )
    place_due(now=now, case_id=case.pk)
    case.refresh_from_db()
    return case


def place_due(*, now: datetime, case_id: UUID | None = None) -> int:
    """Place every restriction that a verified case waits for; return how many. Safe to run twice.

    An unverified request restricts nobody (threat 4).
    """
    due = CaseRestriction.objects.filter(
        placed_at=None, case__state__in=[state.value for state in PROVEN]
    ).select_related("case")
    if case_id is not None:
        due = due.filter(case_id=case_id)
    rows = list(due.order_by("asked_at")[:BATCH])
    for row in rows:
        _place(row, now)
    return len(rows)


def _place(row: CaseRestriction, now: datetime) -> None:
    case, cause = row.case, str(row.pk)
    actor = service_of(case, "restrictions")
    grant = _open(actor, case, now)
    if not stands(subject=case.subject_id, cause=cause):
        place_restriction(
            grant,
            subject=case.subject_id,
            ground=row.ground,
            cause=cause,
            categories=_categories(row),
            now=now,
        )
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        if CaseRestriction.objects.filter(pk=row.pk, placed_at=None).update(placed_at=now):
            record(held, Event.RESTRICTION_PLACED, actor=actor, now=now, reason=row.ground)
            notify_recipients(held, Notice.RESTRICTION)
            if held.right == Right.RESTRICTION:
                answer_at_once(held, message="restricted", now=now)
    report_outcome(grant, done=True, now=now, counts={"restrictions": 1})


def announce_lifting(
    *, actor: Actor, restriction_id: UUID, reason: LiftingReason, now: datetime
) -> Letter:
    """Write to the person that the restriction will be lifted, and why; nothing is lifted by it
    (GDPR 18(3)).

    Raises StepNotYours for all but a controller, RestrictionUnknown for one that does not stand or
    is announced already, unless that letter could not be delivered.
    """
    case = _standing(restriction_id).case
    require_controller(case, actor=actor, step=Event.RESTRICTION_ANNOUNCED.value)
    return _announce(actor, restriction_id, reason, now)


def _announce(actor: Actor, restriction_id: UUID, reason: LiftingReason, now: datetime) -> Letter:
    row = _standing(restriction_id)
    _refuse_announced(row)
    case = row.case
    prepared = prepare_letter(
        case=case,
        kind=LetterKind.RESTRICTION_LIFTING,
        actor=actor,
        now=now,
        reasons=[say(case.language, f"lifting.{reason.value}")],
    )
    try:
        with transaction.atomic(durable=True):
            held = lock_case(case.pk)
            row = _standing(restriction_id)
            _refuse_announced(row)
            letter = keep_letter(prepared, case=held, actor=actor, now=now)
            row.lifting_letter, row.lifting_reason = letter, reason.value
            row.save(update_fields=["lifting_letter", "lifting_reason"])
            record(held, Event.RESTRICTION_ANNOUNCED, actor=actor, now=now, reason=reason.value)
    except BaseException:
        drop_letter(prepared)
        raise
    return letter


def lift(*, actor: Actor, restriction_id: UUID, now: datetime) -> CaseRestriction:
    """Lift a restriction, by a controller, after the notice has reached the person (GDPR 18(3)).

    Raises StepNotYours, RestrictionUnknown, LetterNotDelivered.
    """
    case = _standing(restriction_id).case
    require_controller(case, actor=actor, step=Event.RESTRICTION_LIFTED.value)
    return _lift(actor, restriction_id, now)


def _lift(actor: Actor, restriction_id: UUID, now: datetime) -> CaseRestriction:
    row = _standing(restriction_id)
    if row.lifting_letter is None or row.lifting_letter.delivered_at is None:
        raise LetterNotDelivered(restriction_id=restriction_id)
    case, cause = row.case, str(row.pk)
    grant = _open(actor, case, now)
    if stands(subject=case.subject_id, cause=cause):
        lift_restriction(grant, subject=case.subject_id, ground="told", cause=cause, now=now)
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        if CaseRestriction.objects.filter(pk=row.pk, lifted_at=None).update(lifted_at=now):
            record(held, Event.RESTRICTION_LIFTED, actor=actor, now=now, reason=row.lifting_reason)
            notify_recipients(held, Notice.RESTRICTION_LIFTED)
    report_outcome(grant, done=True, now=now, counts={"restrictions": 1})
    row.refresh_from_db()
    return row


def lift_settled(*, now: datetime) -> int:
    """Announce and then lift the restrictions whose dispute ended as the person asked; return how
    many were lifted. Safe to run twice; each waits until its notice has arrived.
    """
    settled = CaseRestriction.objects.filter(
        lifts_itself=True, lifted_at=None, placed_at__isnull=False
    ).select_related("case", "lifting_letter")
    for row in settled.filter(lifting_letter=None)[:BATCH]:
        _announce(service_of(row.case, "restrictions"), row.pk, LiftingReason.SETTLED, now)
    told = list(settled.filter(lifting_letter__delivered_at__isnull=False)[:BATCH])
    for row in told:
        _lift(service_of(row.case, "restrictions"), row.pk, now)
    return len(told)


def _standing(restriction_id: UUID) -> CaseRestriction:
    found = (
        CaseRestriction.objects.select_related("case", "lifting_letter")
        .filter(pk=restriction_id, placed_at__isnull=False, lifted_at=None)
        .first()
    )
    if found is None:
        raise RestrictionUnknown(restriction_id=restriction_id)
    return found


def _refuse_announced(row: CaseRestriction) -> None:
    if row.lifting_letter is not None and row.lifting_letter.failed_at is None:
        raise RestrictionUnknown(restriction_id=row.pk)


def _categories(row: CaseRestriction) -> list[DataCategory] | None:
    return [DataCategory(kind) for kind in row.categories] or None


def _open(actor: Actor, case: Case, now: datetime) -> Grant:
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.CASE],
        action=Action.CHANGE,
        task=str(case.pk),
        now=now,
    )
