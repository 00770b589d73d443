"""The run of an approved order: step after step, by one worker; the next one goes on where it
stopped (docs/adr/0010).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from consent.queries import count_standing
from dsar import ports
from dsar.erasing.letter import kept_reasons, receipt_blocks, stays_by_law
from dsar.erasing.preview import Preview
from dsar.erasing.probe import probe
from dsar.errors import CountsDiffer, LeaseLost, LeftoverFound
from dsar.filestore import remove_files
from dsar.letters.kinds import LetterKind
from dsar.models import Case, ErasureBreaker, ErasureOrder, Package
from dsar.operations.claim_codes import keep_claim_code, make_claim_code
from dsar.operations.erasure import (
    keep_plan,
    list_votes,
    lock_order,
    open_for_erasure,
    preview_of,
    require_asked_by_holder,
    require_breaker_closed,
    system_actor,
)
from dsar.operations.history import advance, lock_case, record
from dsar.operations.letters import drop_letter, keep_letter, prepare_letter
from dsar.rules import Event
from dsar.rules.erasure import (
    DECIDER,
    OrderState,
    OrderStep,
    breaker_limit,
    log_kept_until,
    next_step,
)
from records.access import erasure_ledger
from records.access.gate import report_outcome
from records.access.grants import Actor, Grant
from records.access.partial import partial_sources
from records.access.purposes import Action, ActorRole, Store
from records.access.registry import SubjectContext
from records.cards.queries import list_cards
from records.cards.rules import CancelReason, CardState
from records.cards.rules.states import DEAD_STATES
from records.contracts.operations import cancel_card
from records.errors import Refusal
from records.identity.models import DataSubject
from records.keys.operations import seal_values
from records.keys.queries import reveal_values
from records.legal_days import legal_day
from retention.operations.clocks import require_steady_clock

LEASE_SECONDS = 900
"""The probe of a large installation reads every store; a dead worker's order waits no longer."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)

STANDING = "consent.standing"
STILL_NEEDED, LEGAL_CLAIMS = "still_needed", "legal_claims"
"""Why an erasure is granted in part (dsar.rules.grounds): the contract runs, or has ended and may
be argued about.
"""

OnStep = Callable[[str], None]
"""Told `<step>:<before|done|after>`; `done` is before the note that says so. Tests break here."""
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Work:
    """One order in one worker's hands."""

    order: ErasureOrder
    case: Case
    actor: Actor
    grant: Grant
    now: datetime

    @property
    def context(self) -> SubjectContext:
        """The person; no part lies in the payment store."""
        return SubjectContext(self.order.subject_id)


def run_order(*, order_id: UUID, now: datetime, on_step: OnStep = lambda _point: None) -> bool:
    """Carry out an approved order, or what is left of it; return whether it is done.

    Safe to run twice and to kill anywhere. What stops it stands in the order as a code, and it is
    tried again; a difference between what was planned and what happened rolls back and has to be
    planned anew.
    """
    order = ErasureOrder.claim(
        pk=order_id,
        now=now,
        lease_seconds=LEASE_SECONDS,
        state__in=[OrderState.APPROVED, OrderState.RUNNING],
        next_attempt_at__lte=now,
    )
    if order is None:
        return False
    try:
        return _run(order, now, on_step)
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001  # any cause keeps the case open, by name
        _note_failure(order, error, now)
        return False
    finally:
        order.release()


def _run(order: ErasureOrder, now: datetime, on_step: OnStep) -> bool:
    case = Case.objects.get(pk=order.case_id)
    if order.state == OrderState.APPROVED:
        require_steady_clock(now=now)
        _pass_breaker(now)
    actor = system_actor(case)
    while order.step != OrderStep.DONE:
        step = OrderStep(order.step)
        on_step(f"{step.value}:before")
        grant = open_for_erasure(case, actor=actor, action=Action.ERASE, now=now)
        go_on = STEPS[step](Work(order, case, actor, grant, now), on_step)
        report_outcome(grant, done=True, now=now)
        on_step(f"{step.value}:after")
        order.refresh_from_db()
        if not go_on:
            return False
    return True


def _pass_breaker(now: datetime) -> None:
    """Count this day's orders; open the breaker where they are more than usual, and sound it."""
    require_breaker_closed()
    day, limit = legal_day(now), breaker_limit(DataSubject.objects.count())
    released = ErasureBreaker.objects.filter(day=day).exists()
    begun = sum(
        legal_day(at) == day
        for at in ErasureOrder.objects.filter(started_at__gt=now - timedelta(days=2)).values_list(
            "started_at", flat=True
        )
        if at is not None
    )
    if begun >= limit and not released:
        ErasureBreaker.objects.get_or_create(day=day, defaults={"limit": limit, "tripped_at": now})
        log.error("more erasures than usual: the breaker is open", extra={"limit": limit})
        require_breaker_closed()


# -- The steps. Each commits its own note.


