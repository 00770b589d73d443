"""Keys come in one query, are kept for a while, and forgotten everywhere when one is destroyed."""

import os
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from records.access.purposes import Action, Store
from records.keys import keybox
from records.keys.errors import KeyDestroyed
from records.keys.keybox import box
from records.keys.operations import create_data_keys, destroy_data_keys, seal_values
from records.keys.queries import reveal_tuples, reveal_values
from records.keys.statements import run_direct
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.processes import run_elsewhere
from tests.records.keys.tables import Record

transactional = pytest.mark.django_db(databases=ALL_STORES, transaction=True)


def count_queries(work: Callable[[], Any]) -> dict[str, int]:
    """Return how many queries the work sent to each store; those past Django's cursor, too."""
    direct: list[str] = []

    def count(connection: Any, statement: str, values: Any) -> list[tuple[Any, ...]]:
        direct.append(connection.alias)
        return run_direct(connection, statement, values)

    with (
        CaptureQueriesContext(connections["default"]) as identity,
        CaptureQueriesContext(connections["keys"]) as keys,
        CaptureQueriesContext(connections["audit"]) as audit,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(keybox, "run_direct", count)
        work()
    return {
        "default": len(identity),
        "keys": len(keys) + direct.count("keys"),
        "audit": len(audit),
    }


def put_many(safe: Safe, count: int) -> list[Record]:
    rows = [Record(subject_id=uuid4()) for _ in range(count)]
    subjects = [row.subject_id for row in rows]
    grant = safe.open(*subjects)
    create_data_keys(grant, store=Store.IDENTITY, subjects=subjects)
    values = [{"name": f"{SECRET} {number}", "born": None} for number in range(count)]
    seal_values(grant, rows, values)
    return Record.objects.bulk_create(rows)


@transactional
@pytest.mark.parametrize("kept", [True, False])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_fifty(safe: Safe, kept: bool) -> None:
    put_many(safe, 50)

    def page(size: int) -> list[tuple[object, ...]]:
        if not kept:
            box.forget()
        rows = list(Record.objects.order_by("pk")[:size])
        return reveal_values(safe.open(*[row.subject_id for row in rows]), rows, ["name", "born"])

    page(50)
    few, many = count_queries(lambda: page(3)), count_queries(lambda: page(50))

    assert few == many
    assert many["keys"] == 1


@transactional
def test_an_export_fetches_keys_by_the_chunk(safe: Safe, monkeypatch: pytest.MonkeyPatch) -> None:
    from records.keys import queries

    put_many(safe, 50)
    monkeypatch.setattr(queries, "CHUNK_ROWS", 20)
    box.forget()
    grant = safe.open(*Record.objects.values_list("subject_id", flat=True))

    counts = count_queries(lambda: reveal_tuples(grant, Record.objects.all(), ["name"]))

    assert counts["keys"] == 3
    assert len(box) == 0


@transactional
def test_more_subjects_than_one_statement_takes_are_fetched(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = put_many(safe, 50)
    monkeypatch.setattr(keybox, "CHUNK", {"sqlite": 7, "postgresql": 7})
    box.forget()

    found = reveal_values(safe.open(*[row.subject_id for row in rows]), rows, ["name"])

    assert found == [(f"{SECRET} {number}",) for number in range(50)]


@transactional
def test_one_missing_key_among_many_is_an_error(safe: Safe) -> None:
    rows = put_many(safe, 5)
    subjects = [row.subject_id for row in rows]
    grant = safe.open(*subjects, action=Action.ERASE)
    destroy_data_keys(grant, store=Store.IDENTITY, subjects=subjects[:1])

    with pytest.raises(KeyDestroyed) as refusal:
        reveal_values(safe.open(*subjects), rows, ["name"])

    assert refusal.value.facts == {"store": "default", "subjects": 1}
    assert len(reveal_values(safe.open(*subjects), rows[1:], ["name"])) == 4


@transactional
def test_the_box_is_bounded_and_the_oldest_keys_make_room(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keybox, "MOST_KEPT", 10)
    rows = put_many(safe, 30)

    for row in rows:
        safe.reveal(row)

    assert len(box) == 10
    kept = box.get("default", [row.subject_id.bytes for row in rows])
    assert set(kept.current) == {row.subject_id.bytes for row in rows[-10:]}


@transactional
def test_an_export_does_not_push_out_the_kept_keys(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.keys import queries

    rows = put_many(safe, 30)
    box.forget()
    safe.reveal(rows[0])
    monkeypatch.setattr(queries, "CHUNK_ROWS", 20)

    reveal_values(safe.open(*[row.subject_id for row in rows]), rows, ["name"])

    assert len(box) == 1


@transactional
def test_a_kept_key_grows_too_old(safe: Safe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keybox, "KEPT_SECONDS", 0.0)
    row = safe.put()
    safe.reveal(row)

    assert box.get("default", [row.subject_id.bytes]).current == {}


@transactional
def test_a_key_that_was_destroyed_elsewhere_is_forgotten_here(safe: Safe) -> None:
    row, neighbour = safe.put(), safe.put()
    assert safe.reveal(row) == (SECRET,)
    assert row.subject_id.bytes in box.get("default", [row.subject_id.bytes]).current

    def destroy() -> int:
        grant = safe.open(row.subject_id, action=Action.ERASE)
        return destroy_data_keys(grant, store=Store.IDENTITY, subjects=[row.subject_id])

    assert run_elsewhere(destroy) == 1

    with pytest.raises(KeyDestroyed):
        safe.reveal(row)
    assert safe.reveal(neighbour) == (SECRET,)


@transactional
def test_a_process_that_kept_the_key_across_a_fork_forgets_it_too(safe: Safe) -> None:
    row = safe.put()
    safe.reveal(row)
    read_end, write_end = os.pipe()

    def wait_and_read() -> object:
        os.read(read_end, 1)
        return safe.reveal(row)

    grant = safe.open(row.subject_id, action=Action.ERASE)
    destroy_data_keys(grant, store=Store.IDENTITY, subjects=[row.subject_id])
    os.write(write_end, b"x")

    assert run_elsewhere(wait_and_read) == "KeyDestroyed"


@transactional
def test_a_key_of_a_rolled_back_transaction_is_not_kept(safe: Safe) -> None:
    subject = uuid4()
    row = Record(subject_id=subject)
    grant = safe.open(subject)

    with transaction.atomic(using="keys"):
        create_data_keys(grant, store=Store.IDENTITY, subjects=[subject])
        seal_values(grant, [row], [{"nickname": SECRET}])
        transaction.set_rollback(True, using="keys")

    with pytest.raises(KeyDestroyed):
        seal_values(grant, [row], [{"nickname": SECRET}])


@pytest.mark.django_db(databases=ALL_STORES)
def test_keys_do_not_print_themselves(safe: Safe) -> None:
    row = safe.put()
    keys = keybox.get_subject_keys(store=Store.IDENTITY, subjects={row.subject_id.bytes})

    assert "CellKey" in repr(keys.current)
    assert repr(keys.current[row.subject_id.bytes]) == "<CellKey>"
