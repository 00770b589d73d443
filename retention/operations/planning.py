"""Plans: the dry run, its approvals by two people, its withdrawal."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from records.access.grants import Actor
from records.identity.models import DataSubject
from retention.errors import (
    AlreadyApproved,
    NotAController,
    NotApproved,
    PlanChanged,
    PlanNotOpen,
    TooMany,
    TooSoon,
)
from retention.models import ItemState, Plan, PlanApproval, PlanItem, PlanState, SubjectClock
from retention.operations.clocks import require_steady_clock
from retention.queries.holds import list_held
from retention.queries.plans import get_plan, hash_of_items, plan_hash
from retention.rules.safety import (
    APPROVALS,
    GRANTS_GONE,
    PLAN_LIVES,
    PLANNED_AHEAD,
    may_order,
    usual_limit,
)

OPEN_PLANS = (PlanState.MADE, PlanState.APPROVED, PlanState.RUNNING)


def make_plan(*, actor: Actor, now: datetime, execute_from: datetime | None = None) -> Plan:
    """List who is due by the day of execution and who is held, with reasons; erase nothing (threat
    12).

    Execution waits at least seven days. Raises TooSoon, ClockJumped.
    """
    require_steady_clock(now=now)
    when = execute_from or now + PLANNED_AHEAD
    if when < now + PLANNED_AHEAD:
        raise TooSoon(execute_from=when.isoformat(), days=PLANNED_AHEAD.days)
    planned = PlanItem.objects.filter(plan__state__in=OPEN_PLANS, state=ItemState.PLANNED)
    clocks = list(
        SubjectClock.objects.filter(purge_from__lte=when - GRANTS_GONE, erasing_since=None)
        .exclude(pk__in=planned.filter(subject_id__isnull=False).values("subject_id"))
        .order_by("purge_from", "pk")
    )
    held = list_held(subject_ids=[clock.pk for clock in clocks], now=now)
    items = [_item(clock, held.get(clock.pk)) for clock in clocks]
    with transaction.atomic(durable=True):
        plan = Plan.objects.create(
            made_at=now,
            made_by=actor.id,
            execute_from=when,
            people=DataSubject.objects.count(),
            due=len(clocks) - len(held),
            held=len(held),
            sha256=plan_hash(
                (item.subject_id, item.last_day_kept, item.rule, item.state)
                for item in items
                if item.subject_id and item.last_day_kept
            ),
        )
        for item in items:
            item.plan = plan
        PlanItem.objects.bulk_create(items)
    return plan


def _item(clock: SubjectClock, held: str | None) -> PlanItem:
    return PlanItem(
        subject_id=clock.pk,
        contract_end=clock.contract_end,
        last_day_kept=clock.last_day_kept,
        rule=clock.rule,
        state=ItemState.HELD if held else ItemState.PLANNED,
        reason=held or f"period_over:{clock.rule}",
    )


def approve_plan(
    *, actor: Actor, plan_id: UUID, now: datetime, confirmed_due: int | None = None
) -> Plan:
    """Record that a controller's person has read a plan and lets it run; the second one opens it.

    Where more people are due than is usual, `confirmed_due` is the number, typed in. Raises
    NotAController, PlanNotOpen, PlanChanged, AlreadyApproved, TooMany.
    """
    if not may_order(actor.role):
        raise NotAController(role=actor.role.value)
    with transaction.atomic(durable=True):
        get_plan(plan_id=plan_id)
        plan = Plan.objects.select_for_update().get(pk=plan_id)
        if plan.state != PlanState.MADE:
            raise PlanNotOpen(plan=plan.pk, state=plan.state)
        if hash_of_items(plan) != plan.sha256:
            raise PlanChanged(plan=plan.pk)
        limit = usual_limit(plan.people)
        if plan.due > limit and confirmed_due != plan.due:
            raise TooMany(due=plan.due, usual=limit)
        _vote(plan, actor, now, confirmed_due)
        if plan.approvals.count() >= APPROVALS:
            plan.state = PlanState.APPROVED
            plan.save(update_fields=["state"])
    return plan


def _vote(plan: Plan, actor: Actor, now: datetime, confirmed_due: int | None) -> None:
    try:
        with transaction.atomic():
            PlanApproval.objects.create(
                plan=plan,
                actor_id=actor.id,
                organisation=actor.organisation,
                approved_at=now,
                plan_sha256=plan.sha256,
                confirmed_due=confirmed_due,
            )
    except IntegrityError:
        raise AlreadyApproved(plan=plan.pk) from None


def withdraw_plan(*, actor: Actor, plan_id: UUID) -> None:
    """Take back a plan that has not begun, and forget who was in it. Raises NotAController,
    PlanNotOpen.
    """
    if not may_order(actor.role):
        raise NotAController(role=actor.role.value)
    with transaction.atomic(durable=True):
        taken = Plan.objects.filter(
            pk=plan_id, state__in=[PlanState.MADE, PlanState.APPROVED]
        ).update(state=PlanState.WITHDRAWN)
        if not taken:
            raise PlanNotOpen(plan=plan_id, state=get_plan(plan_id=plan_id).state)
        PlanItem.objects.filter(plan_id=plan_id).update(subject_id=None)


def withdraw_stale_plans(now: datetime) -> int:
    """Withdraw the plans that nobody has carried out in thirty days; return how many."""
    with transaction.atomic(durable=True):
        stale = Plan.objects.filter(
            state__in=[PlanState.MADE, PlanState.APPROVED], execute_from__lt=now - PLAN_LIVES
        )
        names = list(stale.select_for_update().values_list("pk", flat=True))
        PlanItem.objects.filter(plan__in=names).update(subject_id=None)
        return Plan.objects.filter(pk__in=names).update(state=PlanState.WITHDRAWN)


def require_runnable(plan: Plan, now: datetime) -> None:
    """Raise unless a plan may be carried out now: approved by two, waited for, unchanged, not too
    large.
    """
    require_steady_clock(now=now)
    votes = list(plan.approvals.filter(plan_sha256=plan.sha256))
    if len({vote.actor_id for vote in votes}) < APPROVALS:
        raise NotApproved(plan=plan.pk, approvals=len(votes))
    if plan.state not in (PlanState.APPROVED, PlanState.RUNNING):
        raise PlanNotOpen(plan=plan.pk, state=plan.state)
    if now < plan.execute_from:
        raise TooSoon(plan=plan.pk, execute_from=plan.execute_from.isoformat())
    if plan.state == PlanState.RUNNING:
        return
    if hash_of_items(plan) != plan.sha256:
        raise PlanChanged(plan=plan.pk)
    limit = usual_limit(DataSubject.objects.count())
    confirmed = sum(vote.confirmed_due == plan.due for vote in votes)
    if plan.due > limit and confirmed < APPROVALS:
        raise TooMany(due=plan.due, usual=limit)
