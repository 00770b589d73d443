"""The run of a plan: batch after batch, step after step, by one worker; the next one goes on where
it stopped.
"""

import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from records.access.gate import open_gate, report_outcome
from records.access.purposes import Action, Purpose
from records.errors import Refusal
from retention.errors import LeaseLost, RunElsewhere
from retention.models import (
    Batch,
    Certificate,
    ItemState,
    Plan,
    PlanItem,
    PlanState,
    Run,
    RunState,
    Step,
)
from retention.operations.certificates import make_certificate
from retention.operations.clocks import RETENTION, open_for_judging
from retention.operations.planning import require_runnable
from retention.operations.positions import record_positions
from retention.operations.steps import EVERY_CATEGORY, STEPS, Work, next_step
from retention.queries.plans import get_plan
from retention.rules.safety import BATCH_PEOPLE, LEASE_SECONDS

OnStep = Callable[[str], None]
"""Told the name of each point of a run, for progress: `<batch>:<step>:<moment>`.

The moments are `before`, `done` (its effects are there, but nothing says so yet) and `after`. Tests
break the run at each of them.
"""

log = logging.getLogger(__name__)


def _silent(_point: str) -> None:
    """Tell nobody."""


def run_plan(*, plan_id: UUID, now: datetime, on_step: OnStep = _silent) -> Certificate:
    """Carry out an approved plan, or what is left of it, to its certificate (PP5b, threats 11-13).

    Safe to run twice and to kill anywhere. Raises NotApproved, PlanNotOpen, TooSoon, PlanChanged,
    TooMany, ClockJumped, RunElsewhere, ErasureIncomplete.
    """
    plan = get_plan(plan_id=plan_id)
    if plan.state == PlanState.DONE:
        return plan.certificate
    require_runnable(plan, now)
    run = _claim(_start(plan, now), now)
    try:
        for batch in run.batches.exclude(step=Step.DONE).order_by("number"):
            _run_batch(run, batch, now, on_step)
        _record_all(run)
        on_step("certificate:before")
        certificate = _finish(plan, run, now)
        on_step("certificate:after")
    finally:
        run.release()
    return certificate


def run_due_plans(
    now: datetime, on_step: OnStep = _silent, *, strict: bool = False
) -> list[Certificate]:
    """Carry out every approved plan whose day has come, and finish what was begun.

    A plan that a rule stops is left as it is, and named in the log by its code; with `strict` its
    refusal is raised.
    """
    due = Plan.objects.filter(
        state__in=[PlanState.APPROVED, PlanState.RUNNING], execute_from__lte=now
    )
    certificates = []
    for plan in due.order_by("execute_from"):
        try:
            certificates.append(run_plan(plan_id=plan.pk, now=now, on_step=on_step))
        except Refusal as refusal:
            if strict:
                raise
            log.warning("A retention plan stays undone.", extra={"code": refusal.code})
    return certificates


def _start(plan: Plan, now: datetime) -> Run:
    """Return the plan's run; make it, with its batches, where there is none."""
    with transaction.atomic(durable=True):
        Plan.objects.select_for_update().get(pk=plan.pk)
        run, made = Run.objects.get_or_create(plan=plan, defaults={"started_at": now})
        if made:
            items = list(PlanItem.objects.filter(plan=plan, state=ItemState.PLANNED).order_by("pk"))
            for number, start in enumerate(range(0, len(items), BATCH_PEOPLE), start=1):
                batch = Batch.objects.create(run=run, number=number)
                names = [item.pk for item in items[start : start + BATCH_PEOPLE]]
                PlanItem.objects.filter(pk__in=names).update(batch=batch)
            Plan.objects.filter(pk=plan.pk).update(state=PlanState.RUNNING)
            plan.state = PlanState.RUNNING
    return run


