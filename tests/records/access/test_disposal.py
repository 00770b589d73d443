"""A due log year goes whole; its going is an entry, and the other years still verify."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from records.access.batches import ProblemCode
from records.access.disposal import dispose_log_year, is_due
from records.access.errors import YearNotDue
from records.access.grants import Actor
from records.access.models import DisposedYear, EntrySubject, LogEntry, TreeHead
from records.access.purposes import ActorRole
from records.access.sealing import seal_log
from records.access.triggers import list_missing_triggers
from records.access.verification import verify_log
from records.keyring.errors import KeyringKeyDestroyed
from records.keyring.queries import get_keyring
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]
OWNER = Actor(ActorRole.SYSTEM, "system:log-disposal", "")
IN_2029 = datetime(2029, 1, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def two_years(open_for: Open, now: datetime, outside: Path) -> list[int]:
    """Sealed entries of 2026 and 2027."""
    ids = [open_for(now=now + timedelta(days=days)).entry_id for days in (0, 1, 60, 61)]
    seal_log(now=now)
    return ids


@pytest.mark.rule("C24")
@pytest.mark.parametrize(
    ("at", "keep", "due"),
    [
        (datetime(2028, 12, 31, 22, 59, 59, tzinfo=UTC), 2, False),
        (datetime(2028, 12, 31, 23, 0, tzinfo=UTC), 2, True),
        (datetime(2031, 12, 31, 22, 59, 59, tzinfo=UTC), 5, False),
        (datetime(2031, 12, 31, 23, 0, tzinfo=UTC), 5, True),
    ],
)
def test_entries_of_2026_are_due_after_the_end_of_2028_or_at_most_2031(
    at: datetime, keep: int, due: bool
) -> None:
    assert is_due(year=2026, now=at, keep_years=keep) is due


@pytest.mark.parametrize("keep", [1, 6])
def test_no_other_period_is_lawful(keep: int) -> None:
    with pytest.raises(YearNotDue):
        is_due(year=2026, now=IN_2029, keep_years=keep)


@pytest.mark.rule("C24")
def test_the_year_is_gone_and_the_rest_verifies(two_years: list[int], outside: Path) -> None:
    dispose_log_year(year=2026, actor=OWNER, now=IN_2029)
    seal_log(now=IN_2029)

    assert sorted({entry.year for entry in LogEntry.objects.all()}) == [2027, 2029]
    assert not EntrySubject.objects.filter(entry_id__lte=two_years[1]).exists()
    assert not TreeHead.objects.filter(last_entry__lte=two_years[1]).exists()
    verdict = verify_log(now=IN_2029)
    assert verdict.intact
    assert [one.disposed_at for one in verdict.years if one.year == 2026] == [IN_2029]
    assert list_missing_triggers(_audit()) == []


def _audit() -> Any:
    from django.db import connections

    return connections["audit"]


def test_its_key_is_destroyed_so_copies_name_nobody(two_years: list[int]) -> None:
    get_keyring().log_link_key(2026)

    dispose_log_year(year=2026, actor=OWNER, now=IN_2029)

    with pytest.raises(KeyringKeyDestroyed):
        get_keyring().log_link_key(2026)
    get_keyring().log_link_key(2027)


def test_its_going_is_an_entry(two_years: list[int]) -> None:
    row = dispose_log_year(year=2026, actor=OWNER, now=IN_2029)

    entry = LogEntry.objects.get(pk=row.entry_id)
    assert entry.record == "access.DisposedYear:2026"
    assert entry.details == '{"counts":{"entries":2}}'


def test_a_year_that_is_not_due_stays(two_years: list[int]) -> None:
    with pytest.raises(YearNotDue):
        dispose_log_year(year=2027, actor=OWNER, now=IN_2029)
    assert LogEntry.objects.count() == 4


def test_a_year_that_is_not_sealed_stays(
    two_years: list[int], open_for: Open, now: datetime
) -> None:
    open_for(now=now)

    with pytest.raises(YearNotDue):
        dispose_log_year(year=2026, actor=OWNER, now=IN_2029)


def test_a_year_goes_once(two_years: list[int]) -> None:
    dispose_log_year(year=2026, actor=OWNER, now=IN_2029)

    with pytest.raises(YearNotDue):
        dispose_log_year(year=2026, actor=OWNER, now=IN_2029)
    assert DisposedYear.objects.count() == 1


def test_a_year_that_went_without_a_disposal_is_missed(two_years: list[int], now: datetime) -> None:
    from records.access.triggers import install_triggers, remove_triggers

    dispose_log_year(year=2026, actor=OWNER, now=IN_2029)
    seal_log(now=IN_2029)
    assert verify_log(now=IN_2029).intact
    remove_triggers(_audit())
    with _audit().cursor() as cursor:
        cursor.execute("DELETE FROM access_disposedyear")
    install_triggers(_audit())

    problem = verify_log(now=IN_2029).problems[0]
    assert (problem.code, problem.entry_id) == (ProblemCode.TRUNCATED, two_years[0])


def test_the_command_refuses_a_year_that_is_not_due(two_years: list[int]) -> None:
    with pytest.raises(CommandError, match=r"access\.year_not_due"):
        call_command("dispose_log_year", "2199")
