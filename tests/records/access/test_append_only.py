"""Rows of the audit store are written once: the store refuses the rest, and so does the code."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from records.access.erasure_ledger import LedgerEntry, write
from records.access.errors import AppendOnly
from records.access.models import (
    EntrySubject,
    ErasureLedgerEntry,
    LogEntry,
    RestrictionEvent,
    TreeHead,
)
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store
from records.access.restriction import place_restriction
from records.access.sealing import seal_log
from records.access.triggers import KEYS, list_missing_triggers
from tests.factories import ALL_STORES, make_actor
from tests.records.access.conftest import ANA, BOR

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]
COLUMN = {
    "access_logentry": "role",
    "access_entrysubject": "entry_id",
    "access_treehead": "last_entry",
    "access_erasureledgerentry": "position",
    "access_restrictionevent": "ground",
    "access_disposedyear": "size",
}


@pytest.fixture
def filled(open_for: Open, now: datetime, outside: Path) -> None:
    """A row in every table of the audit store."""
    from records.access.models import DisposedYear

    system = make_actor(ActorRole.SYSTEM, "system:retention")
    erasing = open_for(actor=system, purpose=Purpose.RETENTION, subjects=[BOR], action=Action.ERASE)
    write(erasing, entries=[LedgerEntry(Store.IDENTITY, BOR)], now=now)
    case = open_for(
        purpose=Purpose.RIGHTS_REQUEST, action=Action.CHANGE, categories=[DataCategory.CASE]
    )
    place_restriction(case, subject=ANA, ground="accuracy", now=now)
    seal_log(now=now)
    DisposedYear.objects.create(year=2020, size=0, note="", disposed_at=now, entry_id=0)


def _refused(statement: str) -> bool:
    try:
        with transaction.atomic(using="audit"), connections["audit"].cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


@pytest.mark.parametrize("table", sorted(KEYS))
def test_the_store_refuses_update_and_delete(filled: None, table: str) -> None:
    with connections["audit"].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        before = cursor.fetchone()[0]
    assert before

    assert _refused(f"UPDATE {table} SET {COLUMN[table]} = {COLUMN[table]}")
    assert _refused(f"DELETE FROM {table}")

    with connections["audit"].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        assert cursor.fetchone()[0] == before


@pytest.mark.parametrize("table", sorted(KEYS))
def test_no_insert_replaces_a_row(filled: None, table: str) -> None:
    replace = {
        "sqlite": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "postgresql": f"TRUNCATE {table}",
    }

    assert _refused(replace[connections["audit"].vendor])


@pytest.mark.postgresql
def test_a_partition_is_not_truncated_either(filled: None) -> None:
    if connections["audit"].vendor != "postgresql":
        pytest.skip("only on PostgreSQL")
    assert _refused("TRUNCATE access_logentry_y2026")
    assert _refused("UPDATE access_logentry_y2026 SET role = role")
    assert _refused("DELETE FROM access_entrysubject_y2026")


def test_every_trigger_stands_after_the_migrations(db: None) -> None:
    assert list_missing_triggers(connections["audit"]) == []


@pytest.mark.parametrize(
    "model", [LogEntry, EntrySubject, TreeHead, ErasureLedgerEntry, RestrictionEvent]
)
def test_the_code_refuses_sooner(filled: None, model: Any) -> None:
    row = model.objects.first()

    with pytest.raises(AppendOnly):
        row.save()
    with pytest.raises(AppendOnly):
        row.delete()
    with pytest.raises(AppendOnly):
        model.objects.all().delete()
    with pytest.raises(AppendOnly):
        model.objects.update(pk=1)
    with pytest.raises(AppendOnly):
        model.objects.bulk_update([row], ["pk"])


def test_an_entry_is_not_created_around_the_writer(filled: None) -> None:
    with pytest.raises(AppendOnly):
        LogEntry.objects.create(id=1)
    with pytest.raises(AppendOnly):
        LogEntry.objects.bulk_create([LogEntry(id=1)])
    with pytest.raises(AppendOnly):
        LogEntry(id=1).save()
