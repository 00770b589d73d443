"""Tampering in the database, by name: a cell opens in its own place, whole, and nowhere else."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction

from records.access.purposes import Store
from records.crypto.errors import CannotOpen
from records.keys.errors import KeyDestroyed
from records.keys.keybox import box, owners
from records.keys.models import DataKey
from records.keys.operations import create_data_keys, seal_values
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.tables import OtherRecord, Receipt, Record

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


def read_cell(row: Any, column: str = "name") -> bytes:
    """Return what really stands in the column."""
    alias = "payments" if isinstance(row, Receipt) else "default"
    with connections[alias].cursor() as cursor:
        table = row._meta.db_table
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [_key(row, alias)])
        return bytes(cursor.fetchone()[0])


def write_cell(row: Any, cell: object, column: str = "name") -> Any:
    """Put something into the column behind Django's back, and load the row anew."""
    alias = "payments" if isinstance(row, Receipt) else "default"
    with connections[alias].cursor() as cursor:
        table = row._meta.db_table
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [cell, _key(row, alias)])
    return type(row).objects.get(pk=row.pk)


def _key(row: Any, alias: str) -> object:
    return row.pk.hex if connections[alias].vendor == "sqlite" else row.pk


def other_record(safe: Safe, row: Record) -> OtherRecord:
    """Save the same subject's row with the same id in another table."""
    other = OtherRecord(pk=row.pk, subject_id=row.subject_id)
    seal_values(safe.open(row.subject_id), [other], [{"name": SECRET}])
    other.save()
    return other


def test_the_untouched_cell_opens(safe: Safe) -> None:
    row = safe.put()

    assert safe.reveal(write_cell(row, read_cell(row))) == (SECRET,)


def test_a_cell_moved_to_another_row_of_the_subject_does_not_open(safe: Safe) -> None:
    row = safe.put()
    other = safe.put(row.subject_id)

    with pytest.raises(CannotOpen):
        safe.reveal(write_cell(row, read_cell(other)))


def test_a_cell_moved_to_another_column_does_not_open(safe: Safe) -> None:
    row = safe.put(nickname="Anči")

    with pytest.raises(CannotOpen):
        safe.reveal(write_cell(row, read_cell(row, "name"), "nickname"), "nickname")


def test_a_cell_of_another_subject_does_not_open(safe: Safe) -> None:
    row, other = safe.put(), safe.put()

    with pytest.raises(CannotOpen):
        safe.reveal(write_cell(row, read_cell(other)))


def test_a_row_given_to_another_subject_does_not_open(safe: Safe) -> None:
    row, other = safe.put(), safe.put()
    Record.objects.filter(pk=row.pk).update(subject_id=other.subject_id)

    with pytest.raises(CannotOpen):
        safe.reveal(Record.objects.get(pk=row.pk))


def test_a_cell_moved_to_another_table_does_not_open(safe: Safe) -> None:
    row = safe.put()
    other = other_record(safe, row)

    assert safe.reveal(other) == (SECRET,)
    with pytest.raises(CannotOpen):
        safe.reveal(write_cell(row, read_cell(other)))


def test_a_cell_moved_to_another_store_does_not_open(safe: Safe) -> None:
    row = safe.put()
    receipt = safe.put_receipt(wallet=row.subject_id)

    here, there = read_cell(row), read_cell(receipt)

    assert safe.reveal(receipt) == (SECRET,)
    with pytest.raises(CannotOpen):
        safe.reveal(write_cell(row, there))
    with pytest.raises(CannotOpen):
        safe.reveal(write_cell(receipt, here))


def _changed(cell: bytes, position: int) -> bytes:
    return cell[:position] + bytes((cell[position] ^ 1,)) + cell[position + 1 :]


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another generation": lambda cell: _changed(cell, 4),
    "another nonce": lambda cell: _changed(cell, 5),
    "another first byte": lambda cell: _changed(cell, 17),
    "another tag": lambda cell: _changed(cell, len(cell) - 1),
    "longer": lambda cell: cell + b"\x00",
    "another bucket": lambda cell: cell + bytes(32),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_cell_does_not_open(safe: Safe, change: Callable[[bytes], bytes]) -> None:
    row = safe.put()

    with pytest.raises(CannotOpen):
        safe.reveal(write_cell(row, change(read_cell(row))))


@pytest.mark.parametrize(
    "junk",
    [b"", b"\x01", SECRET.encode(), b"\x02" + bytes(80), b"\x01" * 60],
    ids=["empty", "a byte", "plaintext", "another format", "truncated"],
)
def test_the_database_refuses_what_cannot_be_a_cell(safe: Safe, junk: bytes) -> None:
    row = safe.put()

    with pytest.raises(IntegrityError), transaction.atomic():
        write_cell(row, junk)

    assert safe.reveal(row) == (SECRET,)


