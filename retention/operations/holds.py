"""Holds: a controller's order that a person's data stays (T7.6.6)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, DataCategory, Purpose
from records.identity.queries import get_subject
from retention.errors import NoSuchHold, NotAController, PlanNotOpen, UnknownGround
from retention.models import LegalHold, SubjectClock
from retention.rules.safety import HOLD_GROUNDS, may_order


def place_hold(
    *,
    actor: Actor,
    subject_id: UUID,
    ground: str,
    citation: str,
    now: datetime,
    until_date: date | None = None,
) -> LegalHold:
    """Hold back a person's data from erasure, until a day or until it is lifted (T7.6.6, C10).

    Raises NotAController, UnknownGround, PlanNotOpen where the erasure has begun, and
    SubjectUnknown where it is over.
    """
    if not may_order(actor.role):
        raise NotAController(role=actor.role.value)
    if ground not in HOLD_GROUNDS or not citation.strip():
        raise UnknownGround(ground=ground)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RETENTION,
        subjects=[subject_id],
        categories=[DataCategory.CARD],
        action=Action.CONSULT,
        task="place-hold",
        now=now,
    )
    with transaction.atomic(durable=True):
        clock = SubjectClock.objects.select_for_update().filter(pk=subject_id).first()
        if clock is not None and clock.erasing_since is not None:
            raise PlanNotOpen(state="erasing")
        get_subject(subject_id)
        hold = LegalHold.objects.create(
            subject_id=subject_id,
            ground=ground,
            citation=citation,
            until_date=until_date,
            placed_by=actor.id,
            placed_at=now,
        )
    report_outcome(grant, done=True, now=now)
    return hold


def lift_hold(*, actor: Actor, hold_id: UUID, now: datetime) -> None:
    """Lift a hold. Raises NotAController, NoSuchHold."""
    if not may_order(actor.role):
        raise NotAController(role=actor.role.value)
    lifted = LegalHold.objects.filter(pk=hold_id, lifted_at=None).update(
        lifted_at=now, lifted_by=actor.id
    )
    if not lifted:
        raise NoSuchHold(hold=hold_id)
