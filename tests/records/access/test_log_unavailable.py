"""If the log cannot be written, nothing is shown and nothing is half done."""

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections

from records.access.errors import LogUnavailable
from records.access.gate import report_outcome
from records.access.models import LogEntry, TreeHead
from records.access.sealing import seal_log
from records.access.verification import verify_log
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES, transaction=True)

Open = Callable[..., Any]


def _execute(statement: str) -> None:
    with connections["audit"].cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def _missing(table: str) -> Iterator[None]:
    """The table is gone, whatever its name means elsewhere."""
    _execute(f"ALTER TABLE {table} RENAME TO gone")
    try:
        yield
    finally:
        _execute(f"ALTER TABLE gone RENAME TO {table}")


@pytest.mark.parametrize("table", ["access_logentry", "access_restrictionevent"])
def test_without_its_tables_the_gate_stays_shut(open_for: Open, table: str) -> None:
    with _missing(table), pytest.raises(LogUnavailable) as refusal:
        open_for()

    assert refusal.value.code == "access.log_unavailable"
    assert not LogEntry.objects.exists()


def test_a_head_without_its_subject_rows_is_not_left_behind(
    open_for: Open, now: datetime, outside: Path
) -> None:
    open_for()
    with _missing("access_entrysubject"), pytest.raises(DatabaseError):
        seal_log(now=now)

    assert not TreeHead.objects.exists()
    assert [one.entries for one in seal_log(now=now)] == [1]
    assert verify_log(now=now).intact


def test_a_read_only_store_keeps_the_gate_shut(open_for: Open) -> None:
    connection = connections["audit"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
    else:
        _execute("PRAGMA query_only = on")
    try:
        with pytest.raises(LogUnavailable):
            open_for()
    finally:
        connection.close()

    assert not LogEntry.objects.exists()
    open_for()
    assert LogEntry.objects.count() == 1


def test_without_the_key_file_the_gate_stays_shut(
    open_for: Open, settings: Any, tmp_path: Path
) -> None:
    settings.KEY_FILE = tmp_path / "elsewhere"

    with pytest.raises(LogUnavailable):
        open_for()


def test_without_the_right_to_read_the_key_file_the_gate_stays_shut(
    open_for: Open, settings: Any
) -> None:
    from records.keyring.queries import forget_keyring

    Path(settings.KEY_FILE).chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IROTH)
    forget_keyring()

    with pytest.raises(LogUnavailable):
        open_for()


def test_an_outcome_that_cannot_be_written_is_an_error_too(open_for: Open, now: datetime) -> None:
    grant = open_for()
    _execute("ALTER TABLE access_logentry RENAME TO gone")
    try:
        with pytest.raises(LogUnavailable):
            report_outcome(grant, done=True, now=now)
    finally:
        _execute("ALTER TABLE gone RENAME TO access_logentry")


def test_no_plaintext_and_no_half_done_write_where_the_log_fails(
    open_for: Open, cene: Any, now: datetime, keyring: Any
) -> None:
    """A person is registered; then the log fails, and neither reading nor writing her gets
    anywhere.
    """
    from tests.records.access.people import read_name, register

    subject = register(actor=cene, now=now)
    assert read_name(subject, actor=cene, now=now) == "Ana"
    _execute("ALTER TABLE access_logentry RENAME TO gone")
    try:
        with pytest.raises(LogUnavailable):
            read_name(subject, actor=cene, now=now)
        with pytest.raises(LogUnavailable):
            register(actor=cene, now=now)
    finally:
        _execute("ALTER TABLE gone RENAME TO access_logentry")

    from records.identity.models import DataSubject

    assert DataSubject.objects.count() == 1
    assert read_name(subject, actor=cene, now=now) == "Ana"


@pytest.mark.postgresql
def test_a_connection_that_died_is_replaced_and_the_entry_is_written(open_for: Open) -> None:
    connection = connections["audit"]
    if connection.vendor != "postgresql":
        pytest.skip("only on PostgreSQL")
    open_for()
    killer = connection.copy()
    with killer.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    killer.close()

    open_for()

    assert LogEntry.objects.count() == 2
