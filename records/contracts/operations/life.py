"""Delivery, use, and the end of a card, with what follows for its wallet (T4.1.10-12, T4.6)."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from records.access.grants import Actor, Grant
from records.access.purposes import DataCategory, Purpose
from records.cards import operations as cards
from records.cards.models import Card
from records.cards.queries import get_card, get_report, list_expired_cards
from records.cards.rules import (
    CARD_TRANSITIONS,
    DEAD_STATES,
    CancelReason,
    CardAction,
    CardState,
    PriorNotice,
    check_cancellation,
    check_pickup_over,
    next_card_state,
)
from records.contracts.models import CardSaga, SagaKind
from records.contracts.operations.gating import opened_for_change, system_actor
from records.contracts.operations.sagas import Step, claim_saga, run_saga
from records.errors import Refusal
from records.keys.links import wallet_pseudonym
from records.legal_days import legal_day
from records.wallet.errors import WalletUnknown
from records.wallet.operations import activate_wallet, close_wallet, unblock_wallet

log = logging.getLogger("varuh.contracts")

LIFE_CATEGORIES = (DataCategory.CARD, DataCategory.WALLET)


def call_for_pickup(*, actor: Actor, card_id: UUID, now: datetime) -> Card:
    """Note that delivery failed and that the holder was called to collect the card; ten days run
    (T4.1.11a).
    """
    with _opened(actor, get_card(card_id), now) as grant:
        return cards.call_for_pickup(grant, card_id=card_id, now=now)


def deliver_card(*, actor: Actor, card_id: UUID, now: datetime) -> Card:
    """Note that the holder has received the card (T4.1.10, T4.1.12b). It pays once it is
    activated.
    """
    with _opened(actor, get_card(card_id), now) as grant:
        return cards.deliver_card(grant, card_id=card_id, now=now)


def activate_card(*, actor: Actor, card_id: UUID, now: datetime) -> Card:
    """Put a delivered card into use, and its wallet with it (T4.1.12b, T4.3.1a)."""
    return _change(actor, card_id, SagaKind.ACTIVATE, now)


def unblock_card(*, actor: Actor, card_id: UUID, now: datetime) -> Card:
    """Lift the block of a card that was in use before. A cancelled card never comes back."""
    return _change(actor, card_id, SagaKind.UNBLOCK, now)


def cancel_card(
    *,
    actor: Actor,
    card_id: UUID,
    reason: CancelReason,
    notice: PriorNotice | None = None,
    now: datetime,
) -> Card:
    """Cancel a card for good: at the holder's request, else after a prior written notice (T4.6.4).

    What its wallet holds stays owed to the holder (T6.1.6). Raises NoticeMissing, CardStateRefused.
    """
    check_cancellation(reason=reason, notice=notice, today=legal_day(now))
    return _change(actor, card_id, SagaKind.CANCEL, now, reason=reason, notice=notice)


def destroy_card(*, actor: Actor, card_id: UUID, now: datetime) -> Card:
    """Note that a card was destroyed: terminal (T4.1.11b). Raises PickupStillOpen while it may be
    collected.
    """
    card = get_card(card_id)
    if card.state == CardState.AWAITING_PICKUP and card.pickup_called_on is not None:
        check_pickup_over(called_on=card.pickup_called_on, today=legal_day(now))
    return _change(actor, card_id, SagaKind.DESTROY, now)


def expire_cards(*, now: datetime) -> int:
    """Note the expiry of every card whose last day has passed; return how many were noted.

    A card that somebody is at, or whose holder's data may not be processed now, stays for the next
    run.
    """
    expired = 0
    for card in list_expired_cards(today=legal_day(now)):
        actor = system_actor(organisation=card.home_city)
        expired += _try(partial(_change, actor, card.pk, SagaKind.EXPIRE, now))
    return expired


def finish_sagas(*, now: datetime) -> int:
    """Finish what was cut off between two stores; return how many.

    An issue waits for its clerk, who gets the token. What somebody is at, or what may not be
    processed now, stays for the next run.
    """
    finished = 0
    unfinished = CardSaga.objects.exclude(kind=SagaKind.ISSUE).order_by("started_on", "pk")
    for saga in list(unfinished):
        finished += _try(partial(_finish, saga, now))
    return finished


def _finish(saga: CardSaga, now: datetime) -> None:
    claimed = claim_saga(saga, now=now)
    try:
        card = get_card(saga.card_id)
        opened = _opened(system_actor(organisation=card.home_city), card, now)
        with opened as grant:
            _run(grant, claimed, now)
    except Exception:
        claimed.release()
        raise


def _try(work: Callable[[], object]) -> int:
    """Do one piece of a sweep; return 1, or 0 where a rule keeps it for the next run."""
    try:
        work()
    except Refusal as refusal:
        log.warning("left for the next run", extra={"code": refusal.code})
        return 0
    return 1


def settle_report(*, actor: Actor, report_id: UUID, now: datetime) -> None:
    """Note that the holder's city has settled what followed from a report (payout, new card; C11).

    Raises ReportUnknown.
    """
    report = get_report(report_id)
    with _opened(actor, report.card, now) as grant:
        cards.settle_report(grant, report_id=report_id, now=now)


def _opened(actor: Actor, card: Card, now: datetime) -> AbstractContextManager[Grant]:
    return opened_for_change(
        actor=actor,
        purpose=Purpose.CARD_ADMINISTRATION,
        subject_id=card.subject_id,
        categories=LIFE_CATEGORIES,
        task=f"card:{card.pk}",
        now=now,
    )


def _change(
    actor: Actor,
    card_id: UUID,
    kind: SagaKind,
    now: datetime,
    *,
    reason: CancelReason | None = None,
    notice: PriorNotice | None = None,
) -> Card:
    card = get_card(card_id)
    next_card_state(
        CardState(card.state), CardAction(kind.value), was_active=card.activated_on is not None
    )
    with _opened(actor, card, now) as grant:
        saga, _ = CardSaga.objects.get_or_create(
            kind=kind,
            card_id=card_id,
            defaults={
                "subject_id": card.subject_id,
                "started_on": legal_day(now),
                "reason": reason.value if reason else "",
                "notice_sent_on": notice.sent_on if notice else None,
                "notice_reference": notice.reference if notice else "",
            },
        )
        _run(grant, claim_saga(saga, now=now), now)
    return get_card(card_id)


def _run(grant: Grant, saga: CardSaga, now: datetime) -> None:
    run_saga(grant, saga, STEPS[SagaKind(saga.kind)], now=now)


# -- The steps


def change_card(grant: Grant, saga: CardSaga, now: datetime) -> None:
    """Change the card, unless an earlier run has done so, or something else has overtaken it."""
    with transaction.atomic(durable=True):
        card = Card.objects.select_for_update().get(pk=saga.card_id)
        kind = SagaKind(saga.kind)
        if CardState(card.state) in _STILL_TO_DO[kind]:
            _CHANGES[kind](grant, saga, now)


def _cancel(grant: Grant, saga: CardSaga, now: datetime) -> None:
    notice = None
    if saga.notice_sent_on is not None:
        notice = PriorNotice(sent_on=saga.notice_sent_on, reference=saga.notice_reference)
    cards.cancel_card(
        grant, card_id=saga.card_id, reason=CancelReason(saga.reason), notice=notice, now=now
    )


def _by_card(change: Callable[..., Card]) -> Step:
    def step(grant: Grant, saga: CardSaga, now: datetime) -> None:
        change(grant, card_id=saga.card_id, now=now)

    return step


_CHANGES: dict[SagaKind, Step] = {
    SagaKind.ACTIVATE: _by_card(cards.activate_card),
    SagaKind.UNBLOCK: _by_card(cards.unblock_card),
    SagaKind.CANCEL: _cancel,
    SagaKind.EXPIRE: _by_card(cards.expire_card),
    SagaKind.DESTROY: _by_card(cards.destroy_card),
}
_STILL_TO_DO = {kind: CARD_TRANSITIONS[CardAction(kind.value)][0] for kind in _CHANGES}


def activate_purse(grant: Grant, saga: CardSaga, now: datetime) -> None:  # noqa: ARG001  # a Step
    """Let the wallet pay, unless the card has ended since."""
    with transaction.atomic(durable=True):
        card = Card.objects.select_for_update().get(pk=saga.card_id)
        if CardState(card.state) not in DEAD_STATES:
            activate_wallet(wallet=_wallet(grant, saga))


def unblock_purse(grant: Grant, saga: CardSaga, now: datetime) -> None:
    """Lift the block of the wallet that a report has set; a freeze or a suspicion stands on.

    Under the card's lock, and only while the card is in use: a new report that comes in between
    wins, because it flags the wallet once more after it has changed the card.
    """
    with transaction.atomic(durable=True):
        card = Card.objects.select_for_update().get(pk=saga.card_id)
        if card.state == CardState.ACTIVE:
            unblock_wallet(wallet=_wallet(grant, saga), now=now)


def close_purse(grant: Grant, saga: CardSaga, now: datetime) -> None:
    """Close the wallet for good; one that was never opened needs no closing."""
    try:
        close_wallet(wallet=_wallet(grant, saga), now=now)
    except WalletUnknown:
        if get_card(saga.card_id).state != CardState.ORDERED:
            raise


STEPS: dict[SagaKind, tuple[Step, ...]] = {
    SagaKind.ACTIVATE: (change_card, activate_purse),
    SagaKind.UNBLOCK: (change_card, unblock_purse),
    # An end stops the money first: a card that has ended must not pay, whatever is cut off.
    SagaKind.CANCEL: (close_purse, change_card),
    SagaKind.EXPIRE: (close_purse, change_card),
    SagaKind.DESTROY: (close_purse, change_card),
}


def _wallet(grant: Grant, saga: CardSaga) -> UUID:
    return wallet_pseudonym(grant, card_id=saga.card_id, subject_id=saga.subject_id)
