"""Making and destroying data keys; what the key store gives away."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from records.access.errors import GrantDoesNotCover, GrantExpired, GrantNotLive
from records.access.purposes import Action, DataCategory, Store
from records.keys.errors import KeyDestroyed
from records.keys.keybox import owners
from records.keys.models import DataKey, KeyState
from records.keys.operations import create_data_keys, destroy_data_keys, seal_values
from records.keys.queries import reveal_values
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.tables import Record

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
transactional = pytest.mark.django_db(databases=ALL_STORES, transaction=True)


def key_rows(store: Store, *subjects: UUID) -> list[DataKey]:
    owner_of = owners(store)
    return list(DataKey.objects.filter(pseudonym__in=[owner_of(one.bytes) for one in subjects]))


def test_every_subject_gets_a_key_of_its_own(safe: Safe) -> None:
    subjects = [uuid4() for _ in range(5)]

    made = create_data_keys(safe.open(*subjects), store=Store.IDENTITY, subjects=subjects)

    rows = key_rows(Store.IDENTITY, *subjects)
    assert made == len(rows) == len({row.wrapped for row in rows}) == 5
    assert {(row.generation, row.epoch, row.store) for row in rows} == {(1, 1, 1)}


def test_making_keys_twice_changes_nothing(safe: Safe) -> None:
    row = safe.put()
    both = [row.subject_id, uuid4()]

    assert create_data_keys(safe.open(*both), store=Store.IDENTITY, subjects=both) == 1
    assert create_data_keys(safe.open(*both), store=Store.IDENTITY, subjects=both) == 0

    assert safe.reveal(row) == (SECRET,)
    assert create_data_keys(safe.open(*both), store=Store.IDENTITY, subjects=[]) == 0


@transactional
def test_making_keys_again_does_not_keep_the_keys_that_were_not_stored(safe: Safe) -> None:
    row = safe.put()
    both = [row.subject_id, uuid4()]

    create_data_keys(safe.open(*both), store=Store.IDENTITY, subjects=both)
    seal_values(safe.open(row.subject_id), [row], [{"nickname": "Anči"}])
    row.save()

    assert safe.reveal(Record.objects.get(), "name", "nickname") == (SECRET, "Anči")


def test_destroying_reaches_the_subject_and_nobody_else(safe: Safe) -> None:
    row, neighbour = safe.put(), safe.put()
    receipt = safe.put_receipt(wallet=row.subject_id)
    grant = safe.open(row.subject_id, action=Action.ERASE)

    assert destroy_data_keys(grant, store=Store.IDENTITY, subjects=[row.subject_id]) == 1
    assert destroy_data_keys(grant, store=Store.IDENTITY, subjects=[row.subject_id]) == 0

    with pytest.raises(KeyDestroyed):
        safe.reveal(row)
    with pytest.raises(KeyDestroyed):
        seal_values(safe.open(row.subject_id), [row], [{"nickname": "x"}])
    assert safe.reveal(neighbour) == (SECRET,)
    assert safe.reveal(receipt) == (SECRET,)


def test_destroying_changes_the_state_of_the_key_store(safe: Safe) -> None:
    row = safe.put()
    grant = safe.open(row.subject_id, action=Action.ERASE)

    destroy_data_keys(grant, store=Store.IDENTITY, subjects=[row.subject_id])
    first = KeyState.objects.get().version
    destroy_data_keys(grant, store=Store.IDENTITY, subjects=[row.subject_id])

    assert KeyState.objects.get().version != first


# -- The Grant


def test_a_grant_for_somebody_else_does_nothing(safe: Safe) -> None:
    row, other = safe.put(), safe.put()
    grant = safe.open(other.subject_id)
    subjects = [row.subject_id]

    with pytest.raises(GrantDoesNotCover):
        reveal_values(grant, [row], ["name"])
    with pytest.raises(GrantDoesNotCover):
        reveal_values(grant, [other, row], ["name"])
    with pytest.raises(GrantDoesNotCover):
        seal_values(grant, [row], [{"nickname": "x"}])
    with pytest.raises(GrantDoesNotCover):
        create_data_keys(grant, store=Store.IDENTITY, subjects=subjects)
    with pytest.raises(GrantDoesNotCover):
        destroy_data_keys(grant, store=Store.IDENTITY, subjects=subjects)
    assert safe.reveal(row) == (SECRET,)


def test_a_grant_for_another_category_does_not_reveal(safe: Safe) -> None:
    row = safe.put()
    grant = safe.open(row.subject_id, categories=[DataCategory.NAME])

    assert reveal_values(grant, [row], ["name"]) == [(SECRET,)]
    with pytest.raises(GrantDoesNotCover):
        reveal_values(grant, [row], ["name", "born"])
    with pytest.raises(GrantDoesNotCover):
        seal_values(grant, [row], [{"extra": 1}])


def test_a_grant_for_another_store_does_not_reveal(safe: Safe) -> None:
    receipt = safe.put_receipt()

    with pytest.raises(GrantDoesNotCover):
        reveal_values(safe.open(receipt.wallet), [receipt], ["name"])


def test_an_expired_grant_does_not_reveal(safe: Safe) -> None:
    row = safe.put()
    grant = safe.open(row.subject_id)
    object.__setattr__(grant, "_expires", 0.0)

    with pytest.raises(GrantExpired):
        reveal_values(grant, [row], ["name"])


def test_a_made_up_grant_does_not_reveal(safe: Safe) -> None:
    from records.access.grants import Grant

    row = safe.put()
    real = safe.open(row.subject_id)
    forged = object.__new__(Grant)
    for name in ("_covered", "_expires", "categories", "subjects", "entry_id"):
        object.__setattr__(forged, name, getattr(real, name))

    with pytest.raises(GrantNotLive):
        reveal_values(forged, [row], ["name"])


# -- What the key store gives away


def dump(alias: str) -> bytes:
    """Return every value of every table of the store."""
    connection = connections[alias]
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    raw = value.bytes if isinstance(value, UUID) else value
                    parts.append(raw if isinstance(raw, bytes) else str(raw).encode())
    return b"\n".join(parts)


def test_key_rows_share_nothing_with_the_rows_they_open(safe: Safe) -> None:
    rows = [safe.put(), safe.put_receipt()]
    subjects = [rows[0].subject_id, rows[1].wallet]
    keys = dump("keys")

    for row, subject in zip(rows, subjects, strict=True):
        for identifier in (row.pk, subject):
            for written in (identifier.bytes, identifier.hex.encode(), str(identifier).encode()):
                assert written not in keys
        assert row.__dict__["name"][17:33] not in keys
    for key in DataKey.objects.all():
        for alias in ("default", "payments"):
            assert bytes(key.pseudonym) not in dump(alias)
            assert UUID(bytes=bytes(key.pseudonym)).hex.encode() not in dump(alias)
            assert bytes(key.wrapped) not in dump(alias)


def test_the_same_subject_has_unrelated_names_in_the_two_stores(safe: Safe) -> None:
    row = safe.put()
    safe.put_receipt(wallet=row.subject_id)

    (identity,), (payments,) = (
        key_rows(store, row.subject_id) for store in (Store.IDENTITY, Store.PAYMENTS)
    )

    assert identity.pseudonym != payments.pseudonym
    assert identity.wrapped != payments.wrapped


def test_key_rows_have_no_running_number_and_no_time() -> None:
    types = {field.get_internal_type() for field in DataKey._meta.concrete_fields}

    assert not types & {"AutoField", "BigAutoField", "DateTimeField"}


def test_sqlite_keeps_no_order_of_creation(safe: Safe) -> None:
    if connections["keys"].vendor != "sqlite":
        return  # docs/adr/0004 says what PostgreSQL's heap tells until the next roll
    with connections["keys"].cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'keys_datakey'")
        assert cursor.fetchone()[0].endswith("WITHOUT ROWID")
    for _ in range(20):
        safe.put()

    with connections["keys"].cursor() as cursor:
        cursor.execute("SELECT pseudonym FROM keys_datakey")
        order = [row[0] for row in cursor.fetchall()]

    assert order == sorted(order)


@transactional
def test_no_destroyed_key_is_left_in_any_file_of_an_sqlite_store(safe: Safe) -> None:
    connection: Any = connections["keys"]
    if connection.vendor != "sqlite":
        return  # there the end of the KEK epoch destroys what the files keep
    rows = [safe.put() for _ in range(40)]
    wrapped = [bytes(key_rows(Store.IDENTITY, row.subject_id)[0].wrapped) for row in rows]
    path = Path(connection.settings_dict["NAME"])
    files = [path, path.with_name(f"{path.name}-wal")]

    def found(keys: list[bytes]) -> int:
        everything = b"".join(file.read_bytes() for file in files if file.exists())
        return sum(key in everything for key in keys)

    assert found(wrapped) == 40
    gone = [row.subject_id for row in rows[:25]]
    destroy_data_keys(safe.open(*gone, action=Action.ERASE), store=Store.IDENTITY, subjects=gone)

    assert found(wrapped[:25]) == 0
    assert found(wrapped[25:]) == 15
    assert safe.reveal(rows[30]) == (SECRET,)
