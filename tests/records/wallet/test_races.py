"""Races: real threads and processes, real commits, both databases (threats 22 and 25)."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from records.wallet import operations
from records.wallet.errors import NotReversible
from records.wallet.models import Account, AccountKind, Authorisation, LedgerEntry
from records.wallet.reconciliation import reconcile
from tests.records.wallet.conftest import Till

pytestmark = pytest.mark.django_db(databases=["payments"], transaction=True)

ATTEMPTS = 100
WORKERS = 8


@pytest.fixture(autouse=True)
def _reconciled() -> Iterator[None]:
    """Whatever raced, the ledger adds up to the cent afterwards."""
    yield
    result = reconcile()
    assert (result.findings, result.total_minor) == ((), 0)


def in_threads(work: Callable[[int], Any], attempts: int = ATTEMPTS) -> list[Any]:
    """Return what `work` gave for 0, 1, 2 … on eight threads, each with a connection of its own."""

    def one(number: int) -> Any:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(attempts)))


def in_processes(work: Callable[[int], Any], attempts: int = ATTEMPTS) -> list[Any]:
    """Return what `work` gave for 0, 1, 2 … in four processes."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    workers = 4

    def run(share: int) -> None:
        found = [work(number) for number in range(share, attempts, workers)]
        connections.close_all()
        results.put(found)

    processes = [context.Process(target=run, args=(share,)) for share in range(workers)]
    for process in processes:
        process.start()
    found = [answer for _process in processes for answer in results.get()]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    return found


def reasons(slips: list[Any]) -> Counter[str]:
    return Counter(slip.reason or "approved" for slip in slips)


RUNNERS = pytest.mark.parametrize("run", [in_threads, in_processes])


@RUNNERS
@pytest.mark.rule("T7.5.1", "T7.5.3", "T7.1.1a")
def test_a_hundred_parallel_payments_spend_each_cent_once(
    till: Till, run: Callable[..., list[Any]]
) -> None:
    till.top_up(50_00)

    slips = run(lambda _number: till.pay(1_00))

    assert reasons(slips) == {"approved": 50, "insufficient_funds": 50}
    assert till.balance.balance_minor == 0
    assert till.balance.month_payments_minor == 50_00


@RUNNERS
@pytest.mark.rule("T7.1.1a", "C19")
def test_a_hundred_parallel_payments_never_pass_the_monthly_limit(
    till: Till, run: Callable[..., list[Any]]
) -> None:
    till.top_up(50_00)
    till.pay(50_00)
    till.top_up(50_00)
    till.pay(50_00)
    till.top_up(50_00)
    till.pay(30_00)
    assert till.balance.month_payments_minor == 130_00
    assert till.balance.balance_minor == 20_00
    Account.objects.filter(pk=till.wallet).update(month_top_ups_minor=0)
    till.top_up(30_00)

    slips = run(lambda _number: till.pay(1_00))

    assert reasons(slips) == {"approved": 20, "limit_exceeded": 80}
    assert till.balance.month_payments_minor == 150_00


@RUNNERS
@pytest.mark.rule("T7.1.1b")
def test_a_hundred_parallel_top_ups_never_pass_the_ceiling(
    till: Till, run: Callable[..., list[Any]]
) -> None:
    slips = run(lambda _number: till.top_up(1_00))

    assert reasons(slips) == {"approved": 50, "limit_exceeded": 50}
    assert till.balance.balance_minor == 50_00


@RUNNERS
@pytest.mark.rule("T7.3.5")
def test_the_same_request_sent_many_times_at_once_is_booked_once(
    till: Till, run: Callable[..., list[Any]]
) -> None:
    till.top_up(50_00)

    slips = run(lambda _number: till.pay(5_00, idempotency_key="k-1"), attempts=24)

    assert {(slip.id, slip.approved) for slip in slips} == {(slips[0].id, True)}
    assert till.balance.balance_minor == 45_00
    assert LedgerEntry.objects.filter(kind="payment").count() == 1


def test_payments_and_top_ups_that_cross_lose_no_cent(till: Till) -> None:
    till.top_up(25_00)

    def work(number: int) -> Any:
        return till.pay(1_00) if number % 2 else till.top_up(1_00)

    slips = in_processes(work)

    moved = sum(
        (1 if slip.kind == "top_up" else -1) * slip.amount_minor for slip in slips if slip.approved
    )
    assert till.balance.balance_minor == 25_00 + moved
    assert Authorisation.objects.count() == ATTEMPTS + 1


@pytest.mark.rule("T7.3.6")
def test_a_payment_reversed_by_many_at_once_is_reversed_once(till: Till) -> None:
    till.top_up(20_00)
    paid = till.pay(5_00)

    def work(_number: int) -> bool:
        try:
            return bool(till.reverse(paid.id).approved)
        except NotReversible:
            return False

    assert sum(in_threads(work, attempts=24)) == 1
    assert till.balance.balance_minor == 20_00


@pytest.mark.rule("T4.4.4", "T6.2.3", "C11")
def test_no_payment_that_starts_after_the_block_returned_is_approved(till: Till) -> None:
    till.top_up(50_00)
    blocked = Event()

    def work(number: int) -> tuple[bool, bool]:
        if number == 20:
            operations.block_wallet(wallet=till.wallet, now=till.now)
            blocked.set()
            return True, False
        after = blocked.is_set()
        return after, bool(till.pay(1).approved)

    answers = in_threads(work)

    assert any(after for after, _approved in answers)
    assert any(approved for _after, approved in answers)
    assert not [1 for after, approved in answers if after and approved]


def test_wallets_of_one_city_do_not_wait_for_each_other(till: Till) -> None:
    # The first payments ever at a shop: its account is made by whoever comes first.
    wallets = [Till(now=till.now) for _wallet in range(WORKERS)]
    for each in wallets:
        each.shop = till.shop
        each.top_up(10_00)

    slips = in_threads(lambda number: wallets[number % WORKERS].pay(1_00), attempts=40)

    assert reasons(slips) == {"approved": 40}
    assert Account.objects.filter(kind=AccountKind.SETTLEMENT).count() == 1


def test_two_wallets_opened_at_once_under_one_pseudonym_are_one(till: Till) -> None:
    from records.wallet.rules import Limits

    wallet = uuid4()

    in_threads(
        lambda _number: operations.open_wallet(
            wallet=wallet, city="novo-mesto", limits=Limits(), now=till.now
        ),
        attempts=16,
    )

    assert Account.objects.filter(pk=wallet).count() == 1
