"""What becomes due with erasures: plans after the window, runs, delivery, the rest."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from dsar.erasing.letter import claim_blocks
from dsar.letters.compose import write_date
from dsar.letters.kinds import LetterKind
from dsar.models import Case, ErasureOrder, Letter
from dsar.operations.claim_codes import keep_claim_code, make_claim_code
from dsar.operations.erasure import drop_ended_orders, plan_order, system_actor
from dsar.operations.erasure_run import run_order
from dsar.operations.history import advance, lock_case
from dsar.operations.letters import drop_letter, keep_letter, prepare_letter
from dsar.rules import Event, State
from dsar.rules.erasure import TELL_BEFORE, OrderState, log_kept_until
from records.errors import Refusal
from records.legal_days import legal_day, start_of_next_day
from retention.operations.clocks import open_for_judging, require_steady_clock, save_clock
from retention.queries import judge_people

BATCH = 100
LOOK_AGAIN = timedelta(hours=1)
REST_LOOK_AGAIN = timedelta(days=1)
REVIEW_PERIOD = timedelta(days=30)
"""How long an answered erasure stays open for a review before the case closes."""

log = logging.getLogger(__name__)


def sweep_erasures(now: datetime) -> int:
    """Plan what has waited its 72 hours, run what is approved, close what has arrived; return how
    many orders were finished. Safe to run twice and to kill anywhere.
    """
    drop_ended_orders()
    for order in _due(OrderState.CONFIRMED, now).filter(cancel_until__lte=now)[:BATCH]:
        _plan(order, now)
    runnable = ErasureOrder.objects.filter(
        state__in=[OrderState.APPROVED, OrderState.RUNNING], next_attempt_at__lte=now
    )
    names = list(runnable.order_by("case__due_on").values_list("pk", flat=True)[:BATCH])
    done = sum(run_order(order_id=pk, now=now) for pk in names)
    _note_deliveries(now)
    return done


def _due(state: OrderState, now: datetime) -> QuerySet[ErasureOrder]:
    return ErasureOrder.objects.filter(state=state, next_attempt_at__lte=now).order_by(
        "next_attempt_at"
    )


def _plan(order: ErasureOrder, now: datetime) -> None:
    """Make the plan; one that cannot be made keeps no other waiting, and is tried again."""
    try:
        require_steady_clock(now=now)
        planned = plan_order(order=order, now=now)
        waits = bool(planned.waiting_for)
    except Refusal as refusal:
        log.warning("an erasure cannot be planned", extra={"code": refusal.code})
        ErasureOrder.objects.filter(pk=order.pk).update(last_error=refusal.code)
        waits = True
    if waits:
        ErasureOrder.objects.filter(pk=order.pk).update(next_attempt_at=now + LOOK_AGAIN)


def _note_deliveries(now: datetime) -> None:
    """Note that the answer has arrived where its letter has; close the case a month later."""
    arrived = Letter.objects.filter(kind=LetterKind.ERASURE_RECEIPT, delivered_at__isnull=False)
    waiting = Case.objects.filter(
        erasure__state=OrderState.DONE, state=State.DECIDED, pk__in=arrived.values("case_id")
    )
    for pk in list(waiting.values_list("pk", flat=True)[:BATCH]):
        _step(pk, State.DECIDED, Event.DELIVERED, now)
    over = Case.objects.filter(
        erasure__state=OrderState.DONE,
        state=State.DELIVERED,
        erasure__done_at__lte=now - REVIEW_PERIOD,
    )
    for pk in list(over.values_list("pk", flat=True)[:BATCH]):
        _step(pk, State.DELIVERED, Event.CLOSED, now)


def _step(case_id: UUID, before: State, event: Event, now: datetime) -> None:
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.state == before:
            advance(case, event, actor=system_actor(case), now=now)


def sweep_rest(now: datetime) -> int:
    """Judge again when the rest of those who asked for erasure is due, and tell them once, while
    they can still be reached; return how many were told (GDPR 12, H15).

    The data itself goes with the retention run. What kept the contract open and is cleared counts
    from the day of its end (threat 10).
    """
    told = 0
    orders = ErasureOrder.objects.filter(
        state=OrderState.DONE, rest_told_at=None, next_attempt_at__lte=now
    )
    for order in orders.select_related("case").order_by("next_attempt_at")[:BATCH]:
        try:
            told += _look_at_rest(order, now)
        except Refusal as refusal:
            log.warning("the rest of an erasure waits", extra={"code": refusal.code})
        ErasureOrder.objects.filter(pk=order.pk).update(next_attempt_at=now + REST_LOOK_AGAIN)
    return told


def _look_at_rest(order: ErasureOrder, now: datetime) -> bool:
    grant = open_for_judging([order.subject_id], now)
    (verdict,) = judge_people(grant, subject_ids=[order.subject_id], now=now)
    if verdict.last_day_kept is None or verdict.purge_from is None:
        return False
    save_clock(verdict, now)
    ErasureOrder.objects.filter(pk=order.pk).update(rest_on=verdict.last_day_kept)
    if not verdict.purge_from - TELL_BEFORE <= now < start_of_next_day(verdict.last_day_kept):
        return False
    case, actor = order.case, system_actor(order.case)
    claim = make_claim_code(subject_id=order.subject_id)
    prepared = prepare_letter(
        case=case,
        kind=LetterKind.ERASURE_REST,
        actor=actor,
        now=now,
        values={"last_day": write_date(verdict.last_day_kept)},
        blocks=claim_blocks(claim.text, language=case.language),
    )
    try:
        with transaction.atomic(durable=True):
            held = lock_case(case.pk)
            ours = ErasureOrder.objects.filter(
                subject_id=order.subject_id, state=OrderState.DONE, rest_told_at=None
            )
            if not ours.update(rest_told_at=now):
                drop_letter(prepared)
                return False
            valid_until = log_kept_until(legal_day(now) + TELL_BEFORE)
            keep_claim_code(claim, valid_until=valid_until)
            keep_letter(prepared, case=held, actor=actor, now=now)
    except BaseException:
        drop_letter(prepared)
        raise
    return True
