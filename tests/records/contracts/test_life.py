"""Delivery, pickup, expiry, cancellation and destruction, with what follows for the wallet."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from records.access.errors import AccessRefused
from records.access.purposes import ActorRole
from records.cards import errors as card_errors
from records.cards.models import Card, CardEvent
from records.cards.queries import card_usable, find_card, list_uncollected_cards
from records.cards.rules import BlockReason, CancelReason, CardState, PriorNotice
from records.contracts.models import CardSaga
from records.contracts.operations import (
    accept_application,
    activate_card,
    block_card,
    call_for_pickup,
    cancel_card,
    deliver_card,
    destroy_card,
    expire_cards,
    finish_sagas,
    issue_card,
    life,
    unblock_card,
)
from records.contracts.operations.sagas import run_saga
from records.wallet.models import Instrument
from tests import factories
from tests.records.contracts.conftest import MakeHolder, Tills

pytestmark = [
    pytest.mark.django_db(databases=factories.ALL_STORES),
    pytest.mark.usefixtures("world"),
]


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def issued(cene: Any, now: Any) -> UUID:
    """A card that lies at the desk."""
    standing = factories.submit(actor=cene)
    accept_application(actor=cene, application_id=standing.application_id, now=now)
    card: UUID = issue_card(actor=cene, application_id=standing.application_id, now=now).card_id
    return card


@pytest.mark.rule("T4.1.10", "T4.1.12b")
def test_a_delivered_card_is_usable_once_it_is_in_use(issued: UUID, cene: Any, now: Any) -> None:
    today = date(2026, 11, 21)
    assert not card_usable(card_id=issued, on=today)
    deliver_card(actor=cene, card_id=issued, now=now)
    assert not card_usable(card_id=issued, on=today)

    card = activate_card(actor=cene, card_id=issued, now=now)

    assert (card.delivered_on, card.activated_on) == (today, today)
    assert card_usable(card_id=issued, on=today)


def test_a_card_is_not_activated_before_it_is_delivered(issued: UUID, cene: Any, now: Any) -> None:
    with pytest.raises(card_errors.CardStateRefused):
        activate_card(actor=cene, card_id=issued, now=now)

    assert not CardSaga.objects.exists()


@pytest.mark.rule("T4.1.11a", "T4.1.11b", "C9")
def test_a_card_that_nobody_collects_is_destroyed_after_ten_days(
    issued: UUID, cene: Any, now: Any
) -> None:
    call_for_pickup(actor=cene, card_id=issued, now=now)
    last_day = now + timedelta(days=10)
    assert list_uncollected_cards(today=last_day.date()) == []
    with pytest.raises(card_errors.PickupStillOpen):
        destroy_card(actor=cene, card_id=issued, now=last_day)

    after = last_day + timedelta(days=1)
    assert [card.pk for card in list_uncollected_cards(today=after.date())] == [issued]
    card = destroy_card(actor=cene, card_id=issued, now=after)

    assert (card.state, card.destroyed_on) == (CardState.DESTROYED, date(2026, 12, 2))
    for act in (deliver_card, activate_card, unblock_card, destroy_card):
        with pytest.raises(card_errors.CardStateRefused):
            act(actor=cene, card_id=issued, now=after)


@pytest.mark.rule("T4.1.11b")
def test_a_card_is_collected_on_the_last_day(issued: UUID, cene: Any, now: Any) -> None:
    call_for_pickup(actor=cene, card_id=issued, now=now)

    card = deliver_card(actor=cene, card_id=issued, now=now + timedelta(days=10))

    assert card.state == CardState.DELIVERED


@pytest.mark.rule("T4.6.4")
def test_the_holders_request_cancels_at_once(
    make_holder: MakeHolder, tills: Tills, cene: Any, now: Any
) -> None:
    holder = make_holder()
    assert tills.top_up(holder.token).approved

    card = cancel_card(
        actor=cene, card_id=holder.card_id, reason=CancelReason.HOLDER_REQUEST, now=now
    )

    assert (card.state, card.cancelled_on) == (CardState.CANCELLED, date(2026, 11, 21))
    assert not tills.pay(holder.token).approved


@pytest.mark.rule("T4.6.4")
def test_the_issuer_does_not_cancel_without_a_notice(
    make_holder: MakeHolder, tills: Tills, cene: Any, now: Any
) -> None:
    holder = make_holder()
    assert tills.top_up(holder.token).approved

    with pytest.raises(card_errors.NoticeMissing):
        cancel_card(actor=cene, card_id=holder.card_id, reason=CancelReason.LONG_NON_USE, now=now)

    assert tills.pay(holder.token).approved


@pytest.mark.rule("T4.6.4")
def test_the_issuer_cancels_after_a_notice_which_is_kept(
    make_holder: MakeHolder, cene: Any, now: Any
) -> None:
    holder = make_holder()
    notice = PriorNotice(sent_on=date(2026, 9, 1), reference="letter 17")

    card = cancel_card(
        actor=cene,
        card_id=holder.card_id,
        reason=CancelReason.LONG_NON_USE,
        notice=notice,
        now=now,
    )

    assert (card.notice_sent_on, card.notice_reference) == (notice.sent_on, notice.reference)
    event = CardEvent.objects.latest("number")
    assert (event.action, event.reason) == ("cancel", "long_non_use")


def test_a_cancelled_card_never_comes_back(
    make_holder: MakeHolder, tills: Tills, cene: Any, now: Any
) -> None:
    holder = make_holder()
    cancel_card(actor=cene, card_id=holder.card_id, reason=CancelReason.HOLDER_REQUEST, now=now)

    for act in (unblock_card, activate_card, deliver_card):
        with pytest.raises(card_errors.CardStateRefused):
            act(actor=cene, card_id=holder.card_id, now=now)

    assert not tills.top_up(holder.token).approved


def test_a_card_blocked_on_its_way_is_replaced_not_unblocked(
    issued: UUID, cene: Any, now: Any
) -> None:
    block_card(card_id=issued, actor=cene, reason=BlockReason.THEFT, now=now)

    with pytest.raises(card_errors.CardStateRefused):
        unblock_card(actor=cene, card_id=issued, now=now)


@pytest.mark.rule("T4.6.1a", "T4.6.2", "T4.3.4")
def test_a_card_expires_the_day_after_its_last_one(
    make_holder: MakeHolder, tills: Tills, cene: Any, now: Any
) -> None:
    holder = make_holder()
    last_day = now.replace(year=2031)
    assert card_usable(card_id=holder.card_id, on=last_day.date())
    assert expire_cards(now=last_day) == 0

    assert expire_cards(now=last_day + timedelta(days=1)) == 1

    card = Card.objects.get()
    assert (card.state, card.expired_on) == (CardState.EXPIRED, date(2031, 11, 21))
    assert expire_cards(now=last_day + timedelta(days=2)) == 0
    with pytest.raises(card_errors.CardStateRefused):
        unblock_card(actor=cene, card_id=holder.card_id, now=last_day)


def test_the_whole_life_of_a_card_is_told_in_order(
    make_holder: MakeHolder, cene: Any, now: Any
) -> None:
    holder = make_holder()
    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.DAMAGE, now=now)
    destroy_card(actor=cene, card_id=holder.card_id, now=now)

    events = CardEvent.objects.filter(card=holder.card_id).order_by("number")

    assert [(event.number, event.action, event.reason, event.by) for event in events] == [
        (1, "order", "", cene.id),
        (2, "issue", "", cene.id),
        (3, "deliver", "", cene.id),
        (4, "activate", "", cene.id),
        (5, "block", "damage", cene.id),
        (6, "destroy", "", cene.id),
    ]


def test_a_card_is_found_by_its_number_as_it_is_typed(make_holder: MakeHolder) -> None:
    holder = make_holder()
    typed = f"{holder.holder_id[:4]} {holder.holder_id[4:8]}-{holder.holder_id[8:]}"

    found = find_card(holder_id=typed)

    assert found is not None
    assert found.pk == holder.card_id
    assert find_card(holder_id="000000000000") is None


def test_a_terminal_changes_no_card(issued: UUID, now: Any) -> None:
    terminal = factories.make_actor(ActorRole.TERMINAL, "terminal:1", "avtobusi")

    with pytest.raises(AccessRefused):
        deliver_card(actor=terminal, card_id=issued, now=now)

    assert Card.objects.get().state == CardState.ISSUED


# -- Killed between two stores


def _act(kind: str, holder: factories.Holder, cene: Any, now: Any) -> None:
    if kind == "cancel":
        cancel_card(actor=cene, card_id=holder.card_id, reason=CancelReason.HOLDER_REQUEST, now=now)
    elif kind == "destroy":
        destroy_card(actor=cene, card_id=holder.card_id, now=now)
    elif kind == "expire":
        expire_cards(now=now)
    else:
        unblock_card(actor=cene, card_id=holder.card_id, now=now)


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("kind", ["cancel", "destroy", "expire", "unblock"])
def test_the_sweep_finishes_what_a_killed_process_began(
    make_holder: MakeHolder,
    tills: Tills,
    cene: Any,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    at: int,
) -> None:
    holder = make_holder()
    assert tills.top_up(holder.token).approved
    if kind == "unblock":
        block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)
    when = now.replace(year=2031, month=12) if kind == "expire" else now

    def dying(grant: Any, saga: Any, steps: Sequence[Any], *, now: Any) -> None:
        for step in steps[:at]:
            step(grant, saga, now)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(life, "run_saga", dying)
        with pytest.raises(Killed):
            _act(kind, holder, cene, when)
    if kind != "unblock" and at > 0:
        assert not tills.pay(holder.token).approved

    assert finish_sagas(now=when + timedelta(minutes=2)) == 1

    states = {"cancel": "cancelled", "destroy": "destroyed", "expire": "expired"}
    assert Card.objects.get().state == states.get(kind, "active")
    assert tills.pay(holder.token).approved is (kind == "unblock")
    assert not CardSaga.objects.exists()
    assert finish_sagas(now=when + timedelta(minutes=4)) == 0
    assert run_saga is life.run_saga


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
def test_the_sweep_leaves_alone_what_somebody_is_at(
    make_holder: MakeHolder, cene: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = make_holder()

    def dying(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(life, "run_saga", dying)
        with pytest.raises(Killed):
            _act("cancel", holder, cene, now)

    assert finish_sagas(now=now + timedelta(seconds=5)) == 0
    assert CardSaga.objects.count() == 1


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
@pytest.mark.parametrize("ended", [False, True])
def test_the_sweep_finishes_an_activation_unless_the_card_has_ended_since(
    issued: UUID, cene: Any, now: Any, monkeypatch: pytest.MonkeyPatch, ended: bool
) -> None:
    deliver_card(actor=cene, card_id=issued, now=now)

    def dying(grant: Any, saga: Any, steps: Sequence[Any], *, now: Any) -> None:
        steps[0](grant, saga, now)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(life, "run_saga", dying)
        with pytest.raises(Killed):
            activate_card(actor=cene, card_id=issued, now=now)
    assert set(Instrument.objects.values_list("state", flat=True)) == {"inactive"}
    if ended:
        cancel_card(actor=cene, card_id=issued, reason=CancelReason.HOLDER_REQUEST, now=now)

    assert finish_sagas(now=now + timedelta(minutes=2)) == 1

    state = "dead" if ended else "active"
    assert set(Instrument.objects.values_list("state", flat=True)) == {state}
    assert not CardSaga.objects.exists()


def test_one_restricted_holder_does_not_stop_the_expiry_of_the_others(
    make_holder: MakeHolder, now: Any
) -> None:
    from records.access.gate import open_gate
    from records.access.purposes import Action, DataCategory, Purpose
    from records.access.restriction import place_restriction

    ana, bor = make_holder(), make_holder(factories.BOR)
    grant = open_gate(
        actor=factories.make_actor(ActorRole.CONTROLLER, "x"),
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[ana.subject_id],
        categories=[DataCategory.CASE],
        action=Action.CHANGE,
        task="case",
        now=now,
    )
    place_restriction(grant, subject=ana.subject_id, ground="accuracy", now=now)

    assert expire_cards(now=now.replace(year=2032)) == 1

    assert Card.objects.get(pk=bor.card_id).state == CardState.EXPIRED
    assert Card.objects.get(pk=ana.card_id).state == CardState.ACTIVE