def _claim(run: Run, now: datetime) -> Run:
    """Take the lease, also from a worker of this host that is no more. Raises RunElsewhere."""
    claimed = Run.claim(pk=run.pk, now=now, lease_seconds=LEASE_SECONDS)
    if claimed is None and _is_dead(run):
        Run.objects.filter(pk=run.pk, lease_token=run.lease_token).update(lease_until=None)
        claimed = Run.claim(pk=run.pk, now=now, lease_seconds=LEASE_SECONDS)
    if claimed is None:
        raise RunElsewhere(plan=run.pk)
    Run.objects.filter(pk=claimed.pk, lease_token=claimed.lease_token).update(
        holder=f"{socket.gethostname()}/{os.getpid()}"
    )
    return claimed


def _is_dead(run: Run) -> bool:
    """Say whether the holder of the lease was a process of this host that does not run any more."""
    host, _, pid = run.holder.rpartition("/")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _run_batch(run: Run, batch: Batch, now: datetime, on_step: OnStep) -> None:
    work = _take_up(batch, now)
    while batch.step != Step.DONE:
        step = Step(batch.step)
        if step is Step.LEDGER:
            work = _take_up(batch, now)  # those who are left, and now for the erasure itself
        point = f"{batch.number}:{step.value}"
        on_step(f"{point}:before")
        _note_start(batch, step)
        with transaction.atomic(durable=True):
            if work is not None:
                STEPS[step](work)
            on_step(f"{point}:done")
            _advance(run, batch, work, step)
        on_step(f"{point}:after")
    if work is not None:
        report_outcome(
            work.grant, done=True, now=now, counts={"erased": batch.counts.get("erased", 0)}
        )
    if batch.ledger_position is not None:
        record_positions(position=batch.ledger_position)


def _record_all(run: Run) -> None:
    """Note the positions once more: a worker may have stopped between its last step and this."""
    written = run.batches.aggregate(last=Max("ledger_position"))["last"]
    if written is not None:
        record_positions(position=written)


def _take_up(batch: Batch, now: datetime) -> Work | None:
    """Return the batch with an open Grant, None where nobody is left in it.

    Looking again opens less than erasing: one who is held then keeps nobody else from being erased.
    """
    items = list(
        batch.items.filter(state=ItemState.PLANNED, subject_id__isnull=False).order_by("pk")
    )
    if not items:
        return None
    people = [item.subject_id for item in items if item.subject_id]
    if batch.step == Step.RECHECK:
        grant = open_for_judging(people, now)
    else:
        grant = open_gate(
            actor=RETENTION,
            purpose=Purpose.RETENTION,
            subjects=people,
            categories=EVERY_CATEGORY,
            action=Action.ERASE,
            task=str(batch.pk),
            now=now,
        )
    return Work(batch=batch, grant=grant, now=now, items=items)


def _note_start(batch: Batch, step: Step) -> None:
    """Write down that a step begins; where that stood there already, its counts may be too low."""
    if batch.started_step == step:
        batch.repeated = sorted({*batch.repeated, step.value})
    batch.started_step = step
    batch.save(update_fields=["started_step", "repeated"])


def _advance(run: Run, batch: Batch, work: Work | None, step: Step) -> None:
    """Write down that a step is done, with its counts, if the lease is still ours."""
    if not Run.objects.filter(pk=run.pk, lease_token=run.lease_token).exists():
        raise LeaseLost(plan=run.pk)
    counts = dict(batch.counts)
    if work is not None:
        for name, number in work.counts.items():
            counts[name] = counts.get(name, 0) + number
        work.counts.clear()
    batch.counts = counts
    batch.step = next_step(step)
    batch.save(update_fields=["counts", "step"])


def _finish(plan: Plan, run: Run, now: datetime) -> Certificate:
    """Make the certificate, forget who was held or dropped, and close the plan."""
    with transaction.atomic(durable=True):
        certificate = make_certificate(plan=plan, run=run, now=now)
        PlanItem.objects.filter(plan=plan).update(subject_id=None, card_ids=[])
        Run.objects.filter(pk=run.pk).update(state=RunState.DONE, finished_at=now)
        Plan.objects.filter(pk=plan.pk).update(state=PlanState.DONE)
    return certificate
