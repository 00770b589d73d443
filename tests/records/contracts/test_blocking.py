"""Blocking: at once, from anywhere, whatever else is down."""

from datetime import date, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connections
from django.test.utils import CaptureQueriesContext

from records.access.models import LogEntry
from records.cards.errors import CardUnknown, ReportUnknown
from records.cards.models import Card, CardEvent, CardReport
from records.cards.queries import list_forwarded_reports
from records.cards.rules import BlockReason, CancelReason, CardState, Channel
from records.contracts.errors import Busy
from records.contracts.models import BlockOutbox
from records.contracts.operations import (
    accept_application,
    block_card,
    blocking,
    cancel_card,
    deliver_blocks,
    issue_card,
    settle_report,
    unblock_card,
)
from records.keys.links import wallet_pseudonym_for_blocking
from records.wallet.models import Account
from records.wallet.operations import unblock_wallet
from tests import factories
from tests.records.contracts.conftest import MakeHolder, Tills

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


@pytest.fixture
def holder(make_holder: MakeHolder, tills: Tills) -> factories.Holder:
    """Ana, with money on her card."""
    made = make_holder()
    assert tills.top_up(made.token).approved
    return made


@pytest.mark.rule("T4.4.4", "C11", "T6.2.3")
def test_a_blocked_card_is_declined_at_once(
    holder: factories.Holder, tills: Tills, heda: Any, now: Any
) -> None:
    assert tills.pay(holder.token).approved
    started = monotonic()

    block_card(
        card_id=holder.card_id,
        actor=heda,
        reason=BlockReason.LOSS,
        city=factories.OTHER_CITY,
        now=now,
    )
    slip = tills.pay(holder.token)

    assert monotonic() - started < 1
    assert slip.reason == "account_blocked"
    assert Card.objects.get().state == CardState.BLOCKED


@pytest.mark.rule("T4.4.2a", "T4.4.2b", "C11")
def test_a_report_in_another_city_is_forwarded_never_rejected(
    holder: factories.Holder, heda: Any, now: Any
) -> None:
    answer = block_card(
        card_id=holder.card_id,
        actor=heda,
        reason=BlockReason.THEFT,
        channel=Channel.PHONE,
        city=factories.OTHER_CITY,
        now=now,
    )

    assert answer.forwarded_to == factories.HOME_CITY
    (report,) = list_forwarded_reports(city=factories.HOME_CITY)
    assert (report.pk, report.channel, report.reason) == (answer.report_id, "phone", "theft")
    assert list_forwarded_reports(city=factories.OTHER_CITY) == []


@pytest.mark.rule("T4.4.2a", "T4.4.4")
def test_a_report_at_home_is_forwarded_nowhere_and_says_what_can_be_done_next(
    holder: factories.Holder, cene: Any, now: Any
) -> None:
    answer = block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)

    assert answer.forwarded_to == ""
    assert answer.next_steps == ("new_card", "transfer_rest", "pay_out_rest")
    assert (answer.state, answer.blocked_at) == (CardState.BLOCKED, now)


@pytest.mark.rule("T4.4.4")
def test_a_block_leaves_the_neighbour_alone(
    holder: factories.Holder, make_holder: MakeHolder, tills: Tills, cene: Any, now: Any
) -> None:
    bor = make_holder(factories.BOR)
    assert tills.top_up(bor.token).approved

    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)

    assert tills.pay(bor.token).approved
    assert Card.objects.get(pk=bor.card_id).state == CardState.ACTIVE


def test_blocking_opens_nothing_and_asks_neither_keys_nor_log(
    holder: factories.Holder, cene: Any, now: Any
) -> None:
    with (
        CaptureQueriesContext(connections["keys"]) as keys,
        CaptureQueriesContext(connections["audit"]) as audit,
    ):
        block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)

    assert Card.objects.get().state == CardState.BLOCKED
    assert (len(keys), len(audit)) == (0, 0)


def test_the_payments_stop_before_the_card_changes(
    holder: factories.Holder,
    cene: Any,
    now: Any,
    tills: Tills,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(blocking.cards, "block_card", fail)

    with pytest.raises(OperationalError):
        block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)

    assert tills.pay(holder.token).reason == "account_blocked"
    assert Card.objects.get().state == CardState.ACTIVE


@pytest.mark.rule("T7.7.9")
def test_the_first_report_stands(holder: factories.Holder, cene: Any, heda: Any, now: Any) -> None:
    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)

    later = now + timedelta(hours=3)
    answer = block_card(card_id=holder.card_id, actor=heda, reason=BlockReason.ABUSE, now=later)

    assert answer.blocked_at == now
    assert [event.action for event in CardEvent.objects.order_by("number")].count("block") == 1
    assert CardReport.objects.count() == 2


def test_a_dead_card_is_reported_and_stays_dead(
    holder: factories.Holder, cene: Any, now: Any
) -> None:
    cancel_card(actor=cene, card_id=holder.card_id, reason=CancelReason.HOLDER_REQUEST, now=now)

    answer = block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)

    assert answer.state is CardState.CANCELLED
    assert CardReport.objects.count() == 1


