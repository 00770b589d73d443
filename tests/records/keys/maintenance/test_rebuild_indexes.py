"""Rebuilding blind indexes: everything is found before, during and after, whenever it is killed."""

from collections.abc import Collection
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from records.access.errors import AccessRefused
from records.access.grants import Grant
from records.access.purposes import Action, DataCategory, Store
from records.keyring.queries import LOOK_AGAIN_SECONDS, get_keyring
from records.keys.keybox import box
from records.keys.maintenance import indexes, rebuild_indexes
from records.keys.models import IndexRebuild
from records.keys.operations import destroy_data_keys
from records.keys.queries import index_value
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.processes import KilledAfter, run_elsewhere
from tests.records.keys.tables import OtherRecord, Record

database = pytest.mark.django_db(databases=ALL_STORES)
transactional = pytest.mark.django_db(databases=ALL_STORES, transaction=True)

BORN = date(1984, 2, 29)
LATER = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "SETTLE_SECONDS", 0.0)


def rebuild(safe: Safe, **changes: Any) -> Any:
    def open_it(subjects: Collection[UUID], categories: Collection[DataCategory]) -> Grant:
        return safe.open(*subjects, categories=categories)

    arguments: dict[str, Any] = {
        "store": Store.IDENTITY,
        "now": safe.now,
        "open_gate": open_it,
        "models": [Record, OtherRecord],
    }
    return rebuild_indexes(**(arguments | changes))


def put_many(safe: Safe, count: int) -> list[Record]:
    return [safe.put(name=f"Ana {number}", phone=f"04000{number:04}") for number in range(count)]


def found(safe: Safe, count: int) -> int:
    """Return how many of the people are found by both their indexes."""
    grant = safe.search()
    return sum(
        Record.objects.filter(
            person_index=index_value(grant, Record, "person_index", f"Ana {number}", BORN),
            phone_index=index_value(grant, Record, "phone_index", f"04000{number:04}"),
        ).count()
        for number in range(count)
    )


def versions() -> list[int]:
    return get_keyring().index_versions(Store.IDENTITY)


@database
def test_two_runs_bring_a_new_version_and_destroy_the_old_one(safe: Safe) -> None:
    put_many(safe, 12)
    before = set(Record.objects.values_list("person_index", flat=True))

    first = rebuild(safe)
    assert (first.version, first.started, first.changed, first.retired) == (2, True, 12, ())
    assert first.due_at == safe.now + LATER
    assert versions() == [1, 2]
    assert found(safe, 12) == 12
    second = rebuild(safe, now=safe.now + LATER)

    assert (second.started, second.changed, second.skipped, second.retired) == (False, 0, 0, (1,))
    assert versions() == [2]
    assert not before & set(Record.objects.values_list("person_index", flat=True))
    assert found(safe, 12) == 12
    assert IndexRebuild.objects.count() == 0


