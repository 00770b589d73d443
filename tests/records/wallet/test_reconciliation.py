"""The nightly reconciliation finds what does not add up; each finding is made on purpose here."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections, transaction

from records.wallet import tasks
from records.wallet.models import Account, EntryKind, ErasureWindow, LedgerEntry
from records.wallet.reconciliation import GUARDS, reconcile
from tests.records.wallet.conftest import Till

pytestmark = pytest.mark.django_db(databases=["payments"])


class _UndoError(Exception):
    """Ends a tampering."""


@contextmanager
def tampering() -> Iterator[None]:
    """Let the test past the guards, as the database's owner would be; undone afterwards."""
    connection = connections["payments"]
    try:
        with transaction.atomic(using="payments"):
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("SET LOCAL session_replication_role = replica")
                else:
                    for name in GUARDS["sqlite"]:
                        cursor.execute(f"DROP TRIGGER {name}")
            yield
            raise _UndoError
    except _UndoError:
        pass


def codes() -> set[str]:
    """Return the findings but the guards that the tampering itself removed."""
    return {finding.code for finding in reconcile().findings} - {"guard_missing"}


@pytest.mark.rule("T2.12", "T2.8")
def test_a_ledger_in_use_adds_up(till: Till) -> None:
    till.top_up(20_00)
    till.reverse(till.pay(5_00).id)
    till.pay(60_00)

    result = reconcile()

    assert (result.clean, result.total_minor) == (True, 0)
    assert (result.wallets, result.entries, result.postings) == (1, 3, 6)


@pytest.mark.rule("T2.12")
@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE wallet_posting SET amount_minor = amount_minor + 1 WHERE line = 1",
            {"entry_unbalanced", "balance_differs", "total_not_zero"},
        ),
        ("DELETE FROM wallet_posting", {"entry_without_postings", "balance_differs"}),
        ("DELETE FROM wallet_authorisation", {"entry_without_approval"}),
        ("UPDATE wallet_account SET balance_minor = 1 WHERE kind = 'wallet'", {"balance_differs"}),
        ("UPDATE wallet_account SET held_minor = 1 WHERE kind = 'wallet'", {"held_differs"}),
        (
            "UPDATE wallet_account SET folded_minor = 1 WHERE kind = 'cash_in'",
            {"total_not_zero"},
        ),
    ],
)
def test_what_somebody_changed_past_the_guards_is_found(
    till: Till, statement: str, expected: set[str]
) -> None:
    till.top_up(20_00)
    assert codes() == set()

    with tampering():
        with connections["payments"].cursor() as cursor:
            cursor.execute(statement)
        found = codes()

    assert found == expected
    assert codes() == set()


def test_an_approval_that_booked_nothing_is_found(till: Till) -> None:
    till.top_up(20_00)

    with tampering(), connections["payments"].cursor() as cursor:
        cursor.execute("DELETE FROM wallet_posting")
        cursor.execute("DELETE FROM wallet_ledgerentry")
        assert "approval_without_entry" in codes()


def test_an_erasure_window_left_open_is_found(till: Till) -> None:
    with tampering():
        ErasureWindow.objects.create(wallet=till.wallet)
        assert codes() == {"erasure_window_open"}


def test_every_missing_guard_is_named(till: Till) -> None:
    connection = connections["payments"]
    assert reconcile().clean
    tables = sorted(
        [
            "wallet_account",
            "wallet_authorisation",
            "wallet_erasurewindow",
            "wallet_instrument",
            "wallet_ledgerentry",
            "wallet_posting",
        ],
        key=len,
        reverse=True,
    )

    with tampering(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in GUARDS["postgresql"]:
                table = next(table for table in tables if name.startswith(table))
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
        missing = {
            finding.row for finding in reconcile().findings if finding.code == "guard_missing"
        }

    assert missing == set(GUARDS[connection.vendor])


@pytest.mark.rule("T2.12")
def test_the_nightly_task_raises_an_alarm_without_personal_data(
    till: Till, caplog: pytest.LogCaptureFixture
) -> None:
    till.top_up(20_00)
    with caplog.at_level(logging.ERROR, logger="varuh.wallet"):
        assert tasks.reconcile_ledger(now=till.now).clean
        assert caplog.records == []

        with tampering():
            Account.objects.filter(pk=till.wallet).update(balance_minor=7_00)
            assert not tasks.reconcile_ledger(now=till.now).clean

    record: Any = next(
        record for record in caplog.records if getattr(record, "code", "") == "balance_differs"
    )
    assert (record.row, record.difference_minor) == (str(till.wallet), -13_00)
    assert record.getMessage() == "ledger does not reconcile"


def test_an_entry_without_postings_is_found_before_any_commit(
    till: Till, make_till: Callable[..., Till]
) -> None:
    with tampering():
        LedgerEntry.objects.create(
            wallet_id=till.wallet, kind=EntryKind.UNCLAIMED, booked_at=till.now
        )
        assert codes() == {"entry_without_postings"}