def _recheck(work: Work, on_step: OnStep) -> bool:
    """Repeat the dry run: what has changed voids it. What has begun after it is finished."""
    preview = preview_of(work.grant, work.order, work.now)
    with transaction.atomic(durable=True):
        case, order = _lock(work)
        require_asked_by_holder(case, now=work.now)
        if preview.blocked_by:
            order.waiting_for = preview.blocked_by
            order.next_attempt_at = work.now + timedelta(hours=1)
            order.save()
            return False
        if preview.sha256 != order.plan_sha256:
            keep_plan(order, preview, work.now)
            order.save()
            record(case, Event.ERASURE_PLANNED, actor=work.actor, now=work.now,
                   reason="facts_changed")  # fmt: skip
            return False
        texts: list[str] = []
        files: list[str] = []
        for source in partial_sources():
            traces = source.traces(work.grant, work.context, order.parts, work.now)
            texts += traces.texts
            files += traces.files
        seal_values(work.grant, [order], [{"needles": {"texts": texts, "files": files}}])
        order.state, order.started_at, order.waiting_for = OrderState.RUNNING, work.now, ""
        order.attempts = 1
        record(case, Event.ERASURE_STARTED, actor=work.actor, now=work.now)
        on_step("recheck:done")
        _note(order)
    return True


def _write_ledger(work: Work, on_step: OnStep) -> bool:
    """Write, before anything goes, what a restored backup must not bring back."""
    predicted = work.order.predicted
    entries = [
        erasure_ledger.next_round(store=Store.IDENTITY, subject=work.order.subject_id, part=code)
        for code in work.order.parts
        if predicted.get(code)
    ]
    position = erasure_ledger.write(work.grant, entries=entries, now=work.now) if entries else None
    on_step("ledger:done")
    with transaction.atomic(durable=True):
        _, order = _lock(work)
        order.ledger_position = position
        _note(order)
    return True


def _end_cards(work: Work, on_step: OnStep) -> bool:
    """Cancel the person's cards at their word; what the wallets hold stays owed (T4.6.4,
    T6.1.6).
    """
    if work.order.end_contract:
        for card in list_cards(subject_id=work.order.subject_id):
            if CardState(card.state) not in DEAD_STATES:
                cancel_card(
                    actor=work.actor,
                    card_id=card.pk,
                    reason=CancelReason.HOLDER_REQUEST,
                    now=work.now,
                )
    on_step("cards:done")
    with transaction.atomic(durable=True):
        _, order = _lock(work)
        if order.end_contract:
            order.actual = {**order.actual, "cards": order.predicted["cards"] - _live(order)}
        _note(order)
    return True


def _live(order: ErasureOrder) -> int:
    cards = list_cards(subject_id=order.subject_id)
    return sum(CardState(card.state) not in DEAD_STATES for card in cards)


def _erase_parts(work: Work, on_step: OnStep) -> bool:
    """Erase all parts in one transaction with their counts; what differs from the plan takes all of
    it back.
    """
    try:
        with transaction.atomic(durable=True):
            case, order = _lock(work)
            actual = dict(order.actual)
            for source in partial_sources():
                actual |= source.erase_columns(work.grant, work.context, order.parts, work.now)
            _compare(work, order, actual)
            order.actual = actual
            if order.ledger_position is not None:
                erasure_ledger.record_applied(store=Store.IDENTITY, position=order.ledger_position)
            record(case, Event.ERASURE_DONE, actor=work.actor, now=work.now)
            on_step("parts:done")
            _note(order)
    except CountsDiffer as error:
        ErasureOrder.objects.filter(pk=work.order.pk).update(
            state=OrderState.FAILED, last_error=error.code, needles=None
        )
        log.error("an erasure did not do what was planned", extra={"order": str(work.order.pk)})
        return False
    return True


def _compare(work: Work, order: ErasureOrder, actual: dict[str, int]) -> None:
    """Raise CountsDiffer unless every part changed what was predicted and nothing of it is left.

    After a restore the replay may have been here before: then nothing is left to count.
    """
    applied = erasure_ledger.applied_position(Store.IDENTITY) or 0
    replayed = order.ledger_position is not None and applied >= order.ledger_position
    for code in order.parts:
        expected, changed = order.predicted.get(code, 0), actual.get(code)
        if changed is None or (changed != expected and not (replayed and changed == 0)):
            raise CountsDiffer(part=code, predicted=expected, actual=changed)
    if order.end_contract and actual.get("cards") != order.predicted["cards"]:
        raise CountsDiffer(part="cards", predicted=order.predicted["cards"])
    for source in partial_sources():
        left = source.preview(work.grant, work.context, work.now)
        for code in order.parts:
            if left.get(code):
                raise CountsDiffer(part=code, left=left[code])
    # No raw look finds a consent that stands: it has no value. The ledger itself is asked.
    if STANDING in order.parts and (standing := count_standing(order.subject_id)):
        raise CountsDiffer(part=STANDING, left=standing)


