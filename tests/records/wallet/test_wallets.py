"""The life of a wallet, and its terminals."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

import pytest

from records.access.purposes import CardForm
from records.wallet import operations, queries
from records.wallet.errors import (
    InstrumentDiffers,
    TerminalUnknown,
    WalletClosed,
    WalletDiffers,
    WalletUnknown,
)
from records.wallet.models import Account, Instrument, Terminal
from records.wallet.operations import Block
from records.wallet.rules import Limits
from tests.factories import HOME_CITY, OTHER_CITY
from tests.records.wallet.conftest import Till, make_terminal

pytestmark = pytest.mark.django_db(databases=["payments"])


@pytest.mark.rule("T7.1.1c")
def test_a_wallet_is_opened_empty_with_the_limits_of_its_tenant(now: datetime) -> None:
    wallet = uuid4()
    limits = Limits(ceiling_minor=30_00, month_payments_minor=90_00, month_top_ups_minor=80_00)

    operations.open_wallet(wallet=wallet, city=HOME_CITY, limits=limits, now=now)

    found = queries.get_balance(wallet)
    assert (found.balance_minor, found.ceiling_minor) == (0, 30_00)
    assert (found.month_payments_limit_minor, found.month_top_ups_limit_minor) == (90_00, 80_00)


def test_opening_twice_changes_nothing_and_other_facts_are_refused(till: Till) -> None:
    till.top_up(20_00)

    operations.open_wallet(wallet=till.wallet, city=HOME_CITY, limits=Limits(), now=till.now)
    with pytest.raises(WalletDiffers):
        operations.open_wallet(wallet=till.wallet, city=OTHER_CITY, limits=Limits(), now=till.now)

    assert till.balance.balance_minor == 20_00


def test_a_presentation_leads_to_one_wallet_only(
    till: Till, make_till: Callable[..., Till]
) -> None:
    other = make_till()

    operations.register_instrument(
        wallet=till.wallet, presentation=till.card, form=CardForm.PHYSICAL
    )
    with pytest.raises(InstrumentDiffers):
        operations.register_instrument(
            wallet=other.wallet, presentation=till.card, form=CardForm.PHYSICAL
        )

    assert Instrument.objects.get(pk=till.card).wallet_id == till.wallet


@pytest.mark.rule("T6.2.3", "C11")
def test_blocking_takes_effect_before_it_returns(till: Till) -> None:
    till.top_up(20_00)
    assert till.pay(1).approved

    operations.block_wallet(wallet=till.wallet, now=till.now)

    assert till.pay(1).reason == "account_blocked"
    assert not till.balance.usable


@pytest.mark.rule("T7.6.6")
def test_lifting_one_block_leaves_the_others(till: Till) -> None:
    till.top_up(20_00)
    operations.block_wallet(wallet=till.wallet, now=till.now)
    operations.block_wallet(wallet=till.wallet, now=till.now, block=Block.FREEZE)

    operations.unblock_wallet(wallet=till.wallet, now=till.now)

    assert till.pay(1).reason == "account_blocked"
    assert queries.open_items(till.wallet).frozen


def test_a_cancelled_card_never_pays_again_and_its_rest_stays_owed(till: Till) -> None:
    till.top_up(20_00)

    operations.close_wallet(wallet=till.wallet, now=till.now)
    operations.close_wallet(wallet=till.wallet, now=till.now.replace(year=2027))

    assert till.pay(1).reason == "card_dead"
    assert till.top_up(1).reason == "card_dead"
    with pytest.raises(WalletClosed):
        operations.activate_wallet(wallet=till.wallet)
    with pytest.raises(WalletClosed):
        operations.unblock_wallet(wallet=till.wallet, now=till.now)
    with pytest.raises(WalletClosed):
        operations.register_instrument(
            wallet=till.wallet, presentation=uuid4(), form=CardForm.PHYSICAL
        )
    items = queries.open_items(till.wallet)
    assert (items.balance_minor, items.closed_on, items.none_open) == (
        20_00,
        date(2026, 11, 21),
        False,
    )


def test_what_is_not_there_is_named_and_not_passed_over(now: datetime) -> None:
    nobody = uuid4()

    with pytest.raises(WalletUnknown):
        operations.block_wallet(wallet=nobody, now=now)
    with pytest.raises(WalletUnknown):
        operations.close_wallet(wallet=nobody, now=now)
    with pytest.raises(WalletUnknown):
        operations.activate_wallet(wallet=nobody)
    with pytest.raises(WalletUnknown):
        queries.get_balance(nobody)
    with pytest.raises(TerminalUnknown):
        operations.retire_terminal(terminal=nobody)
    with pytest.raises(TerminalUnknown):
        operations.renew_credentials(terminal=nobody)
    with pytest.raises(TerminalUnknown):
        queries.get_terminal(terminal=nobody)


@pytest.mark.rule("T2.13")
def test_a_terminals_secret_is_kept_as_a_hash_and_shown_once() -> None:
    made = operations.register_terminal(organisation="avtobusi", name="bus 7", can_sell=True)
    secret = made.credentials.split(".")[1]

    row = Terminal.objects.get(pk=made.id)

    assert secret.encode() not in bytes(row.secret_hash)
    assert secret not in repr(made)
    assert secret not in repr(row)
    assert queries.find_terminal(terminal=made.id, secret=secret) == row
    assert queries.find_terminal(terminal=made.id, secret=secret + "x") is None
    assert queries.find_terminal(terminal=uuid4(), secret=secret) is None


def test_renewed_credentials_replace_the_old_and_a_retired_terminal_has_none() -> None:
    made = operations.register_terminal(organisation="avtobusi", name="bus 7", can_sell=True)
    old = made.credentials.split(".")[1]

    new = operations.renew_credentials(terminal=made.id).credentials.split(".")[1]
    assert queries.find_terminal(terminal=made.id, secret=old) is None
    assert queries.find_terminal(terminal=made.id, secret=new) is not None
    operations.retire_terminal(terminal=made.id)

    assert queries.find_terminal(terminal=made.id, secret=new) is None


@pytest.mark.rule("T4.3.6", "T5.2.5", "C6")
def test_two_wallets_of_one_person_share_nothing_in_this_store(
    till: Till, make_till: Callable[..., Till]
) -> None:
    virtual = make_till(form=CardForm.VIRTUAL)
    till.top_up(50_00)

    assert virtual.balance.balance_minor == 0
    assert virtual.top_up(50_00).approved
    mine = Account.objects.filter(pk=till.wallet).values().get()
    other = Account.objects.filter(pk=virtual.wallet).values().get()
    shared = {
        name for name in mine if mine[name] == other[name] and type(mine[name]) is type(till.wallet)
    }
    assert shared == set()


@pytest.mark.rule("C21", "T7.6.2")
def test_the_history_tells_every_movement_newest_first_in_constant_queries(
    till: Till, django_assert_num_queries: Callable[..., object]
) -> None:
    till.top_up(20_00, now=till.now.replace(hour=10))
    paid = till.pay(5_00, now=till.now.replace(hour=11))
    till.pay(1_00, now=till.now.replace(hour=12))

    with django_assert_num_queries(1, using="payments"):  # type: ignore[attr-defined]
        lines = queries.list_lines(till.wallet)

    assert [line.amount_minor for line in lines] == [-1_00, -5_00, 20_00]
    assert [line.organisation for line in lines] == ["avtobusi", "avtobusi", "knjiznica"]
    assert [line.kind for line in lines] == ["payment", "payment", "top_up"]
    earlier = queries.list_lines(till.wallet, before=till.now.replace(hour=12), limit=1)
    assert [line.entry for line in earlier] == [paid.id]


@pytest.mark.rule("T6.1.6", "T4.1.12c")
def test_open_items_tell_the_rest_and_the_day_of_the_last_booking(till: Till) -> None:
    assert queries.open_items(till.wallet).none_open
    assert queries.open_items(till.wallet).last_settled_on is None

    till.top_up(20_00)

    items = queries.open_items(till.wallet)
    assert not items.none_open
    assert (items.balance_minor, items.last_settled_on) == (20_00, date(2026, 11, 21))


def test_a_shop_of_another_city_is_paid_from_the_wallets_own_city(till: Till) -> None:
    till.top_up(20_00)
    shop = make_terminal(organisation="gorica-bazen", can_sell=True)

    assert till.pay(5_00, terminal=shop).approved

    assert Account.objects.get(organisation="gorica-bazen").city == HOME_CITY
