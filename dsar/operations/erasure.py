"""Orders to erase at the person's word: confirmed, cancelled, planned, approved (H15,
docs/adr/0010).
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from dsar.erasing.preview import CONTACTS, EVERY_CATEGORY, Preview, default_parts, preview_erasure
from dsar.errors import (
    ApprovedBefore,
    BreakerOpen,
    CancelTooLate,
    NotAnApprover,
    OrderNotOpen,
    OrderUnknown,
    PlanIsAnother,
    StepNotPossible,
    StepNotYours,
)
from dsar.models import Case, ErasureApproval, ErasureBreaker, ErasureOrder
from dsar.operations.authority import require_case_authority
from dsar.operations.history import advance, lock_case, record
from dsar.operations.messages import queue_message
from dsar.rules import Event, State
from dsar.rules.erasure import (
    DECIDER,
    OPEN_ORDERS,
    OrderState,
    OrderStep,
    is_approved,
    may_approve,
    window_end,
)
from dsar.rules.states import OPEN, PROVEN
from records.access.gate import open_gate
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, Purpose


def system_actor(case: Case) -> Actor:
    """Return the service itself, on behalf of the controller that answers."""
    return Actor(ActorRole.SYSTEM, "system:erasure", case.answered_by)


def open_for_erasure(case: Case, *, actor: Actor, action: Action, now: datetime) -> Grant:
    """Open the gate for a preview (CONSULT) or for the erasure itself (ERASE)."""
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=EVERY_CATEGORY,
        action=action,
        task=str(case.pk),
        now=now,
    )


def confirm_erasure(
    *,
    actor: Actor,
    case_id: UUID,
    parts: Collection[str],
    end_contract: bool,
    now: datetime,
) -> ErasureOrder:
    """Note what the person wants erased and that they mean it; 72 hours to cancel begin (H15).

    The person confirms on the portal, staff for a letter. Confirming twice changes nothing. Of two
    contacts one stays, whatever was chosen. Raises OrderUnknown, OrderNotOpen.
    """
    case = Case.objects.get(pk=case_id)
    grant = open_for_erasure(case, actor=actor, action=Action.CONSULT, now=now)
    preview = preview_erasure(
        grant,
        subject_id=case.subject_id,
        parts=parts,
        end_contract=end_contract,
        now=now,
        case_id=case_id,
    )
    chosen = set(preview.predicted)
    if chosen.issuperset(CONTACTS):
        chosen.discard(CONTACTS[0])
    with transaction.atomic(durable=True):
        held = lock_case(case_id)
        order = lock_order(case_id=case_id)
        if order.state == OrderState.CONFIRMED:
            return order
        _require(order, {OrderState.ASKED})
        order.state = OrderState.CONFIRMED
        order.parts = sorted(chosen)
        order.end_contract = end_contract
        order.confirmed_at, order.cancel_until = now, window_end(now)
        order.waiting_for = preview.blocked_by
        order.rest_on = preview.last_day
        order.next_attempt_at = order.cancel_until
        order.save()
        record(held, Event.ERASURE_CONFIRMED, actor=actor, now=now)
        queue_message(case=held, kind="erasure_confirmed", now=now)
    return order


def cancel_erasure(*, actor: Actor, subject_id: UUID, case_id: UUID, now: datetime) -> None:
    """Cancel an erasure within its 72 hours: the case ends as withdrawn (H15).

    Raises OrderUnknown, also for another's; CancelTooLate, OrderNotOpen.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        order = lock_order(case_id=case_id)
        if case.subject_id != subject_id:
            raise OrderUnknown(case_id=case_id)
        _require(order, {OrderState.ASKED, OrderState.CONFIRMED})
        if order.cancel_until is not None and now >= order.cancel_until:
            raise CancelTooLate(case_id=case_id)
        order.state = OrderState.CANCELLED
        order.save(update_fields=["state"])
        record(case, Event.ERASURE_CANCELLED, actor=actor, now=now)
        advance(case, Event.WITHDRAWN, actor=actor, now=now)