@database
def test_no_row_changes_before_every_process_knows_the_new_version(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_many(safe, 3)
    waited: list[int] = []
    before = list(Record.objects.order_by("pk").values_list("person_index", flat=True))

    def look(_seconds: float) -> None:
        assert versions() == [1, 2]
        assert list(Record.objects.order_by("pk").values_list("person_index", flat=True)) == before
        waited.append(1)

    monkeypatch.setattr(indexes, "sleep", look)
    rebuild(safe)
    rebuild(safe)

    assert waited == [1]


@database
def test_a_run_too_early_changes_nothing(safe: Safe) -> None:
    put_many(safe, 3)
    rebuild(safe)

    report = rebuild(safe, now=safe.now + LATER - timedelta(seconds=1))

    assert (report.changed, report.retired) == (0, ())
    assert versions() == [1, 2]


@database
def test_rows_are_found_while_only_some_are_rebuilt(safe: Safe) -> None:
    from records.keyring.operations import start_index_version

    put_many(safe, 4)
    start_index_version(store=Store.IDENTITY, now=safe.now)
    safe.put(name="Ana 4", phone="040000004")

    assert found(safe, 5) == 5
    grant = safe.search()
    wanted = [index_value(grant, Record, "person_index", f"Ana {n}", BORN) for n in range(5)]
    assert Record.objects.filter(person_index__in=wanted).count() == 5


@database
def test_a_row_saved_late_with_an_old_index_is_caught_by_the_second_pass(safe: Safe) -> None:
    rows = put_many(safe, 3)
    rebuild(safe)
    rows[1].save()  # an instance loaded before; it puts the old index back

    report = rebuild(safe, now=safe.now + LATER)

    assert (report.changed, report.retired) == (1, (1,))
    assert found(safe, 3) == 3


@database
def test_a_row_whose_key_is_destroyed_is_left_out_and_holds_the_old_version(safe: Safe) -> None:
    rows = put_many(safe, 3)
    subject = rows[0].subject_id
    grant = safe.open(subject, action=Action.ERASE)
    destroy_data_keys(grant, store=Store.IDENTITY, subjects=[subject])

    rebuild(safe)
    held = rebuild(safe, now=safe.now + LATER)
    assert (held.skipped, held.retired) == (1, ())
    assert versions() == [1, 2]
    Record.objects.filter(subject_id=subject).delete()
    freed = rebuild(safe, now=safe.now + LATER)

    assert (freed.skipped, freed.retired) == (0, (1,))
    assert versions() == [2]


@database
def test_a_row_that_the_gate_keeps_shut_is_left_out_and_the_others_are_not(safe: Safe) -> None:
    rows = put_many(safe, 5)
    shut = rows[2].subject_id

    def open_it(subjects: Collection[UUID], categories: Collection[DataCategory]) -> Grant:
        if shut in subjects:
            raise AccessRefused
        return safe.open(*subjects, categories=categories)

    report = rebuild(safe, open_gate=open_it)

    assert (report.changed, report.skipped) == (4, 1)
    assert found(safe, 5) == 5


@database
def test_tables_of_more_rows_than_a_batch_are_gone_through(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "BATCH", 1)
    monkeypatch.setattr(indexes, "PARTS", 256)
    rows = put_many(safe, 4)
    same_part = UUID(bytes=rows[0].pk.bytes[:1] + rows[1].pk.bytes[1:])
    copy = Record(pk=same_part, subject_id=rows[1].subject_id)
    from records.keys.operations import seal_values

    values = {"name": "Ana 9", "born": BORN, "phone": "040000009"}
    seal_values(safe.open(copy.subject_id), [copy], [values])
    copy.save(force_insert=True)

    assert rebuild(safe).changed == 5


@transactional
@pytest.mark.parametrize("calls", [1, 120, 255])
def test_a_killed_rebuild_is_finished_by_the_next_run(
    safe: Safe, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    monkeypatch.setattr(indexes, "SETTLE_SECONDS", 2 * LOOK_AGAIN_SECONDS)
    put_many(safe, 12)

    assert run_elsewhere(lambda: rebuild(safe, progress=KilledAfter(calls))) == "SIGKILL"
    box.forget()
    assert found(safe, 12) == 12
    assert IndexRebuild.objects.get().done_parts == calls

    seen: list[int] = []
    report = rebuild(safe, progress=lambda done, _total: seen.append(done))
    assert (report.version, report.started) == (2, False)
    assert len(seen) == 256 - calls
    assert (
        run_elsewhere(lambda: rebuild(safe, now=safe.now + LATER, progress=KilledAfter(7)))
        == "SIGKILL"
    )
    rebuild(safe, now=safe.now + LATER)

    assert versions() == [2]
    assert found(safe, 12) == 12


@transactional
@pytest.mark.usefixtures("_installed")
def test_the_command_rebuilds(safe: Safe) -> None:
    put_many(safe, 2)
    written = StringIO()

    call_command("rebuild_indexes", "--store=default", stdout=written, verbosity=0)

    assert "default: version 2, 2 rows changed, 0 left out" in written.getvalue()
    assert found(safe, 2) == 2
    assert SECRET not in written.getvalue()
