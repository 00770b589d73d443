"""Writing cards: every step checks the table of states and appends an event.

The outermost operation (records.contracts) opens the gate and the transaction; each of these takes
its Grant, or, on the named path of blocking, only who acts.
"""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from records.access.grants import Actor, Grant
from records.access.purposes import DataCategory, Store
from records.cards.errors import (
    ApplicationIncomplete,
    CardStateRefused,
    CardUnknown,
    HolderIdsExhausted,
)
from records.cards.models import (
    Card,
    CardEvent,
    CardReport,
    UsedHolderId,
)
from records.cards.operations.applications import lock_application, step_application
from records.cards.queries import get_report
from records.cards.rules import (
    ApplicationAction,
    ApplicationState,
    BlockReason,
    CancelReason,
    CardAction,
    CardState,
    Channel,
    PriorNotice,
    check_cancellation,
    check_pickup_over,
    check_validity,
    make_holder_id,
    next_application_state,
    next_card_state,
    valid_until,
)
from records.crypto.pseudonyms import pseudonym
from records.keyring.queries import get_keyring
from records.legal_days import legal_day

MOST_DRAWS = 20
"""Of a free holder ID: with a million cards the first draw fails once in a hundred thousand
times.
"""


def order_card(grant: Grant, *, card_id: UUID, application_id: UUID, now: datetime) -> Card:
    """Make the card of an accepted application, with a holder ID that was never used before
    (T4.1.9b, T5.1.8).

    Safe to repeat: the same application gives the same card. Raises ApplicationIncomplete,
    ApplicationStateRefused.
    """
    application = lock_application(application_id)
    grant.require(Store.IDENTITY, application.subject_id, DataCategory.CARD)
    found = Card.objects.filter(application=application).first()
    if found is not None:
        return found
    if application.state == ApplicationState.INCOMPLETE:
        raise ApplicationIncomplete(missing=tuple(application.missing))
    next_application_state(ApplicationState(application.state), ApplicationAction.ISSUE)
    card = Card(
        id=card_id,
        subject_id=application.subject_id,
        application=application,
        form=application.form,
        home_city=application.chosen_city,
        state=CardState.ORDERED.value,
        ordered_on=legal_day(now),
    )
    with transaction.atomic():
        card.holder_id = _take_holder_id()
        card.save(force_insert=True)
        _append_event(card, CardAction.ORDER, by=grant.actor, today=legal_day(now))
    return card


def issue_card(
    grant: Grant,
    *,
    card_id: UUID,
    now: datetime,
    until: date | None = None,
    validity_reason: str = "",
) -> Card:
    """Issue an ordered card: valid for five years, or, with a reason, until another day (T4.6.1).
    Then it is fixed.

    Raises ValidityReasonMissing, CardStateRefused.
    """
    card = _lock_card(card_id)
    grant.require(Store.IDENTITY, card.subject_id, DataCategory.CARD)
    today = legal_day(now)
    last_day = until or valid_until(today)
    check_validity(issued_on=today, until=last_day, reason=validity_reason)
    application = lock_application(card.application_id)
    card.issued_on, card.valid_until = today, last_day
    card.validity_reason = validity_reason
    with transaction.atomic():
        step_application(application, ApplicationAction.ISSUE, by=grant.actor, today=today)
        _step_card(card, CardAction.ISSUE, by=grant.actor, today=today)
    return card


def call_for_pickup(grant: Grant, *, card_id: UUID, now: datetime) -> Card:
    """Note that delivery failed and that the holder was called to collect the card; ten days run
    (T4.1.11a).
    """

    def call(card: Card) -> None:
        card.pickup_called_on = legal_day(now)

    return _change_card(grant, card_id, CardAction.CALL_FOR_PICKUP, now, call)


def deliver_card(grant: Grant, *, card_id: UUID, now: datetime) -> Card:
    """Note that the holder has received the card; the right to use it begins (T4.1.12b)."""

    def deliver(card: Card) -> None:
        card.delivered_on = legal_day(now)

    return _change_card(grant, card_id, CardAction.DELIVER, now, deliver)


def activate_card(grant: Grant, *, card_id: UUID, now: datetime) -> Card:
    """Put a delivered card into use."""

    def activate(card: Card) -> None:
        card.activated_on = legal_day(now)

    return _change_card(grant, card_id, CardAction.ACTIVATE, now, activate)


def block_card(
    *, card_id: UUID, actor: Actor, reason: BlockReason, channel: Channel, city: str, now: datetime
) -> CardReport:
    """Block the card and keep the report, forwarded where the card is of another city (T4.4.2,
    T4.4.4, C11).

    Needs no Grant: it opens nothing and never waits for the log. A card that is blocked already
    stays so, from its first report on; one that is dead stays dead; the report is kept all the
    same. Raises CardUnknown.
    """
    with transaction.atomic():
        card = _lock_card(card_id)
        if CardState(card.state) in _CAN_BE_BLOCKED:
            card.blocked_at = now
            _step_card(card, CardAction.BLOCK, by=actor, today=legal_day(now), reason=reason.value)
        return CardReport.objects.create(
            id=uuid4(),
            card=card,
            reason=reason.value,
            channel=channel.value,
            reported_at=now,
            reported_city=city,
            forwarded_to=card.home_city if card.home_city != city else "",
        )


