"""The erasure ledger survives the restoring of any store, and shows which store is behind."""

import json
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from records.access import erasure_ledger
from records.access.erasure_ledger import (
    LedgerEntry,
    is_behind,
    list_marks,
    mark_of,
    positions,
    record_applied,
    restore_rows_from_file,
    write,
)
from records.access.errors import GrantDoesNotCover, LedgerUnavailable
from records.access.models import ErasureLedgerEntry
from records.access.purposes import Action, ActorRole, Purpose, Store
from tests.factories import ALL_STORES, make_actor
from tests.records.access.conftest import ANA, BOR

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]
ENTRIES = (LedgerEntry(Store.IDENTITY, ANA), LedgerEntry(Store.PAYMENTS, BOR))


@pytest.fixture
def erasing(open_for: Open, outside: Path) -> Any:
    """A Grant to erase."""
    return open_for(
        actor=make_actor(ActorRole.SYSTEM, "system:retention"),
        purpose=Purpose.RETENTION,
        action=Action.ERASE,
    )


def _file(outside: Path) -> Path:
    return outside / "ledger" / "erasure.jsonl"


def test_a_mark_stands_in_the_store_and_in_the_file(
    erasing: Any, now: datetime, outside: Path
) -> None:
    assert write(erasing, entries=ENTRIES, now=now) == 2

    marks = {mark_of(entry).hex for entry in ENTRIES}
    assert {row.mark.hex for row in ErasureLedgerEntry.objects.all()} == marks
    lines = [json.loads(line) for line in _file(outside).read_text().splitlines()]
    assert {line["mark"] for line in lines} == marks
    assert ANA.hex not in _file(outside).read_text()
    assert stat.S_IMODE(_file(outside).stat().st_mode) == 0o600


def test_writing_twice_gives_no_second_position(erasing: Any, now: datetime) -> None:
    assert write(erasing, entries=ENTRIES, now=now) == write(erasing, entries=ENTRIES, now=now) == 2

    assert ErasureLedgerEntry.objects.count() == 2
    assert len(list_marks(store=Store.IDENTITY)) == 1


def test_it_takes_a_grant_to_erase(open_for: Open, now: datetime, outside: Path) -> None:
    with pytest.raises(GrantDoesNotCover):
        write(open_for(), entries=ENTRIES, now=now)
    assert not _file(outside).exists()


def test_a_store_is_behind_until_it_has_applied_the_ledger(erasing: Any, now: datetime) -> None:
    assert not is_behind(Store.IDENTITY)
    write(erasing, entries=ENTRIES, now=now)
    assert is_behind(Store.IDENTITY)

    record_applied(store=Store.IDENTITY, position=positions()[Store.IDENTITY])

    assert not is_behind(Store.IDENTITY)
    assert is_behind(Store.PAYMENTS)


def test_a_position_never_goes_back(erasing: Any, now: datetime) -> None:
    write(erasing, entries=ENTRIES, now=now)
    record_applied(store=Store.PAYMENTS, position=2)

    record_applied(store=Store.PAYMENTS, position=1)

    assert erasure_ledger.applied_position(Store.PAYMENTS) == 2


def test_a_restored_audit_store_does_not_make_the_ledger_forget(
    erasing: Any, open_for: Open, now: datetime, outside: Path
) -> None:
    file = _file(outside)
    write(erasing, entries=ENTRIES, now=now)
    marks = [mark_of(entry) for entry in ENTRIES]
    lost = LedgerEntry(Store.IDENTITY, BOR)
    line = {
        "position": 7,
        "store": "default",
        "mark": mark_of(lost).hex,
        "written_at": now.isoformat(),
    }
    with file.open("a") as ledger:
        ledger.write(json.dumps(line) + "\n")

    assert positions()[Store.IDENTITY] == 7
    assert restore_rows_from_file(now=now) == 1
    assert restore_rows_from_file(now=now) == 0
    assert ErasureLedgerEntry.objects.filter(mark__in=[*marks, mark_of(lost)]).count() == 3
    fresh = LedgerEntry(Store.KEYS, BOR)
    assert write(erasing, entries=[fresh], now=now) == 8


def test_a_torn_line_is_written_again(erasing: Any, now: datetime, outside: Path) -> None:
    write(erasing, entries=ENTRIES, now=now)
    file = _file(outside)
    file.write_text(file.read_text()[:-20])

    write(erasing, entries=ENTRIES, now=now)

    whole = [json.loads(line) for line in file.read_text().splitlines() if line.endswith("}")]
    assert {line["position"] for line in whole} == {1, 2}


def test_a_file_that_cannot_be_written_stops_the_erasure(
    erasing: Any, now: datetime, outside: Path
) -> None:
    _file(outside).mkdir(parents=True)

    with pytest.raises(LedgerUnavailable):
        write(erasing, entries=ENTRIES, now=now)


def test_the_mark_differs_by_store(keyring: Any) -> None:
    assert mark_of(LedgerEntry(Store.IDENTITY, ANA)) != mark_of(LedgerEntry(Store.PAYMENTS, ANA))
