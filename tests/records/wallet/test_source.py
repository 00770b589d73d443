"""Handing over and erasing a wallet, while the neighbour and the books stay as they were."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from records.access.errors import AccessRefused
from records.access.gate import open_gate
from records.access.grants import Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.access.registry import SubjectContext
from records.wallet import operations
from records.wallet.errors import WalletNotSettled
from records.wallet.models import Account, AccountKind, Authorisation, LedgerEntry, Payout, Posting
from records.wallet.operations import Block
from records.wallet.reconciliation import reconcile
from records.wallet.source import WalletSource
from tests.factories import ALL_STORES, make_actor
from tests.records.wallet.conftest import Till
from tests.records.wallet.test_payouts import pay_out, totals

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

SOURCE = WalletSource()


@pytest.fixture(autouse=True)
def _keys(keyring: Any) -> None:
    """Every test has a key file of its own."""


def make_grant(purpose: Purpose, action: Action, wallet: UUID, now: datetime) -> Grant:
    return open_gate(
        actor=make_actor(ActorRole.SYSTEM, "system:retention"),
        purpose=purpose,
        subjects=(),
        wallets=[wallet],
        categories=[DataCategory.WALLET, DataCategory.PAYOUT_ACCOUNT],
        action=action,
        task="case",
        now=now,
    )


def collect(till: Till) -> dict[str, list[dict[str, Any]]]:
    grant = make_grant(Purpose.RIGHTS_REQUEST, Action.DISCLOSE, till.wallet, till.now)
    context = SubjectContext(subject_id=uuid4(), wallets=(till.wallet,))
    sections = SOURCE.collect(grant, context, till.now)
    return {
        section.table.model: [record.values for record in section.records] for section in sections
    }


def erase(till: Till, purpose: Purpose = Purpose.RETENTION) -> dict[str, int]:
    grant = make_grant(purpose, Action.ERASE, till.wallet, till.now)
    context = SubjectContext(subject_id=uuid4(), wallets=(till.wallet,))
    return SOURCE.erase(grant, context, till.now).deleted


@pytest.mark.rule("C21", "T7.6.2")
def test_the_holder_gets_balance_bookings_slips_and_payouts_with_the_iban(till: Till) -> None:
    till.top_up(20_00, reference="R-77")
    till.pay(5_00)
    till.pay(40_00)
    pay_out(till)

    found = collect(till)

    assert found["wallet.Account"][0]["balance_minor"] == 0
    assert {row["kind"] for row in found["wallet.LedgerEntry"]} == {"payout", "payment", "top_up"}
    amounts = {row["account"]: row["amount_minor"] for row in found["wallet.Posting"]}
    assert amounts["knjiznica"] == 20_00
    assert amounts["avtobusi"] == -5_00
    declined = [row for row in found["wallet.Authorisation"] if row["decline_reason"]]
    assert [row["decline_reason"] for row in declined] == ["insufficient_funds"]
    assert "R-77" in {row["reference"] for row in found["wallet.Authorisation"]}
    assert found["wallet.Payout"][0]["iban"] == "SI56263300012039086"
    assert found["wallet.Instrument"][0]["state"] == "active"


def test_every_personal_column_is_handed_over_and_no_other(till: Till) -> None:
    till.top_up(20_00)
    pay_out(till)

    found = collect(till)

    for table in SOURCE.tables:
        if table.whole_because:
            assert table.model not in found
            continue
        assert set(found[table.model][0]) == {column.name for column in table.personal()}


def test_an_empty_section_is_given_for_what_is_not_there(till: Till) -> None:
    assert collect(till)["wallet.Payout"] == []


def test_a_grant_for_another_wallet_gives_nothing(
    till: Till, make_till: Callable[..., Till]
) -> None:
    bor = make_till()
    grant = make_grant(Purpose.RIGHTS_REQUEST, Action.DISCLOSE, bor.wallet, till.now)
    context = SubjectContext(subject_id=uuid4(), wallets=(till.wallet,))

    with pytest.raises(AccessRefused):
        SOURCE.collect(grant, context, till.now)
    with pytest.raises(AccessRefused):
        SOURCE.erase(grant, context, till.now)


@pytest.mark.rule("PP5b", "C24")
def test_erasure_removes_the_wallet_and_leaves_the_books_and_the_neighbour_as_they_were(
    till: Till, make_till: Callable[..., Till]
) -> None:
    bor = make_till()
    bor.shop, bor.desk = till.shop, till.desk
    bor.top_up(10_00)
    till.top_up(20_00)
    till.pay(5_00)
    operations.settle_payout(payout=pay_out(till).id, now=till.now)
    before = totals()
    assert Posting.objects.filter(wallet=till.wallet).exists()

    deleted = erase(till)

    assert deleted["wallet.Account"] == 1
    assert deleted["wallet.Payout"] == 1
    assert deleted["wallet.LedgerEntry"] == 4
    for model in (LedgerEntry, Authorisation, Payout, Posting):
        assert not model.objects.filter(wallet=till.wallet).exists()
        assert model is Payout or model.objects.filter(wallet=bor.wallet).exists()
    assert totals() == before
    assert bor.balance.balance_minor == 10_00
    result = reconcile()
    assert (result.findings, result.total_minor) == ((), 0)


def test_erasing_twice_is_the_same_as_once(till: Till) -> None:
    till.top_up(20_00)
    till.pay(20_00)
    erase(till)
    before = totals()

    deleted = erase(till)

    assert set(deleted.values()) == {0}
    assert totals() == before


@pytest.mark.rule("C12")
def test_at_the_end_of_retention_a_rest_is_booked_as_unclaimed_first(till: Till) -> None:
    till.top_up(20_00)

    erase(till)

    assert totals() == {"cash_in": -20_00, "unclaimed": 20_00}
    assert not Account.objects.filter(kind=AccountKind.WALLET).exists()
    assert reconcile().clean


def test_money_an_open_payout_or_a_freeze_keeps_a_wallet_from_being_erased(till: Till) -> None:
    till.top_up(20_00)
    with pytest.raises(WalletNotSettled):
        erase(till, Purpose.RIGHTS_REQUEST)
    pay_out(till)
    with pytest.raises(WalletNotSettled):
        erase(till)
    operations.settle_payout(payout=Payout.objects.get().pk, now=till.now)
    operations.block_wallet(wallet=till.wallet, now=till.now, block=Block.FREEZE)
    with pytest.raises(WalletNotSettled):
        erase(till)

    operations.unblock_wallet(wallet=till.wallet, now=till.now, block=Block.FREEZE)
    assert erase(till, Purpose.RIGHTS_REQUEST)["wallet.Account"] == 1


def test_a_reversed_payment_is_erased_with_its_reversal(till: Till) -> None:
    till.top_up(20_00)
    till.reverse(till.pay(5_00).id)
    till.pay(20_00)

    assert erase(till)["wallet.LedgerEntry"] == 4
    assert reconcile().clean