def lock_order(*, case_id: UUID) -> ErasureOrder:
    """Return the order of a case, locked until the end of the transaction; raise OrderUnknown."""
    found = ErasureOrder.objects.select_for_update().filter(case_id=case_id).first()
    if found is None:
        raise OrderUnknown(case_id=case_id)
    return found


def plan_order(*, order: ErasureOrder, now: datetime, reason: str = "") -> ErasureOrder:
    """Make the dry run of an order whose window is over, and keep it as the plan to be approved.

    Where something holds it back, the order waits with the reason, and the next sweep looks again
    (threat 10). Approvals of an earlier plan do not count for this one.
    """
    case = Case.objects.get(pk=order.case_id)
    require_asked_by_holder(case, now=now)
    actor = system_actor(case)
    preview = dry_run(order, case, actor, now)
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        order = lock_order(case_id=case.pk)
        _require(order, {OrderState.CONFIRMED, OrderState.PLANNED, OrderState.APPROVED,
                         OrderState.FAILED})  # fmt: skip
        order.waiting_for = preview.blocked_by
        order.rest_on = preview.last_day
        if not preview.blocked_by:
            keep_plan(order, preview, now)
            if held.state == State.VERIFIED:
                advance(held, Event.STARTED, actor=actor, now=now)
            record(held, Event.ERASURE_PLANNED, actor=actor, now=now, reason=reason)
        order.save()
    return order


def dry_run(order: ErasureOrder, case: Case, actor: Actor, now: datetime) -> Preview:
    """Return what the order would do now."""
    grant = open_for_erasure(case, actor=actor, action=Action.CONSULT, now=now)
    return preview_of(grant, order, now)


def preview_of(grant: Grant, order: ErasureOrder, now: datetime) -> Preview:
    """Return what the order would do, under a Grant that is open already."""
    return preview_erasure(
        grant,
        subject_id=order.subject_id,
        parts=order.parts,
        end_contract=order.end_contract,
        now=now,
        case_id=order.case_id,
    )


def keep_plan(order: ErasureOrder, preview: Preview, now: datetime) -> None:
    """Write a dry run into the order as its plan; the caller saves it."""
    order.state, order.step = OrderState.PLANNED, OrderStep.RECHECK
    order.plan = [
        _as_json(asdict(line)) for line in preview.lines if line.rows and line.rule != "staff"
    ]
    order.predicted = dict(preview.predicted) | {
        "cards": preview.live_cards if order.end_contract else 0
    }
    order.actual = {}
    order.plan_sha256, order.planned_at = preview.sha256, now
    order.plan_number += 1
    order.last_error = ""


def _as_json(line: dict[str, object]) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in line.items()
    }


def approve_erasure(
    *, actor: Actor, order_id: UUID, plan_sha256: str, now: datetime
) -> ErasureOrder:
    """Record that somebody has read the plan and lets it run; two different people, one of them a
    controller's officer, and it runs.

    `plan_sha256` is the plan that was on their page. Raises NotAnApprover, OrderNotOpen,
    PlanIsAnother, ApprovedBefore.
    """
    if not may_approve(actor.role):
        raise NotAnApprover(role=actor.role.value)
    with transaction.atomic(durable=True):
        order = _get(order_id)
        case = lock_case(order.case_id)
        _require_controllers_own("approve", case, actor)
        order = lock_order(case_id=case.pk)
        _require(order, {OrderState.PLANNED})
        if plan_sha256 != order.plan_sha256:
            raise PlanIsAnother(order=order.pk)
        _vote(order, actor, now)
        record(case, Event.ERASURE_APPROVED, actor=actor, now=now)
        votes = list_votes(order)
        if is_approved([(vote.actor_id, ActorRole(vote.actor_role)) for vote in votes]):
            order.state, order.next_attempt_at = OrderState.APPROVED, now
            order.save(update_fields=["state", "next_attempt_at"])
    return order


