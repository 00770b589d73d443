"""The database's own guards: nobody changes, cuts or unbalances the ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from records.wallet import operations
from records.wallet.models import (
    Account,
    AccountKind,
    Authorisation,
    EntryKind,
    ErasureWindow,
    Instrument,
    LedgerEntry,
    Posting,
)
from records.wallet.operations.accounting import Line, book_entry
from tests.records.wallet.conftest import Till

pytestmark = pytest.mark.django_db(databases=["payments"])


def refused(change: Callable[[], object]) -> None:
    """Expect the database itself to refuse, deferred checks included."""
    with pytest.raises(DatabaseError), deferred_checks():
        change()


@contextmanager
def deferred_checks() -> Iterator[None]:
    """Run the deferred checks as a commit would."""
    with transaction.atomic(using="payments"):
        yield
        connections["payments"].check_constraints()


def run_sql(statement: str) -> int:
    with connections["payments"].cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


@pytest.mark.rule("T7.3.6")
@pytest.mark.parametrize("model", [LedgerEntry, Posting, Authorisation])
def test_a_ledger_row_is_never_changed_or_deleted(till: Till, model: type[LedgerEntry]) -> None:
    till.top_up(20_00)
    table = model._meta.db_table
    column = {"wallet_ledgerentry": "kind"}.get(table, "currency")
    assert run_sql(f"SELECT * FROM {table}") != 0

    refused(lambda: run_sql(f"UPDATE {table} SET {column} = 'XXX'"))
    refused(lambda: run_sql(f"DELETE FROM {table}"))

    assert model.objects.exists()
    assert not model.objects.filter(**{column: "XXX"}).exists()


@pytest.mark.rule("T7.3.6")
def test_a_posting_cannot_be_overwritten_by_an_insert(till: Till) -> None:
    if connections["payments"].vendor != "sqlite":
        # PostgreSQL has ON CONFLICT DO UPDATE, which is an UPDATE and meets its trigger.
        till.top_up(20_00)
        refused(
            lambda: run_sql(
                "INSERT INTO wallet_posting SELECT * FROM wallet_posting "
                "ON CONFLICT (entry_id, line) DO UPDATE SET amount_minor = 1"
            )
        )
        return
    till.top_up(20_00)

    refused(lambda: run_sql("INSERT OR REPLACE INTO wallet_posting SELECT * FROM wallet_posting"))
    refused(
        lambda: run_sql(
            "INSERT OR REPLACE INTO wallet_authorisation SELECT * FROM wallet_authorisation"
        )
    )


@pytest.mark.postgresql
@pytest.mark.rule("T7.3.6")
@pytest.mark.parametrize(
    "table", ["wallet_ledgerentry", "wallet_posting", "wallet_authorisation", "wallet_account"]
)
def test_a_ledger_table_cannot_be_emptied(till: Till, table: str) -> None:
    if connections["payments"].vendor != "postgresql":
        pytest.skip("only on PostgreSQL: SQLite has no TRUNCATE")
    till.top_up(20_00)

    refused(lambda: run_sql(f"TRUNCATE {table} CASCADE"))


@pytest.mark.rule("T7.1.1b", "T7.1.1a")
@pytest.mark.parametrize(
    "change",
    [
        {"balance_minor": -1},
        {"balance_minor": 50_01},
        {"held_minor": -1},
        {"month_payments_minor": 150_01},
        {"month_payments_minor": -1},
        {"month_top_ups_minor": 150_01},
    ],
)
def test_the_database_itself_keeps_the_limits(till: Till, change: dict[str, int]) -> None:
    refused(lambda: Account.objects.filter(pk=till.wallet).update(**change))


def test_what_a_wallet_is_never_changes(till: Till) -> None:
    wallet = Account.objects.filter(pk=till.wallet)

    refused(lambda: wallet.update(city="nova-gorica"))
    refused(lambda: wallet.update(opened_on=date(2020, 1, 1)))
    refused(lambda: wallet.update(kind=AccountKind.FEES, opened_on=None))
    refused(lambda: wallet.update(folded_minor=5))
    refused(lambda: run_sql("DELETE FROM wallet_account"))


@pytest.mark.rule("T4.3.3")
def test_an_instrument_never_moves_to_another_wallet(
    till: Till, make_till: Callable[..., Till]
) -> None:
    other = make_till()

    refused(lambda: Instrument.objects.filter(pk=till.card).update(wallet_id=other.wallet))


def test_a_closed_wallet_and_a_dead_card_stay_so(till: Till) -> None:
    operations.close_wallet(wallet=till.wallet, now=till.now)

    refused(lambda: Account.objects.filter(pk=till.wallet).update(closed_on=None))
    refused(lambda: Instrument.objects.filter(wallet=till.wallet).update(state="active"))


def test_two_accounts_of_the_same_kind_cannot_exist(till: Till) -> None:
    till.top_up(1_00)
    cash = Account.objects.get(kind=AccountKind.CASH_IN)

    refused(
        lambda: Account.objects.create(
            kind=cash.kind, city=cash.city, organisation=cash.organisation
        )
    )


@pytest.mark.postgresql
def test_postgresql_refuses_an_entry_that_does_not_balance(till: Till) -> None:
    if connections["payments"].vendor != "postgresql":
        pytest.skip(
            "only on PostgreSQL: SQLite has no deferred trigger, the reconciliation looks there"
        )
    till.top_up(1_00)
    entry = LedgerEntry(wallet_id=till.wallet, kind=EntryKind.PAYMENT, booked_at=till.now)

    def lopsided() -> None:
        entry.save(force_insert=True)
        for line, amount in ((1, 5), (2, -4)):
            Posting.objects.create(
                entry=entry,
                line=line,
                wallet=till.wallet,
                account_id=till.wallet,
                amount_minor=amount,
                currency="EUR",
            )

    with pytest.raises(IntegrityError, match="does not balance"), deferred_checks():
        lopsided()
    with pytest.raises(IntegrityError, match="no two postings"), deferred_checks():
        entry.save(force_insert=True)


@pytest.mark.postgresql
def test_postgresql_refuses_to_commit_an_open_erasure_window(till: Till) -> None:
    if connections["payments"].vendor != "postgresql":
        pytest.skip(
            "only on PostgreSQL: SQLite has no deferred trigger, the reconciliation looks there"
        )

    refused(lambda: ErasureWindow.objects.create(wallet=till.wallet))


def test_an_erasure_window_lets_only_its_own_wallet_go(
    till: Till, make_till: Callable[..., Till]
) -> None:
    bor = make_till()
    till.top_up(20_00)
    bor.top_up(20_00)

    def delete_neighbour() -> None:
        ErasureWindow.objects.create(wallet=till.wallet)
        Posting.objects.filter(wallet=bor.wallet)._raw_delete("payments")

    refused(delete_neighbour)
    assert Posting.objects.filter(wallet=bor.wallet).count() == 2


def test_the_code_refuses_lines_that_do_not_sum_to_zero(till: Till) -> None:
    entry = LedgerEntry(wallet_id=till.wallet, kind=EntryKind.PAYMENT, booked_at=till.now)

    with pytest.raises(ValueError, match="zero"):
        book_entry(
            entry=entry,
            lines=[
                Line(account=till.wallet, amount_minor=5),
                Line(account=uuid4(), amount_minor=-4),
            ],
            currency="EUR",
        )
