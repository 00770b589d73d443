"""The sweep seals every committed entry, once, whatever the order in which writers commit."""

import json
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connections

from records.access import sealing
from records.access.errors import SealingBusy
from records.access.models import EntrySubject, LogEntry, TreeHead
from records.access.sealing import seal_log
from records.access.tasks import seal_log as sweep
from records.access.triggers import HORIZON_LOCK, SEALER_LOCK
from records.access.verification import verify_log
from records.crypto.checkpoints import parse_checkpoint, verify
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]
WRITERS, ENTRIES_EACH = 8, 60


def test_every_entry_is_sealed_once(open_for: Open, now: datetime, outside: Path) -> None:
    open_for()
    open_for()
    assert [one.entries for one in seal_log(now=now)] == [2]
    assert seal_log(now=now) == []
    open_for()
    assert [(one.size, one.entries) for one in seal_log(now=now)] == [(3, 1)]


def test_each_year_has_a_tree_of_its_own(open_for: Open, now: datetime, outside: Path) -> None:
    open_for()
    open_for(now=now + timedelta(days=60))
    open_for(now=now - timedelta(days=3650))

    assert [(one.year, one.size) for one in seal_log(now=now)] == [(2016, 1), (2026, 1), (2027, 1)]


def test_batches_are_bounded(
    open_for: Open, now: datetime, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 2)
    for _ in range(5):
        open_for()

    assert [one.entries for one in seal_log(now=now)] == [2, 2, 1]
    assert verify_log(now=now).intact


def test_a_batch_calls_for_a_bounded_number_of_index_rows(
    open_for: Open, now: datetime, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "INDEX_ROWS", 5)
    for people in (2, 3, 1, 7, 1):
        open_for(subjects=[uuid4() for _ in range(people)])

    assert [one.entries for one in seal_log(now=now)] == [2, 1, 1, 1]
    assert EntrySubject.objects.count() == 14
    assert verify_log(now=now).intact


def test_the_index_rows_come_with_the_head(open_for: Open, now: datetime, outside: Path) -> None:
    entry_id = open_for(subjects=[uuid4(), uuid4()]).entry_id
    assert not EntrySubject.objects.exists()

    seal_log(now=now)

    rows = EntrySubject.objects.filter(entry_id=entry_id).order_by("subject")
    entry = LogEntry.objects.get(pk=entry_id)
    assert b"".join(row.subject.bytes for row in rows) == bytes(entry.subjects)


def test_index_rows_that_stand_already_do_not_stop_the_sweep(
    open_for: Open, now: datetime, outside: Path
) -> None:
    """An older version wrote them with the entry; and whoever may insert must not stop it."""
    entry = LogEntry.objects.get(pk=open_for(subjects=[uuid4(), uuid4()]).entry_id)
    name = UUID(bytes=bytes(entry.subjects)[:16])
    EntrySubject.objects.create(subject=name, entry_id=entry.id)

    assert [one.entries for one in seal_log(now=now)] == [1]

    assert EntrySubject.objects.count() == 2
    assert verify_log(now=now).intact


def test_the_head_is_signed_and_every_controller_has_it(
    open_for: Open, now: datetime, outside: Path, keyring: Any
) -> None:
    open_for()
    seal_log(now=now)

    key = keyring.log_signing_key()
    for controller in ("novo-mesto", "nova-gorica"):
        (line,) = (outside / "heads" / f"{controller}.jsonl").read_text().splitlines()
        body = verify(json.loads(line)["note"], name=key.name, public_key=key.public_key)
        point = parse_checkpoint(body)
        assert (point.origin, point.size) == ("varuh-log/2026", 1)


