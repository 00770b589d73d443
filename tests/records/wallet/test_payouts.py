"""Payouts, transfers and unclaimed rests: money never vanishes, and the IBAN stays sealed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from records.access.gate import open_gate
from records.access.grants import Grant
from records.access.purposes import Action, ActorRole, CardForm, DataCategory, Purpose
from records.keys.queries import reveal_values
from records.wallet import operations, queries
from records.wallet.errors import (
    ClaimStands,
    ClaimTooLate,
    FormsDiffer,
    InvalidIban,
    NothingToPayOut,
    PayoutUnknown,
    WalletClosed,
    WalletDiffers,
    WalletFrozen,
    WalletSuspected,
)
from records.wallet.models import Account, AccountKind, LedgerEntry, Payout
from records.wallet.operations import Block
from records.wallet.reconciliation import reconcile
from records.wallet.rules import EndedBecause, Fees
from tests.factories import ALL_STORES, make_actor
from tests.records.wallet.conftest import Till

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

IBAN = "SI56 2633 0001 2039 086"
FEES = Fees(price_list="2026-01", refund_minor=2_00)


@pytest.fixture(autouse=True)
def _keys(keyring: Any) -> None:
    """Every test has a key file of its own."""


def grant_for(wallet: UUID, now: datetime, *more: DataCategory) -> Grant:
    return open_gate(
        actor=make_actor(ActorRole.CLERK, uuid4()),
        purpose=Purpose.PAYOUT,
        subjects=(),
        wallets=[wallet],
        categories=[DataCategory.WALLET, DataCategory.PAYOUT_ACCOUNT, *more],
        action=Action.CHANGE,
        task="payout",
        now=now,
    )


def pay_out(till: Till, **changes: Any) -> queries.PayoutStatus:
    arguments: dict[str, Any] = {
        "payout": uuid4(),
        "wallet": till.wallet,
        "iban": IBAN,
        "fees": FEES,
        "ended_because": EndedBecause.LOST,
        "ended_on": date(2026, 11, 20),
        "now": till.now,
    } | changes
    grant = grant_for(till.wallet, till.now)
    return operations.request_payout(grant, **arguments)


def totals() -> dict[str, int]:
    return {
        row.kind: sum(line.amount_minor for line in row.postings.all()) + row.folded_minor
        for row in Account.objects.exclude(kind=AccountKind.WALLET)
    }


@pytest.mark.rule("T4.4.3a", "T4.4.3b", "T5.3.3a", "T5.3.3b", "C12")
def test_the_surplus_over_the_fee_is_paid_to_the_holders_account(till: Till) -> None:
    till.top_up(20_00)
    quote = queries.quote_payout(
        till.wallet,
        fees=FEES,
        ended_because=EndedBecause.LOST,
        ended_on=date(2026, 11, 20),
        today=date(2026, 11, 21),
    )

    status = pay_out(till)

    assert (status.amount_minor, status.fee_minor) == (18_00, 2_00)
    assert (quote.surplus_minor, quote.fee_minor) == (18_00, 2_00)
    assert (status.price_list, status.fee_basis) == ("2026-01", "price_list")
    assert till.balance.balance_minor == 0
    assert totals() == {"cash_in": -20_00, "payouts_due": 18_00, "fees": 2_00}
    assert queries.open_items(till.wallet).open_payouts == 1


@pytest.mark.rule("T4.4.3b", "C12")
def test_a_rest_not_larger_than_the_fee_goes_to_a_named_account(till: Till) -> None:
    till.top_up(2_00)

    status = pay_out(till)

    assert (status.amount_minor, status.state) == (0, "settled")
    assert totals() == {"cash_in": -2_00, "forfeited": 2_00}
    assert Payout.objects.get().iban is None
    assert queries.open_items(till.wallet).none_open


@pytest.mark.rule("C12")
def test_an_expired_card_is_paid_out_free_of_charge(till: Till) -> None:
    till.top_up(1_00)

    status = pay_out(till, ended_because=EndedBecause.EXPIRED, ended_on=date(2026, 10, 22))

    assert (status.amount_minor, status.fee_minor) == (1_00, 0)


@pytest.mark.rule("T6.1.6", "T4.1.12c")
def test_a_settled_payout_leaves_nothing_open_from_its_day(till: Till) -> None:
    till.top_up(20_00)
    status = pay_out(till)
    later = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)

    operations.settle_payout(payout=status.id, now=later)
    again = operations.settle_payout(payout=status.id, now=later.replace(year=2027))

    assert (again.state, again.settled_on) == ("settled", date(2026, 11, 25))
    assert totals()["bank"] == 18_00
    assert totals()["payouts_due"] == 0
    items = queries.open_items(till.wallet)
    assert (items.none_open, items.last_settled_on) == (True, date(2026, 11, 25))
    assert reconcile().clean


def test_a_repeated_payout_request_is_the_same_payout(till: Till) -> None:
    till.top_up(20_00)
    payout = uuid4()

    first = pay_out(till, payout=payout)
    second = pay_out(till, payout=payout)

    assert first == second
    assert Payout.objects.count() == 1
    assert queries.get_payout(payout) == first
    assert queries.list_payouts(till.wallet) == [first]


@pytest.mark.rule("C23", "K9", "PP2b")
def test_the_iban_is_sealed_and_stands_in_the_payment_store_only(till: Till) -> None:
    till.top_up(20_00)
    pay_out(till)
    number = "SI56263300012039086"

    row = Payout.objects.get()
    assert reveal_values(grant_for(till.wallet, till.now), [row], ["iban"]) == [(number,)]
    for alias in ALL_STORES:
        dump = dump_store(alias)
        assert dump, alias
        assert number not in dump
        assert number.encode().hex() not in dump


def dump_store(alias: str) -> str:
    connection = connections[alias]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        text = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            for values in cursor.fetchall():
                text += [
                    bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
                    for value in values
                ]
    return "\n".join(text)


@pytest.mark.rule("C23")
def test_account_numbers_are_forgotten_thirteen_months_after_the_payout(till: Till) -> None:
    till.top_up(20_00)
    operations.settle_payout(payout=pay_out(till).id, now=till.now)

    last_day = datetime(2027, 12, 21, 9, 0, tzinfo=UTC)
    assert operations.forget_settled_ibans(now=last_day) == 0
    assert Payout.objects.get().iban is not None
    assert operations.forget_settled_ibans(now=last_day.replace(day=22)) == 1

    assert Payout.objects.get().iban is None
    assert Payout.objects.get().amount_minor == 18_00


def test_a_wrong_account_number_books_nothing(till: Till) -> None:
    till.top_up(20_00)

    with pytest.raises(InvalidIban):
        pay_out(till, iban="SI56 2633 0001 2039 087")

    assert till.balance.balance_minor == 20_00


@pytest.mark.rule("T7.6.6")
@pytest.mark.parametrize(
    ("block", "refusal"), [(Block.FREEZE, WalletFrozen), (Block.SUSPICION, WalletSuspected)]
)
def test_frozen_or_suspected_money_is_not_paid_out(
    till: Till, block: Block, refusal: type[Exception]
) -> None:
    till.top_up(20_00)
    operations.block_wallet(wallet=till.wallet, now=till.now, block=block)

    with pytest.raises(refusal):
        pay_out(till)

    assert till.balance.balance_minor == 20_00


@pytest.mark.rule("T4.4.3b")
def test_a_lost_and_closed_cards_rest_is_paid_out(till: Till) -> None:
    till.top_up(20_00)
    operations.block_wallet(wallet=till.wallet, now=till.now)
    operations.close_wallet(wallet=till.wallet, now=till.now)

    assert pay_out(till).amount_minor == 18_00


def test_what_is_held_is_paid_out_with_the_balance(till: Till) -> None:
    till.top_up(50_00)
    paid = till.pay(20_00)
    till.top_up(20_00)
    till.reverse(paid.id)
    assert till.balance.held_minor == 20_00

    assert pay_out(till).amount_minor == 68_00

    assert (till.balance.balance_minor, till.balance.held_minor) == (0, 0)
    assert totals()["refunds_due"] == 0
    assert reconcile().clean


def test_an_empty_wallet_pays_nothing_out(till: Till) -> None:
    with pytest.raises(NothingToPayOut):
        pay_out(till)


@pytest.mark.rule("T4.6.3b")
def test_a_claim_after_sixty_months_is_refused_and_the_money_stays(till: Till) -> None:
    till.top_up(20_00)

    with pytest.raises(ClaimTooLate):
        pay_out(till, ended_on=date(2021, 11, 20))

    assert till.balance.balance_minor == 20_00


def test_a_payout_of_another_wallet_is_not_repeated(
    till: Till, make_till: Callable[..., Till]
) -> None:
    bor = make_till()
    till.top_up(20_00)
    bor.top_up(20_00)
    payout = uuid4()
    pay_out(till, payout=payout)

    with pytest.raises(WalletDiffers):
        pay_out(bor, payout=payout)

    assert bor.balance.balance_minor == 20_00
    with pytest.raises(PayoutUnknown):
        queries.get_payout(uuid4())
    with pytest.raises(PayoutUnknown):
        operations.settle_payout(payout=uuid4(), now=till.now)


@pytest.mark.rule("K9")
def test_an_act_of_the_desk_is_booked_under_its_day_and_not_its_instant(till: Till) -> None:
    till.top_up(20_00)
    pay_out(till)

    booked = LedgerEntry.objects.get(kind="payout").booked_at
    # Midnight of 21 November in Ljubljana.
    assert booked == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def transfer(source: Till, target: Till, **changes: Any) -> int:
    arguments: dict[str, Any] = {
        "transfer": uuid4(),
        "source": source.wallet,
        "target": target.wallet,
        "ended_on": date(2026, 11, 20),
        "now": source.now,
    } | changes
    return operations.transfer_rest(**arguments)


@pytest.mark.rule("T4.6.3a", "C12", "C19")
def test_the_rest_moves_to_the_new_card_free_of_charge_and_past_the_monthly_limit(
    till: Till, make_till: Callable[..., Till]
) -> None:
    new = make_till()
    till.top_up(20_00)
    request = uuid4()

    assert transfer(till, new, transfer=request) == 20_00
    assert transfer(till, new, transfer=request) == 20_00

    assert (till.balance.balance_minor, new.balance.balance_minor) == (0, 20_00)
    assert new.balance.month_top_ups_minor == 0
    assert totals() == {
        "cash_in": -20_00,
        "transfers": 0,
    }
    assert reconcile().clean


@pytest.mark.rule("C12", "T7.1.1b")
def test_a_transfer_over_the_ceiling_holds_the_rest_for_a_payout(
    till: Till, make_till: Callable[..., Till]
) -> None:
    new = make_till()
    till.top_up(30_00)
    new.top_up(40_00)

    transfer(till, new)

    assert (new.balance.balance_minor, new.balance.held_minor) == (50_00, 20_00)
    assert reconcile().clean


@pytest.mark.rule("T4.3.6", "C6")
def test_no_money_moves_between_the_physical_and_the_virtual_card(
    till: Till, make_till: Callable[..., Till]
) -> None:
    virtual = make_till(form=CardForm.VIRTUAL)
    till.top_up(20_00)

    with pytest.raises(FormsDiffer):
        transfer(till, virtual)

    assert (till.balance.balance_minor, virtual.balance.balance_minor) == (20_00, 0)


def test_a_transfer_needs_two_wallets_a_target_in_use_and_a_claim(
    till: Till, make_till: Callable[..., Till]
) -> None:
    new = make_till()
    till.top_up(20_00)

    with pytest.raises(WalletDiffers):
        transfer(till, till)
    with pytest.raises(ClaimTooLate):
        transfer(till, new, ended_on=date(2021, 1, 1))
    operations.close_wallet(wallet=new.wallet, now=till.now)
    with pytest.raises(WalletClosed):
        transfer(till, new)

    assert till.balance.balance_minor == 20_00


@pytest.mark.rule("T4.6.3b", "T6.2.4", "C12")
def test_after_sixty_months_an_unclaimed_rest_is_booked_to_its_own_account(till: Till) -> None:
    till.top_up(20_00)
    ended = date(2026, 11, 20)

    with pytest.raises(ClaimStands):
        operations.book_unclaimed(wallet=till.wallet, ended_on=ended, now=till.now)
    late = datetime(2031, 11, 21, 9, 0, tzinfo=UTC)
    assert operations.book_unclaimed(wallet=till.wallet, ended_on=ended, now=late) == 20_00

    assert totals() == {"cash_in": -20_00, "unclaimed": 20_00}
    assert queries.open_items(till.wallet).none_open
