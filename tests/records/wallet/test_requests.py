"""Top-ups and payments: one final answer each, and a slip."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from records.access.purposes import CardForm
from records.wallet import operations, queries
from records.wallet.errors import (
    CashOnly,
    InvalidAmount,
    KeyReused,
    SystemDisturbed,
    TerminalMayNot,
)
from records.wallet.models import Account, AccountKind, Authorisation, LedgerEntry, Posting
from records.wallet.operations import Block
from tests.records.wallet.conftest import Till, make_terminal

# Only the payment store: a query to keys, audit or identity would raise here.
pytestmark = pytest.mark.django_db(databases=["payments"])


@pytest.mark.rule("T7.3.2a", "T7.3.2c", "T7.3.2d", "T7.3.5", "K6", "T4.3.1a")
def test_a_cash_top_up_raises_the_balance_at_once_and_gives_a_slip(till: Till) -> None:
    slip = till.top_up(20_00, reference="R-1")

    assert (slip.approved, slip.reason, slip.amount_minor) == (True, "", 20_00)
    assert (slip.organisation, slip.reference) == ("knjiznica", "R-1")
    assert till.balance.balance_minor == 20_00


@pytest.mark.rule("T7.4.1", "T7.4.4", "T7.5.1", "T7.5.2", "K6")
def test_a_payment_lowers_the_balance_at_once_and_confirms_the_amount(till: Till) -> None:
    till.top_up(20_00)

    slip = till.pay(7_50)

    assert (slip.approved, slip.amount_minor, slip.currency) == (True, 7_50, "EUR")
    assert till.balance.balance_minor == 12_50
    assert till.balance.month_payments_minor == 7_50


@pytest.mark.rule("T7.7.6", "T7.6.3")
def test_each_booking_is_balanced_and_has_the_id_of_its_authorisation(till: Till) -> None:
    till.top_up(20_00)

    slip = till.pay(7_50)

    entry = LedgerEntry.objects.get(pk=slip.id)
    amounts = {row.account.kind: row.amount_minor for row in entry.postings.all()}
    assert amounts == {AccountKind.WALLET: -7_50, AccountKind.SETTLEMENT: 7_50}
    assert Authorisation.objects.get(pk=slip.id).terminal == till.shop
    assert entry.booked_at == till.now


@pytest.mark.rule("T7.1.1b")
def test_a_top_up_over_the_ceiling_is_declined_in_full_and_nothing_is_booked(till: Till) -> None:
    till.top_up(30_00)
    before = Posting.objects.count()

    slip = till.top_up(20_01)

    assert (slip.approved, slip.reason) == (False, "limit_exceeded")
    assert till.balance.balance_minor == 30_00
    assert Posting.objects.count() == before
    assert till.top_up(20_00).approved


@pytest.mark.rule("T7.3.2b", "T7.3.2d", "T7.4.2", "T7.5.4")
def test_a_declined_request_leaves_a_slip_that_can_be_read_again(till: Till) -> None:
    slip = till.pay(1)

    again = queries.get_slip(terminal=till.shop, authorisation=slip.id)

    assert (again.approved, again.reason) == (False, "insufficient_funds")
    assert again == slip


@pytest.mark.rule("T7.1.1a", "C19")
def test_payments_are_limited_to_150_euros_a_month(till: Till) -> None:
    for _round in range(3):
        assert till.top_up(50_00).approved
        assert till.pay(50_00).approved
    Account.objects.filter(pk=till.wallet).update(month_top_ups_minor=0)
    assert till.top_up(1_00).approved

    assert till.pay(1).reason == "limit_exceeded"


@pytest.mark.rule("C19")
def test_top_ups_are_limited_to_150_euros_a_month_too(till: Till) -> None:
    for _round in range(3):
        till.top_up(50_00)
        till.pay(50_00)

    assert till.top_up(1).reason == "limit_exceeded"


@pytest.mark.rule("C19")
@pytest.mark.parametrize(
    ("last_second", "midnight"),
    [
        # Winter: Ljubljana is an hour ahead of UTC. Summer: two.
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC)),
        (datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC), datetime(2027, 3, 31, 22, tzinfo=UTC)),
        (datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)),
    ],
)
def test_the_month_of_the_limits_turns_at_midnight_in_ljubljana(
    make_till: Callable[..., Till], last_second: datetime, midnight: datetime
) -> None:
    till = make_till(now=last_second)
    for _round in range(3):
        till.top_up(50_00)
        till.pay(50_00)
    assert till.top_up(10_00).reason == "limit_exceeded"

    assert till.top_up(10_00, now=midnight).approved
    assert till.pay(10_00, now=midnight).approved

    assert till.balance.month_payments_minor == 10_00
    assert till.balance.month_top_ups_minor == 10_00


@pytest.mark.rule("C19")
def test_two_clocks_around_midnight_do_not_let_twice_the_limit_pass(till: Till) -> None:
    before = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
    after = datetime(2026, 11, 30, 23, 0, 0, tzinfo=UTC)
    for _round in range(3):
        till.top_up(50_00, now=after)
        till.pay(50_00, now=after)

    assert till.top_up(1, now=before).reason == "limit_exceeded"
    assert till.balance.month == 202612


@pytest.mark.rule("T7.3.5")
def test_the_same_key_and_body_give_the_same_slip_and_one_booking(till: Till) -> None:
    first = till.top_up(20_00, idempotency_key="k-1")

    second = till.top_up(20_00, idempotency_key="k-1")

    assert second.replayed
    assert (second.id, second.approved) == (first.id, True)
    assert till.balance.balance_minor == 20_00


@pytest.mark.rule("T7.3.5")
def test_a_replay_after_the_money_is_spent_is_still_the_approval_it_was(till: Till) -> None:
    till.top_up(20_00)
    first = till.pay(20_00, idempotency_key="k-1")

    second = till.pay(20_00, idempotency_key="k-1")

    assert (second.id, second.approved) == (first.id, True)
    assert till.balance.balance_minor == 0


@pytest.mark.rule("T7.3.5")
def test_a_declined_request_stays_declined_under_its_key(till: Till) -> None:
    first = till.pay(5_00, idempotency_key="k-1")
    till.top_up(20_00)

    second = till.pay(5_00, idempotency_key="k-1")

    assert (second.id, second.reason) == (first.id, "insufficient_funds")
    assert till.balance.balance_minor == 20_00


@pytest.mark.rule("T7.3.5")
@pytest.mark.parametrize("balance", [0, 20_00])
def test_a_key_used_for_another_request_is_refused_and_nothing_is_booked(
    till: Till, balance: int
) -> None:
    if balance:
        till.top_up(balance)
    till.pay(5_00, idempotency_key="k-1")
    before = till.balance

    with pytest.raises(KeyReused):
        till.pay(5_01, idempotency_key="k-1")

    assert till.balance == before


def test_the_same_key_at_another_terminal_is_another_request(till: Till) -> None:
    till.top_up(20_00)
    other = make_terminal(organisation="parkirisca", can_sell=True)

    first = till.pay(5_00, idempotency_key="k-1")
    second = till.pay(5_00, idempotency_key="k-1", terminal=other)

    assert first.id != second.id
    assert till.balance.balance_minor == 10_00


@pytest.mark.rule("T7.5.3", "T4.4.4", "T6.2.3")
@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (Block.REPORT, "account_blocked"),
        (Block.FREEZE, "account_blocked"),
        (Block.SUSPICION, "suspected_abuse"),
    ],
)
def test_a_blocked_wallet_neither_pays_nor_takes_money(
    till: Till, block: Block, reason: str
) -> None:
    till.top_up(20_00)
    operations.block_wallet(wallet=till.wallet, now=till.now, block=block)

    assert till.pay(1).reason == reason
    assert till.top_up(1).reason == reason

    operations.unblock_wallet(wallet=till.wallet, now=till.now, block=block)
    assert till.pay(1).approved


@pytest.mark.rule("T4.1.12b", "T4.3.4")
def test_a_card_that_was_not_delivered_pays_nothing(now: datetime) -> None:
    till = Till(now=now)
    undelivered = uuid4()
    operations.register_instrument(
        wallet=till.wallet, presentation=undelivered, form=CardForm.PHYSICAL
    )
    till.top_up(20_00)

    assert till.pay(1, presentation=undelivered).reason == "card_inactive"


@pytest.mark.rule("T4.3.4")
def test_an_expired_card_pays_on_its_last_day_and_not_after(till: Till) -> None:
    card = uuid4()
    operations.register_instrument(
        wallet=till.wallet,
        presentation=card,
        form=CardForm.PHYSICAL,
        valid_until=date(2026, 11, 22),
    )
    operations.activate_wallet(wallet=till.wallet)
    till.top_up(20_00)

    # 22:59 UTC is the last minute of 21 November in Ljubljana.
    last_minute = datetime(2026, 11, 21, 22, 59, tzinfo=UTC)
    assert till.pay(1, presentation=card, now=last_minute).approved
    midnight = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    assert till.pay(1, presentation=card, now=midnight).reason == "card_expired"


@pytest.mark.rule("T4.3.2")
def test_an_unknown_presentation_is_declined_and_leaves_no_trace_of_it(till: Till) -> None:
    unknown = uuid4()

    slip = till.pay(1_00, presentation=unknown)

    assert (slip.approved, slip.reason) == (False, "card_unknown")
    row = Authorisation.objects.get(pk=slip.id)
    assert row.wallet_id is None
    assert unknown.hex not in repr(row.__dict__)


@pytest.mark.rule("T4.3.1b", "T7.3.3")
def test_a_physical_card_is_topped_up_with_cash_only(till: Till) -> None:
    online = make_terminal(organisation="valu", can_topup=True, online=True)

    with pytest.raises(CashOnly):
        till.top_up(10_00, terminal=online)

    assert till.balance.balance_minor == 0
    assert till.top_up(10_00).approved


@pytest.mark.rule("T7.3.3", "T4.3.5")
def test_a_virtual_card_may_also_be_topped_up_online(make_till: Callable[..., Till]) -> None:
    till = make_till(form=CardForm.VIRTUAL)
    online = make_terminal(organisation="valu", can_topup=True, online=True)

    assert till.top_up(10_00, terminal=online).approved

    account = Account.objects.get(kind=AccountKind.ONLINE_IN)
    assert (account.organisation, account.postings.get().amount_minor) == ("valu", -10_00)


@pytest.mark.rule("T2.13")
def test_a_terminal_does_only_what_it_has_the_right_to(till: Till) -> None:
    with pytest.raises(TerminalMayNot):
        till.top_up(1_00, terminal=till.shop)
    with pytest.raises(TerminalMayNot):
        till.pay(1_00, terminal=till.desk)

    assert not Authorisation.objects.exists()


def test_another_currency_is_refused(till: Till) -> None:
    with pytest.raises(InvalidAmount):
        till.top_up(1_00, currency="HRK")


@pytest.mark.rule("T2.8", "T2.12")
def test_the_citys_accounts_tell_cash_taken_and_debts_to_providers_per_city(till: Till) -> None:
    till.top_up(20_00)
    till.pay(5_00)
    till.pay(2_50)

    totals = {
        (row.kind, row.city, row.organisation): sum(
            line.amount_minor for line in row.postings.all()
        )
        for row in Account.objects.exclude(kind=AccountKind.WALLET)
    }
    assert totals == {
        ("cash_in", "novo-mesto", "knjiznica"): -20_00,
        ("settlement", "novo-mesto", "avtobusi"): 7_50,
    }


@pytest.mark.rule("T7.5.3")
def test_a_disturbed_ledger_books_nothing_and_says_so(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.wallet.operations import requests

    def fail(**_facts: Any) -> None:
        raise OperationalError("the disk is gone")

    till.top_up(20_00)
    with monkeypatch.context() as broken:
        broken.setattr(requests, "take", fail)
        broken.setattr(requests, "approve_at_once", fail)
        with pytest.raises(SystemDisturbed):
            till.pay(5_00, idempotency_key="k-1")

    assert till.balance.balance_minor == 20_00
    assert till.pay(5_00, idempotency_key="k-1").approved


@pytest.mark.rule("T7.6.1")
def test_there_is_no_interest_and_no_way_to_book_it(till: Till, now: datetime) -> None:
    from records.wallet.models import EntryKind

    till.top_up(20_00)

    years_later = now.replace(year=2030)
    assert till.balance.balance_minor == 20_00
    assert till.pay(20_00, now=years_later).approved
    assert not till.pay(1, now=years_later).approved
    assert not [kind for kind in EntryKind if "interest" in kind.value]


@pytest.mark.rule("K9", "C15")
def test_a_wallet_needs_no_identity_row_and_stores_its_opening_day_only(till: Till) -> None:
    row = Account.objects.get(pk=till.wallet)

    assert row.opened_on == date(2026, 11, 21)
    instants = [
        field.name for field in Account._meta.fields if field.get_internal_type() == "DateTimeField"
    ]
    assert instants == []


def test_a_payment_costs_few_statements(
    till: Till, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    till.top_up(20_00)
    till.pay(1)

    # The card, savepoint, UPDATE, authorisation, entry, postings, release.
    with django_assert_max_num_queries(7, using="payments"):
        till.pay(1)