def test_a_sweep_killed_between_store_and_files_is_caught_up(
    open_for: Open, now: datetime, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_for()
    with monkeypatch.context() as killed:
        killed.setattr(sealing, "write_heads_files", lambda **_years: 0)
        seal_log(now=now)
    assert not (outside / "heads").exists()

    seal_log(now=now)

    assert len((outside / "heads" / "nova-gorica.jsonl").read_text().splitlines()) == 1


def _address() -> str:
    connections["audit"].ensure_connection()
    return str(connections["audit"].connection.info.dsn)


APPEND = (
    "SELECT access_append(%s, now(), 0, 3, 2, 2, 1, %s, %s, %s, ''::bytea, 'x', NULL, NULL, NULL,"
    " '{}')"
)


def _write(address: str, done: list[int], seed: int) -> None:
    chance = random.Random(seed)
    with psycopg.connect(address) as writer:
        for _ in range(ENTRIES_EACH):
            one = uuid4()
            row = writer.execute(APPEND, (2026 << 40, one, one, one)).fetchone()
            time.sleep(chance.random() * 0.02)
            writer.commit()
            assert row is not None
            done.append(row[0])


@pytest.mark.postgresql
@pytest.mark.django_db(databases=ALL_STORES, transaction=True)
def test_no_entry_is_missed_while_eight_writers_commit_out_of_order(
    keyring: Any, now: datetime, outside: Path
) -> None:
    """The sealer's horizon misses none; `id > last`, looking at the same writers, does miss
    some.
    """
    if connections["audit"].vendor != "postgresql":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    address = _address()
    done: list[int] = []
    naive: set[int] = set()
    over = threading.Event()

    def look_naively() -> None:
        last = 0
        with psycopg.connect(address, autocommit=True) as looker:
            while not over.is_set():
                found = looker.execute(
                    "SELECT id FROM access_logentry WHERE id > %s ORDER BY id", (last,)
                ).fetchall()
                naive.update(row[0] for row in found)
                last = max([last, *(row[0] for row in found)])

    writers = [
        threading.Thread(target=_write, args=(address, done, seed)) for seed in range(WRITERS)
    ]
    looker = threading.Thread(target=look_naively)
    for thread in (looker, *writers):
        thread.start()
    sealed = 0
    while any(writer.is_alive() for writer in writers):
        sealed += sum(one.entries for one in seal_log(now=now))
        time.sleep(0.01)
    over.set()
    for thread in (looker, *writers):
        thread.join()
    sealed += sum(one.entries for one in seal_log(now=now))

    assert len(done) == WRITERS * ENTRIES_EACH == LogEntry.objects.count()
    assert sealed == len(done)
    heads = TreeHead.objects.order_by("id")
    assert len(heads) > 3, "the sweep ran while they wrote"
    assert sum(len(head.leaves) // 32 for head in heads) == len(done)
    assert not set(done) <= naive, "the naive look missed none, so this shows nothing"


@pytest.mark.postgresql
@pytest.mark.django_db(databases=ALL_STORES, transaction=True)
def test_a_writer_that_keeps_its_transaction_open_makes_the_sweep_wait_not_err(
    open_for: Open, now: datetime, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connections["audit"].vendor != "postgresql":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    monkeypatch.setattr(sealing, "HORIZON_WAIT_MILLISECONDS", 50)
    open_for()
    with psycopg.connect(_address()) as writer:
        one = uuid4()
        writer.execute(APPEND, (2026 << 40, one, one, one))

        with pytest.raises(SealingBusy):
            seal_log(now=now)
        assert sweep(now) == 0

        writer.commit()

    assert sweep(now) == 2


@pytest.mark.postgresql
@pytest.mark.django_db(databases=ALL_STORES, transaction=True)
def test_two_sweeps_do_not_seal_at_once(open_for: Open, now: datetime, outside: Path) -> None:
    if connections["audit"].vendor != "postgresql":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    open_for()
    with psycopg.connect(_address()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", SEALER_LOCK)

        with pytest.raises(SealingBusy):
            seal_log(now=now)

        other.rollback()

    assert sweep(now) == 1


@pytest.mark.postgresql
def test_the_horizon_is_held_by_the_store_itself(open_for: Open) -> None:
    """Whoever inserts takes the lock, also around our own function."""
    if connections["audit"].vendor != "postgresql":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    open_for()

    with connections["audit"].cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
            " AND classid = %s AND objid = %s AND pid = pg_backend_pid()",
            HORIZON_LOCK,
        )
        assert cursor.fetchone()[0] == 1
