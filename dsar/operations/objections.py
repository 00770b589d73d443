"""Objection: marketing stops everywhere at once, other processing is suspended and weighed (GDPR
21).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from consent.errors import ConsentDoesNotStand
from consent.operations import withdraw_consent
from consent.rules import Channel as ConsentChannel
from consent.rules import is_consent_purpose
from dsar.errors import ObjectionNotOpen, StepNotYours
from dsar.models import Case, CaseRestriction, Objection
from dsar.operations.answering import answer_at_once, service_of, start
from dsar.operations.filing import file_request
from dsar.operations.first_steps import want_restriction
from dsar.operations.history import lock_case, record, require_controller
from dsar.operations.restrictions import place_due
from dsar.ports import Notice, notify_recipients
from dsar.rules import Event, Right, State
from dsar.rules.corrections import (
    MARKETING,
    ObjectionWay,
    RestrictionGround,
    objection_way,
    suspended_categories,
)
from dsar.rules.states import OPEN, PROVEN
from records.access.grants import Actor
from records.access.purposes import ActorRole, Purpose

BATCH = 100
SCREEN = "objection"


def object_to(
    *,
    actor: Actor,
    subject_id: UUID,
    purposes: frozenset[Purpose],
    why: str,
    language: str,
    case_id: UUID,
    now: datetime,
) -> Case:
    """File an objection; of a verified person it counts before this returns (GDPR 21).

    Marketing stops for good: every consent is withdrawn, and the gate refuses the purpose whatever
    is consented to later. What rests on a public task or a legitimate interest is suspended until a
    person has weighed it. For what rests on anything else, a person answers with reasons (C26).
    """
    case = file_request(
        actor=actor,
        subject_id=subject_id,
        right=Right.OBJECTION,
        details={"purposes": sorted(purpose.value for purpose in purposes), "why": why},
        language=language,
        case_id=case_id,
        now=now,
        also=lambda case: _want(case, purposes, now),
    )
    return _carry_out(case, now)


def record_objection(
    *, actor: Actor, case_id: UUID, purposes: frozenset[Purpose], now: datetime
) -> Case:
    """Enter what an objection on paper is about, once its sender is known to be the holder.
    Raises StepNotYours, ObjectionNotOpen.
    """
    if actor.role not in {ActorRole.CLERK, ActorRole.CONTROLLER}:
        raise StepNotYours(step="objection", role=actor.role.value)
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.right != Right.OBJECTION or State(case.state) not in OPEN & PROVEN:
            raise ObjectionNotOpen(case_id=case_id)
        _want(case, purposes, now)
    return _carry_out(case, now)


def _carry_out(case: Case, now: datetime) -> Case:
    place_due(now=now, case_id=case.pk)
    heed_due(now=now, case_id=case.pk)
    case.refresh_from_db()
    return case


def _want(case: Case, purposes: frozenset[Purpose], now: datetime) -> None:
    if purposes - MARKETING:
        start(case, actor=service_of(case, "objections"), now=now)
    for purpose in sorted(purposes):
        way = objection_way(purpose)
        if way is ObjectionWay.NOT_GIVEN:
            continue
        # A second objection to the same purpose takes the place of the first, in one transaction.
        Objection.objects.filter(
            subject_id=case.subject_id, purpose=purpose.value, ended_at=None
        ).update(ended_at=now)
        Objection.objects.create(
            case=case, subject_id=case.subject_id, purpose=purpose.value, made_at=now
        )
        if way is ObjectionWay.BALANCED:
            want_restriction(
                case,
                ground=RestrictionGround.OBJECTION,
                categories=suspended_categories(purpose),
                now=now,
            )


def heed_due(*, now: datetime, case_id: UUID | None = None) -> int:
    """Withdraw every consent of those who object to marketing, and answer their cases; return how
    many objections were heeded. Safe to run twice. What a person has to weigh is put into work.
    """
    due = Objection.objects.filter(
        heeded_at=None, ended_at=None, case__state__in=[state.value for state in PROVEN]
    ).select_related("case")
    if case_id is not None:
        due = due.filter(case_id=case_id)
    heeded = 0
    for row in list(due.order_by("made_at")[:BATCH]):
        if row.purpose in MARKETING:
            _withdraw_all(row.case, now)
            heeded += _note_heeded(row, now)
        else:
            _put_into_work(row.case, now)
    return heeded


def _withdraw_all(case: Case, now: datetime) -> None:
    for purpose in Purpose:
        if is_consent_purpose(purpose):
            try:
                withdraw_consent(
                    actor=service_of(case, "objections"),
                    subject_id=case.subject_id,
                    purpose=purpose,
                    language=case.language,
                    screen=SCREEN,
                    channel=ConsentChannel(case.channel)
                    if case.channel in set(ConsentChannel)
                    else ConsentChannel.POST,
                    now=now,
                )
            except ConsentDoesNotStand:
                continue


def _note_heeded(row: Objection, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        case = lock_case(row.case_id)
        if not Objection.objects.filter(pk=row.pk, heeded_at=None).update(heeded_at=now):
            return False
        actor = service_of(case, "objections")
        record(case, Event.OBJECTION_HEEDED, actor=actor, now=now, reason=row.purpose)
        notify_recipients(case, Notice.OBJECTION)
        if not _waits_for_a_person(case):
            answer_at_once(case, message="objection", now=now)
    return True


def _waits_for_a_person(case: Case) -> bool:
    """Return whether the case also objects to something that is not marketing."""
    return (
        case.state != State.VERIFIED
        or CaseRestriction.objects.filter(case=case).exists()
        or Objection.objects.filter(case=case, heeded_at=None).exists()
    )


def _put_into_work(case: Case, now: datetime) -> None:
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        start(held, actor=service_of(held, "objections"), now=now)


def weigh_objection(*, actor: Actor, objection_id: UUID, upheld: bool, now: datetime) -> Objection:
    """Note what a controller found after weighing (GDPR 21(1)): upheld, the purpose stays closed
    for good and the restriction may end with its notice; overruled, the objection ends when the
    restriction is lifted, which asks for the notice first. Answering the case with reasons is its
    decision. Raises StepNotYours, ObjectionNotOpen.
    """
    with transaction.atomic(durable=True):
        row = Objection.objects.filter(pk=objection_id, heeded_at=None, ended_at=None).first()
        if row is None or objection_way(Purpose(row.purpose)) is not ObjectionWay.BALANCED:
            raise ObjectionNotOpen(objection_id=objection_id)
        case = lock_case(row.case_id)
        require_controller(case, actor=actor, step="objection")
        start(case, actor=actor, now=now)
        row.heeded_at = now
        if not upheld:
            row.ended_at = now
        row.save(update_fields=["heeded_at", "ended_at"])
        record(
            case,
            Event.OBJECTION_HEEDED,
            actor=actor,
            now=now,
            reason="objection_upheld" if upheld else "overruled",
        )
        if upheld:
            ours = CaseRestriction.objects.filter(
                case=case, ground=RestrictionGround.OBJECTION.value, lifted_at=None
            )
            ours.update(lifts_itself=True)
    return row


def take_back_objection(
    *, actor: Actor, subject_id: UUID, purpose: Purpose, now: datetime
) -> Objection:
    """End an objection to marketing at the person's own word; only then can a consent count again.

    Raises ObjectionNotOpen, StepNotYours for anybody but the person.
    """
    if actor.role is not ActorRole.HOLDER:
        raise StepNotYours(step="objection", role=actor.role.value)
    with transaction.atomic(durable=True):
        row = Objection.objects.filter(
            subject_id=subject_id, purpose=purpose.value, ended_at=None
        ).first()
        if row is None:
            raise ObjectionNotOpen(purpose=purpose.value)
        case = lock_case(row.case_id)
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        record(case, Event.OBJECTION_HEEDED, actor=actor, now=now, reason="taken_back")
    return row
