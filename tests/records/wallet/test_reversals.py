"""Reversals: new bookings that correct old ones."""

from datetime import UTC, datetime

import pytest

from records.wallet import operations, queries
from records.wallet.errors import AuthorisationUnknown, KeyReused, NotReversible, TerminalMayNot
from records.wallet.models import LedgerEntry, Posting
from records.wallet.operations import Block
from records.wallet.reconciliation import reconcile
from tests.records.wallet.conftest import Till, make_terminal

pytestmark = pytest.mark.django_db(databases=["payments"])


@pytest.mark.rule("T7.3.6")
def test_a_payment_is_corrected_by_a_new_booking_and_the_old_one_stays(till: Till) -> None:
    till.top_up(20_00)
    paid = till.pay(5_00)
    before = list(Posting.objects.order_by("entry", "line").values())

    slip = till.reverse(paid.id)

    assert (slip.approved, slip.amount_minor, slip.reverses) == (True, 5_00, paid.id)
    assert till.balance.balance_minor == 20_00
    assert LedgerEntry.objects.get(pk=slip.id).reverses_id == paid.id
    after = list(Posting.objects.order_by("entry", "line").values())
    assert [row for row in after if row in before] == before
    assert len(after) == len(before) + 2


@pytest.mark.rule("C19")
def test_a_reversal_in_the_same_month_restores_headroom(till: Till) -> None:
    till.top_up(20_00)
    paid = till.pay(5_00)
    assert till.balance.month_payments_minor == 5_00

    till.reverse(paid.id)

    assert till.balance.month_payments_minor == 0


@pytest.mark.rule("C19")
def test_a_reversal_in_a_later_month_gives_the_money_but_no_headroom(till: Till) -> None:
    till.top_up(20_00)
    paid = till.pay(5_00)
    december = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    till.pay(1_00, now=december)

    till.reverse(paid.id, now=december)

    assert till.balance.balance_minor == 19_00
    assert till.balance.month_payments_minor == 1_00


@pytest.mark.rule("T7.3.6")
def test_nothing_is_reversed_twice(till: Till) -> None:
    till.top_up(20_00)
    paid = till.pay(5_00)
    till.reverse(paid.id)

    with pytest.raises(NotReversible):
        till.reverse(paid.id)

    assert till.balance.balance_minor == 20_00


@pytest.mark.rule("T7.3.5")
def test_a_repeated_reversal_is_the_same_reversal(till: Till) -> None:
    till.top_up(20_00)
    paid = till.pay(5_00)
    first = till.reverse(paid.id, idempotency_key="r-1")

    second = till.reverse(paid.id, idempotency_key="r-1")

    assert (second.id, second.replayed) == (first.id, True)
    assert till.balance.balance_minor == 20_00
    with pytest.raises(KeyReused):
        till.reverse(paid.id, idempotency_key="r-1", reference="other")


def test_a_declined_payment_cannot_be_reversed(till: Till) -> None:
    declined = till.pay(5_00)

    with pytest.raises(NotReversible):
        till.reverse(declined.id)


def test_another_provider_neither_sees_nor_reverses_a_payment(till: Till) -> None:
    till.top_up(20_00)
    paid = till.pay(5_00)
    stranger = make_terminal(organisation="parkirisca", can_sell=True)

    with pytest.raises(AuthorisationUnknown):
        till.reverse(paid.id, terminal=stranger)
    with pytest.raises(AuthorisationUnknown):
        queries.get_slip(terminal=stranger, authorisation=paid.id)
    with pytest.raises(TerminalMayNot):
        till.reverse(paid.id, terminal=till.desk)

    assert till.balance.balance_minor == 15_00


@pytest.mark.rule("T7.1.1b", "C12")
def test_a_refund_that_does_not_fit_under_the_ceiling_is_held_for_the_holder(till: Till) -> None:
    till.top_up(50_00)
    paid = till.pay(20_00)
    till.top_up(15_00)

    slip = till.reverse(paid.id)

    assert slip.approved
    assert (till.balance.balance_minor, till.balance.held_minor) == (50_00, 15_00)
    line = next(line for line in queries.list_lines(till.wallet) if line.entry == slip.id)
    assert (line.amount_minor, line.held_minor) == (5_00, 15_00)
    assert queries.open_items(till.wallet).held_minor == 15_00
    assert reconcile().clean


@pytest.mark.rule("T7.7.9")
def test_a_refund_to_a_closed_wallet_is_owed_and_not_lost(till: Till) -> None:
    till.top_up(20_00)
    paid = till.pay(5_00)
    operations.close_wallet(wallet=till.wallet, now=till.now)

    assert till.reverse(paid.id).approved

    assert (till.balance.balance_minor, till.balance.held_minor) == (15_00, 5_00)


@pytest.mark.rule("T7.3.6")
def test_a_top_up_is_taken_back_while_the_money_is_there(till: Till) -> None:
    loaded = till.top_up(20_00)
    till.pay(5_00)

    declined = till.reverse(loaded.id, "top_up")
    assert (declined.approved, declined.reason) == (False, "insufficient_funds")
    till.top_up(5_00)
    slip = till.reverse(loaded.id, "top_up")

    assert slip.approved
    assert till.balance.balance_minor == 0
    assert till.balance.month_top_ups_minor == 5_00


@pytest.mark.parametrize(
    ("block", "reason"),
    [(Block.REPORT, "account_blocked"), (Block.SUSPICION, "suspected_abuse")],
)
def test_no_top_up_is_taken_back_from_a_stopped_wallet(
    till: Till, block: Block, reason: str
) -> None:
    loaded = till.top_up(20_00)
    operations.block_wallet(wallet=till.wallet, now=till.now, block=block)

    assert till.reverse(loaded.id, "top_up").reason == reason
    assert till.balance.balance_minor == 20_00