def list_votes(order: ErasureOrder) -> list[ErasureApproval]:
    """Return the approvals that count: those of the plan as it stands now."""
    found = order.approvals.filter(plan_number=order.plan_number, plan_sha256=order.plan_sha256)
    return list(found.order_by("approved_at", "pk"))


def _vote(order: ErasureOrder, actor: Actor, now: datetime) -> None:
    try:
        with transaction.atomic():
            ErasureApproval.objects.create(
                order=order,
                actor_id=actor.id,
                actor_role=actor.role,
                organisation=actor.organisation,
                approved_at=now,
                plan_sha256=order.plan_sha256,
                plan_number=order.plan_number,
            )
    except IntegrityError:
        raise ApprovedBefore(order=order.pk) from None


def replan_erasure(*, actor: Actor, order_id: UUID, now: datetime) -> ErasureOrder:
    """Make a new plan for an order that has failed; it has to be approved anew. Raises
    StepNotYours, OrderNotOpen.
    """
    if actor.role is not ActorRole.CONTROLLER:
        raise StepNotYours(step="replan", role=actor.role.value)
    order = _get(order_id)
    _require_controllers_own("replan", order.case, actor)
    _require(order, {OrderState.FAILED})
    return plan_order(order=order, now=now, reason="after_failure")


def drop_ended_orders() -> int:
    """End the orders whose case was answered or withdrawn in another way; return how many."""
    ended = ErasureOrder.objects.filter(state__in=OPEN_ORDERS - {OrderState.RUNNING}).exclude(
        case__state__in=[state.value for state in OPEN - {State.DECIDED}]
    )
    return ended.update(state=OrderState.CANCELLED)


def require_breaker_closed() -> None:
    """Raise BreakerOpen while a day with too many erasures has not been released (threat 12)."""
    tripped = ErasureBreaker.objects.filter(released_at=None).order_by("day").first()
    if tripped is not None:
        raise BreakerOpen(day=tripped.day.isoformat(), limit=tripped.limit)


def release_breaker(*, actor: Actor, now: datetime) -> int:
    """Let erasures go on, after a controller's officer has looked why there are so many; return
    how many days were released. Raises StepNotYours.
    """
    if actor.role is not ActorRole.CONTROLLER:
        raise StepNotYours(step="release_breaker", role=actor.role.value)
    return ErasureBreaker.objects.filter(released_at=None).update(
        released_at=now, released_by=actor.organisation
    )


def require_asked_by_holder(case: Case, *, now: datetime) -> None:
    """Return while the person is known to be the holder and whoever asked for them may still act;
    raise StepNotPossible, AuthorityMissing. A verification can be taken back after the order was
    confirmed (threats 3 and 5).
    """
    if State(case.state) not in PROVEN:
        raise StepNotPossible(state=case.state, step=Event.ERASURE_STARTED.value)
    require_case_authority(case, now=now)


def _require_controllers_own(step: str, case: Case, actor: Actor) -> None:
    """Return unless an officer's account is of no joint controller of the case (C1, threat 35)."""
    if actor.role is DECIDER and actor.organisation not in case.controllers:
        raise StepNotYours(step=step, role=actor.role.value, organisation="not_a_controller")


def _get(order_id: UUID) -> ErasureOrder:
    found = ErasureOrder.objects.filter(pk=order_id).first()
    if found is None:
        raise OrderUnknown(order=order_id)
    return found


def _require(order: ErasureOrder, states: Collection[OrderState]) -> None:
    if OrderState(order.state) not in states:
        raise OrderNotOpen(order=order.pk, state=order.state)


__all__ = [
    "approve_erasure",
    "cancel_erasure",
    "confirm_erasure",
    "default_parts",
    "drop_ended_orders",
    "plan_order",
    "release_breaker",
    "replan_erasure",
    "require_breaker_closed",
]