def _remove_files(work: Work, on_step: OnStep) -> bool:
    """Remove the files of the packages that have ended; their rows still name them."""
    ended = Package.objects.filter(subject_id=work.order.subject_id, ended_at__isnull=False)
    remove_files(ended.values_list("file_name", flat=True))
    on_step("files:done")
    with transaction.atomic(durable=True):
        _, order = _lock(work)
        _note(order)
    return True


def _probe(work: Work, on_step: OnStep) -> bool:
    """Look everywhere for what was erased; raise LeftoverFound, and the case stays open."""
    ((needles,),) = reveal_values(work.grant, [work.order], ["needles"])
    wanted = needles if isinstance(needles, dict) else {}
    found = probe(texts=wanted.get("texts", ()), files=wanted.get("files", ()))
    if found:
        raise LeftoverFound(where=",".join(found[:5]), places=len(found))
    on_step("probe:done")
    with transaction.atomic(durable=True):
        case, order = _lock(work)
        order.needles = None
        order.last_error = ""
        record(case, Event.ERASURE_PROBED, actor=work.actor, now=work.now)
        _note(order)
    return True


def _write_receipt(work: Work, on_step: OnStep) -> bool:
    """Write the receipt with its claim code, and decide the case by what stays; the letter, the
    code's digest, the decision and the recipients' instructions commit together.
    """
    preview = preview_of(work.grant, work.order, work.now)
    until = log_kept_until(preview.last_day or legal_day(work.now))
    claim = make_claim_code(subject_id=work.order.subject_id)
    prepared = prepare_letter(
        case=work.case,
        kind=LetterKind.ERASURE_RECEIPT,
        actor=work.actor,
        now=work.now,
        reasons=kept_reasons(preview, language=work.case.language),
        blocks=receipt_blocks(work.order, preview, language=work.case.language, code=claim.text),
    )
    try:
        with transaction.atomic(durable=True):
            case, order = _lock(work)
            _decide(case, order, preview, work)
            keep_claim_code(claim, valid_until=until)
            keep_letter(prepared, case=case, actor=work.actor, now=work.now)
            ports.notify_recipients(case, ports.Notice.ERASURE)
            order.state, order.done_at = OrderState.DONE, work.now
            order.rest_on = preview.last_day
            on_step("receipt:done")
            _note(order)
    except BaseException:
        drop_letter(prepared)
        raise
    return True


def _decide(case: Case, order: ErasureOrder, preview: Preview, work: Work) -> None:
    """Grant the case; in part where the law keeps something. That is the controller's decision: the
    officer who approved the plan has made it (C1).
    """
    if not stays_by_law(preview):
        advance(case, Event.GRANTED, actor=work.actor, now=work.now)
        return
    officer = next(vote for vote in list_votes(order) if vote.actor_role == DECIDER)
    decider = Actor(ActorRole(officer.actor_role), officer.actor_id, officer.organisation)
    ground = STILL_NEEDED if preview.foreseen else LEGAL_CLAIMS
    advance(case, Event.PARTLY_GRANTED, actor=decider, now=work.now, reason=ground)
    case.ground = ground
    case.save(update_fields=["ground"])


StepFunction = Callable[[Work, OnStep], bool]
STEPS: dict[OrderStep, StepFunction] = {
    OrderStep.RECHECK: _recheck,
    OrderStep.LEDGER: _write_ledger,
    OrderStep.CARDS: _end_cards,
    OrderStep.PARTS: _erase_parts,
    OrderStep.FILES: _remove_files,
    OrderStep.PROBE: _probe,
    OrderStep.RECEIPT: _write_receipt,
}


def _lock(work: Work) -> tuple[Case, ErasureOrder]:
    """Return case and order, locked; raise LeaseLost where another worker has taken it over."""
    case = lock_case(work.case.pk)
    order = lock_order(case_id=case.pk)
    if order.lease_token != work.order.lease_token:
        raise LeaseLost(order=order.pk)
    return case, order


def _note(order: ErasureOrder) -> None:
    """Write down that the step is done, inside its transaction."""
    order.step = next_step(OrderStep(order.step))
    order.save()


def _note_failure(order: ErasureOrder, error: Exception, now: datetime) -> None:
    """Write why it stopped and when it is tried again: a code, never a message that could quote
    data.
    """
    code = error.code if isinstance(error, Refusal) else type(error).__name__
    pause = min(_FIRST_PAUSE * 2 ** min(order.attempts, 10), _LONGEST_PAUSE)
    log.warning("an erasure stopped", extra={"order": str(order.pk), "code": code})
    ours = ErasureOrder.objects.filter(pk=order.pk, lease_token=order.lease_token)
    before = ours.values_list("last_error", flat=True).first()
    ours.update(last_error=code, next_attempt_at=now + pause)
    if isinstance(error, LeftoverFound) and before != code:
        with transaction.atomic(durable=True):
            case = lock_case(order.case_id)
            record(case, Event.ERASURE_LEFTOVER, actor=system_actor(case), now=now, reason=code)