def unblock_card(grant: Grant, *, card_id: UUID, now: datetime) -> Card:
    """Lift the block of a card that was in use before. Raises CardStateRefused for any other."""

    def unblock(card: Card) -> None:
        card.blocked_at = None

    return _change_card(grant, card_id, CardAction.UNBLOCK, now, unblock)


def cancel_card(
    grant: Grant,
    *,
    card_id: UUID,
    reason: CancelReason,
    notice: PriorNotice | None,
    now: datetime,
) -> Card:
    """Cancel a card for good: at the holder's request, else after a prior written notice (T4.6.4).
    Raises NoticeMissing.
    """
    check_cancellation(reason=reason, notice=notice, today=legal_day(now))

    def cancel(card: Card) -> None:
        card.cancelled_on = legal_day(now)
        if notice is not None:
            card.notice_sent_on, card.notice_reference = notice.sent_on, notice.reference

    return _change_card(grant, card_id, CardAction.CANCEL, now, cancel, reason=reason.value)


def expire_card(grant: Grant, *, card_id: UUID, now: datetime) -> Card:
    """Note that the card's last day of validity has passed (T4.6.1a). Raises CardStateRefused
    before.
    """

    def expire(card: Card) -> None:
        if card.valid_until is None or legal_day(now) <= card.valid_until:
            raise CardStateRefused(state=card.state, action=CardAction.EXPIRE.value)
        card.expired_on = card.valid_until

    return _change_card(grant, card_id, CardAction.EXPIRE, now, expire)


def destroy_card(grant: Grant, *, card_id: UUID, now: datetime) -> Card:
    """Note that the card was destroyed: terminal, its holder ID dead (T4.1.11b). Raises
    PickupStillOpen.
    """

    def destroy(card: Card) -> None:
        if card.state == CardState.AWAITING_PICKUP and card.pickup_called_on is not None:
            check_pickup_over(called_on=card.pickup_called_on, today=legal_day(now))
        card.destroyed_on = legal_day(now)

    return _change_card(grant, card_id, CardAction.DESTROY, now, destroy)


def settle_report(grant: Grant, *, report_id: UUID, now: datetime) -> None:
    """Note that the holder's city has settled what followed from a report (payout, new card;
    C11).
    """
    report = get_report(report_id)
    grant.require(Store.IDENTITY, report.card.subject_id, DataCategory.CARD)
    CardReport.objects.filter(pk=report_id, handled_on=None).update(handled_on=legal_day(now))


_CAN_BE_BLOCKED = frozenset(
    {CardState.ISSUED, CardState.AWAITING_PICKUP, CardState.DELIVERED, CardState.ACTIVE}
)


def _lock_card(card_id: UUID) -> Card:
    found = Card.objects.select_for_update().filter(pk=card_id).first()
    if found is None:
        raise CardUnknown(card_id=card_id)
    return found


def _change_card(
    grant: Grant,
    card_id: UUID,
    action: CardAction,
    now: datetime,
    change: Callable[[Card], None],
    *,
    reason: str = "",
) -> Card:
    with transaction.atomic():
        card = _lock_card(card_id)
        grant.require(Store.IDENTITY, card.subject_id, DataCategory.CARD)
        change(card)
        _step_card(card, action, by=grant.actor, today=legal_day(now), reason=reason)
    return card


def _step_card(card: Card, action: CardAction, *, by: Actor, today: date, reason: str = "") -> None:
    state = next_card_state(CardState(card.state), action, was_active=card.activated_on is not None)
    card.state = state.value
    card.save(force_update=True)
    _append_event(card, action, by=by, today=today, reason=reason)


def _append_event(
    card: Card, action: CardAction, *, by: Actor, today: date, reason: str = ""
) -> None:
    CardEvent.objects.create(
        card=card,
        number=1 + CardEvent.objects.filter(card=card).count(),
        action=action.value,
        state=card.state,
        happened_on=today,
        reason=reason,
        by=by.id,
    )


def _take_holder_id() -> str:
    """Return a number that was never given out, and keep its digest so that it never will be again
    (T4.1.9b).
    """
    key = get_keyring().secret("cards/holder-id")
    for _ in range(MOST_DRAWS):
        holder_id = make_holder_id()
        try:
            with transaction.atomic():
                UsedHolderId.objects.create(digest=pseudonym(key, "holder-id", holder_id))
        except IntegrityError:
            continue
        return holder_id
    raise HolderIdsExhausted(draws=MOST_DRAWS)