def test_a_truncated_cell_of_some_length_does_not_open(safe: Safe) -> None:
    row = safe.put(nickname="x" * 100)

    with pytest.raises(CannotOpen):
        safe.reveal(write_cell(row, read_cell(row, "nickname")[:-1], "nickname"), "nickname")


@pytest.mark.parametrize("planted", [SECRET, SECRET.encode(), b"", "", 0, b"\x01" * 65])
def test_plaintext_planted_in_a_column_never_comes_out(safe: Safe, planted: object) -> None:
    """SQLite lets its constraints be switched off; a row then looks like this when it is read."""
    row = safe.put()
    row.__dict__["name"] = planted

    with pytest.raises(CannotOpen):
        safe.reveal(row)
    assert repr(row.name) == "<sealed>"
    assert str(row.name) == "<sealed>"


def test_plaintext_in_an_unconstrained_sqlite_column_never_comes_out(safe: Safe) -> None:
    if connections["default"].vendor != "sqlite":
        return  # PostgreSQL has no switch; the constraint itself is tested above
    row = safe.put()
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            row = write_cell(row, SECRET)
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")

    with pytest.raises(CannotOpen):
        safe.reveal(row)
    assert repr(row.name) == "<sealed>"
    assert repr(Record.objects.values("name").get()) == "{'name': <sealed>}"


# -- Key rows


def key_row(subject: Any, store: Store = Store.IDENTITY) -> Any:
    """Return the subject's key row, as a query to change it by."""
    return DataKey.objects.filter(pseudonym=owners(store)(subject.bytes))


def test_another_key_of_the_right_form_does_not_open_the_cell(safe: Safe) -> None:
    row = safe.put()
    key_row(row.subject_id).delete()
    create_data_keys(safe.open(row.subject_id), store=Store.IDENTITY, subjects=[row.subject_id])

    with pytest.raises(CannotOpen):
        safe.reveal(row)


def test_a_wrapped_key_moved_to_another_subject_does_not_unwrap(safe: Safe) -> None:
    row, other = safe.put(), safe.put()
    wrapped = key_row(other.subject_id).get().wrapped
    key_row(row.subject_id).update(wrapped=wrapped)

    with pytest.raises(CannotOpen):
        safe.reveal(row)


def test_a_key_of_the_other_store_does_not_unwrap(safe: Safe) -> None:
    row = safe.put()
    receipt = safe.put_receipt(wallet=row.subject_id)
    wrapped = key_row(receipt.wallet, Store.PAYMENTS).get().wrapped
    key_row(row.subject_id).update(wrapped=wrapped)

    with pytest.raises(CannotOpen):
        safe.reveal(row)


def test_a_key_under_another_epoch_does_not_unwrap(safe: Safe) -> None:
    from records.keyring.errors import KeyringRefused
    from records.keyring.operations import start_kek_epoch

    row = safe.put()
    key_row(row.subject_id).update(epoch=2)
    with pytest.raises(KeyringRefused):
        safe.reveal(row)

    start_kek_epoch(store=Store.IDENTITY, now=safe.now)
    with pytest.raises(CannotOpen):
        safe.reveal(row)


def test_a_key_under_another_generation_does_not_unwrap(safe: Safe) -> None:
    row = safe.put()
    key_row(row.subject_id).update(generation=2)

    with pytest.raises(CannotOpen):
        safe.reveal(row)


def test_a_truncated_wrapped_key_does_not_unwrap(safe: Safe) -> None:
    row = safe.put()
    key_row(row.subject_id).update(wrapped=key_row(row.subject_id).get().wrapped[:-1])

    with pytest.raises(CannotOpen):
        safe.reveal(row)


def test_a_subject_without_a_key_is_destroyed_and_not_garbage(safe: Safe) -> None:
    row = safe.put()
    Record.objects.filter(pk=row.pk).update(subject_id=uuid4())

    with pytest.raises(KeyDestroyed):
        safe.reveal(Record.objects.get(pk=row.pk))


def test_the_root_key_of_another_keyring_opens_nothing(
    safe: Safe, settings: Any, tmp_path: Any
) -> None:
    from records.keyring.operations import create_missing

    row = safe.put()
    grant = safe.open(row.subject_id)
    settings.KEY_FILE = tmp_path / "other" / "varuh.keys"
    create_missing(now=safe.now)
    box.forget()

    from records.keys.queries import reveal_values

    with pytest.raises(KeyDestroyed):  # not even the pseudonym of the key row is known
        reveal_values(grant, [row], ["name"])