def test_a_card_lost_in_the_post_is_blocked_before_it_arrives(
    world: None, cene: Any, now: Any
) -> None:
    standing = factories.submit(actor=cene)
    accept_application(actor=cene, application_id=standing.application_id, now=now)
    issued = issue_card(actor=cene, application_id=standing.application_id, now=now)

    answer = block_card(card_id=issued.card_id, actor=cene, reason=BlockReason.THEFT, now=now)

    assert answer.state is CardState.BLOCKED
    assert Account.objects.get(pk=wallet_pseudonym_for_blocking(issued.card_id)).blocked


def test_an_unknown_card_is_refused(world: None, cene: Any, now: Any) -> None:
    with pytest.raises(CardUnknown):
        block_card(card_id=uuid4(), actor=cene, reason=BlockReason.LOSS, now=now)

    assert not BlockOutbox.objects.exists()


# -- The log, later


def _break_audit_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_cursor(*_: Any, **__: Any) -> None:
        raise OperationalError("the audit store is down")

    monkeypatch.setattr(connections["audit"], "cursor", no_cursor)


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
@pytest.mark.rule("T4.4.4", "C11")
def test_blocking_works_while_the_audit_store_is_down_and_is_logged_afterwards(
    holder: factories.Holder,
    tills: Tills,
    cene: Any,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = LogEntry.objects.count()
    with monkeypatch.context() as patch:
        _break_audit_store(patch)
        with pytest.raises(OperationalError):
            LogEntry.objects.count()

        block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)

        assert tills.pay(holder.token).reason == "account_blocked"
        assert deliver_blocks(now=now) == 0
        assert BlockOutbox.objects.count() == 1

    assert deliver_blocks(now=now) == 1
    assert LogEntry.objects.count() == before + 1
    assert LogEntry.objects.latest("id").timestamp == now
    assert not BlockOutbox.objects.exists()


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
def test_a_sweep_that_dies_after_logging_does_not_log_twice(
    holder: factories.Holder, cene: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)
    before = LogEntry.objects.count()

    class Killed(BaseException):
        pass

    def log_and_die(**entry: Any) -> None:
        log_block_event(**entry)
        raise Killed

    log_block_event = blocking.log_block_event
    with monkeypatch.context() as patch:
        patch.setattr(blocking, "log_block_event", log_and_die)
        with pytest.raises(Killed):
            deliver_blocks(now=now)

    assert deliver_blocks(now=now + timedelta(minutes=5)) == 1
    assert LogEntry.objects.count() == before + 1


def test_an_empty_outbox_is_swept_without_a_trace(world: None, now: Any) -> None:
    assert deliver_blocks(now=now) == 0


# -- Unblocking


def test_a_lifted_block_lets_the_card_pay_again(
    holder: factories.Holder, tills: Tills, cene: Any, now: Any
) -> None:
    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)
    assert not tills.pay(holder.token).approved

    card = unblock_card(actor=cene, card_id=holder.card_id, now=now)

    assert (card.state, card.blocked_at) == (CardState.ACTIVE, None)
    assert tills.pay(holder.token).approved


def test_a_report_that_comes_during_the_unblocking_wins(
    holder: factories.Holder,
    tills: Tills,
    cene: Any,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from records.contracts.operations import life

    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)
    change, unblock = life.STEPS[life.SagaKind.UNBLOCK]

    def report_again(*arguments: Any) -> None:
        block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.ABUSE, now=now)
        unblock(*arguments)

    monkeypatch.setitem(life.STEPS, life.SagaKind.UNBLOCK, (change, report_again))

    with pytest.raises(Busy):
        unblock_card(actor=cene, card_id=holder.card_id, now=now)

    assert Card.objects.get().state == CardState.BLOCKED
    assert not tills.pay(holder.token).approved


def test_an_unblocking_that_overlaps_a_new_report_does_not_undo_it(
    holder: factories.Holder,
    tills: Tills,
    cene: Any,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wallet = wallet_pseudonym_for_blocking(holder.card_id)
    change_card = blocking.cards.block_card

    def unblocked_meanwhile(**report: Any) -> Any:
        # What an unblocking does that had found the card in use, before this report changes it.
        unblock_wallet(wallet=wallet, now=now)
        return change_card(**report)

    monkeypatch.setattr(blocking.cards, "block_card", unblocked_meanwhile)

    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.ABUSE, now=now)

    assert Card.objects.get().state == CardState.BLOCKED
    assert tills.pay(holder.token).reason == "account_blocked"


# -- The rest, settled by the holder's own city


@pytest.mark.rule("C11", "T4.4.2b")
def test_a_forwarded_report_is_settled_once(
    holder: factories.Holder, cene: Any, heda: Any, now: Any
) -> None:
    answer = block_card(
        card_id=holder.card_id,
        actor=heda,
        reason=BlockReason.LOSS,
        city=factories.OTHER_CITY,
        now=now,
    )

    settle_report(actor=cene, report_id=answer.report_id, now=now + timedelta(days=2))
    settle_report(actor=cene, report_id=answer.report_id, now=now + timedelta(days=9))

    assert CardReport.objects.get().handled_on == date(2026, 11, 23)
    assert list_forwarded_reports(city=factories.HOME_CITY) == []


def test_an_unknown_report_is_refused(world: None, cene: Any, now: Any) -> None:
    with pytest.raises(ReportUnknown):
        settle_report(actor=cene, report_id=uuid4(), now=now)
