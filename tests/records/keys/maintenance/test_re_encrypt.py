"""Re-encrypting a subject: every cell under a new key, nothing lost, the old key gone when due."""

import os
import signal
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from records.access.purposes import Action, Store
from records.crypto.cells import generation_of
from records.crypto.errors import CannotOpen
from records.keys.errors import KeyDestroyed
from records.keys.keybox import box, owners
from records.keys.maintenance import re_encrypt_subject, subjects
from records.keys.models import DataKey
from records.keys.operations import destroy_data_keys, seal_values
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.processes import run_elsewhere
from tests.records.keys.tables import OtherRecord, Record

database = pytest.mark.django_db(databases=ALL_STORES)
transactional = pytest.mark.django_db(databases=ALL_STORES, transaction=True)

MODELS = [Record, OtherRecord]
LATER = timedelta(days=2)


def re_encrypt(safe: Safe, subject: Any, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "store": Store.IDENTITY,
        "subject": subject,
        "now": safe.now,
        "models": MODELS,
    }
    return re_encrypt_subject(safe.open(subject), **(arguments | changes))


def generations(subject: Any) -> set[int]:
    rows = Record.objects.filter(subject_id=subject)
    return {generation_of(row.__dict__["name"]) for row in rows}


def key_count(subject: Any) -> int:
    return DataKey.objects.filter(pseudonym=owners(Store.IDENTITY)(subject.bytes)).count()


@database
def test_every_cell_of_the_subject_is_sealed_anew_and_nobody_elses(safe: Safe) -> None:
    row, neighbour = safe.put(nickname=""), safe.put()
    subject = row.subject_id
    other = OtherRecord(subject_id=subject)
    seal_values(safe.open(subject), [other], [{"name": "Ana"}])
    other.save()
    untouched = neighbour.__dict__["name"]

    report = re_encrypt(safe, subject)

    assert (report.generation, report.started, report.cells) == (2, True, 4)
    assert generations(subject) == {2}
    again = Record.objects.get(pk=row.pk)
    assert again.__dict__["name"] != row.__dict__["name"]
    assert safe.reveal(again, "name", "nickname", "phone") == (SECRET, "", None)
    assert again.person_index == row.person_index
    assert safe.reveal(OtherRecord.objects.get()) == ("Ana",)
    assert Record.objects.get(pk=neighbour.pk).__dict__["name"] == untouched


@database
def test_a_row_still_held_in_memory_opens_until_the_old_key_goes(safe: Safe) -> None:
    row = safe.put()
    subject = row.subject_id

    report = re_encrypt(safe, subject)
    assert report.due_on is not None
    assert safe.reveal(row) == (SECRET,)
    assert key_count(subject) == 2
    tomorrow = re_encrypt(safe, subject, now=safe.now + timedelta(days=1))
    assert (tomorrow.destroyed, tomorrow.started) == (0, False)
    later = re_encrypt(safe, subject, now=safe.now + LATER)

    assert (later.destroyed, later.due_on, later.started) == (1, None, False)
    assert key_count(subject) == 1
    assert safe.reveal(Record.objects.get(pk=row.pk)) == (SECRET,)
    with pytest.raises(CannotOpen):
        safe.reveal(row)


@database
def test_a_row_saved_late_under_the_old_key_is_caught_before_the_key_goes(safe: Safe) -> None:
    row = safe.put()
    subject = row.subject_id
    re_encrypt(safe, subject)
    row.save()  # an instance loaded before; it puts the old cells back
    assert generations(subject) == {1}

    report = re_encrypt(safe, subject, now=safe.now + LATER)

    assert (report.cells, report.destroyed) == (2, 1)
    assert safe.reveal(Record.objects.get(pk=row.pk)) == (SECRET,)


@database
def test_rows_with_cells_of_two_keys_open(safe: Safe) -> None:
    row = safe.put(nickname="Anči")
    subject = row.subject_id
    re_encrypt(safe, subject, models=[])
    seal_values(safe.open(subject), [row], [{"nickname": "Ani"}])
    row.save()

    mixed = Record.objects.get()

    assert {generation_of(mixed.__dict__[name]) for name in ("name", "nickname")} == {1, 2}
    assert safe.reveal(mixed, "name", "nickname") == (SECRET, "Ani")


@database
def test_a_cell_put_back_from_a_destroyed_generation_does_not_open(safe: Safe) -> None:
    row = safe.put()
    re_encrypt(safe, row.subject_id)
    re_encrypt(safe, row.subject_id, now=safe.now + LATER)

    row.save()

    with pytest.raises(CannotOpen):
        safe.reveal(Record.objects.get())


@database
def test_a_third_generation_follows_when_the_second_is_done(safe: Safe) -> None:
    row = safe.put()
    re_encrypt(safe, row.subject_id)
    re_encrypt(safe, row.subject_id, now=safe.now + LATER)

    report = re_encrypt(safe, row.subject_id, now=safe.now + LATER)

    assert (report.generation, report.started) == (3, True)
    assert safe.reveal(Record.objects.get()) == (SECRET,)


@database
def test_a_subject_without_a_key_is_not_given_one(safe: Safe) -> None:
    row = safe.put()
    grant = safe.open(row.subject_id, action=Action.ERASE)
    destroy_data_keys(grant, store=Store.IDENTITY, subjects=[row.subject_id])

    with pytest.raises(KeyDestroyed):
        re_encrypt(safe, row.subject_id)

    assert key_count(row.subject_id) == 0


@database
def test_a_tampered_cell_stops_it_before_anything_is_lost(safe: Safe) -> None:
    one, other = safe.put(), safe.put()
    Record.objects.filter(pk=one.pk).update(nickname=other.name)

    with pytest.raises(CannotOpen):
        re_encrypt(safe, one.subject_id)

    assert key_count(one.subject_id) == 2
    assert safe.reveal(Record.objects.get(pk=one.pk)) == (SECRET,)


@transactional
@pytest.mark.parametrize("rows_before", [0, 1, 4])
def test_a_killed_re_encryption_is_finished_by_the_next_run(
    safe: Safe, monkeypatch: pytest.MonkeyPatch, rows_before: int
) -> None:
    monkeypatch.setattr(subjects, "BATCH", 2)
    first = safe.put()
    subject = first.subject_id
    for _ in range(6):
        safe.put(subject)
    reseal_row = subjects._reseal_row
    left = rows_before

    def dying(*arguments: Any) -> int:
        nonlocal left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return reseal_row(*arguments)

    def work() -> object:
        monkeypatch.setattr(subjects, "_reseal_row", dying)
        return re_encrypt(safe, subject)

    assert run_elsewhere(work) == "SIGKILL"
    box.forget()
    assert {safe.reveal(row) for row in Record.objects.all()} == {(SECRET,)}

    report = re_encrypt(safe, subject)
    assert (report.generation, report.started) == (2, False)
    assert report.cells == 2 * (7 - rows_before // 2 * 2)
    assert generations(subject) == {2}
    re_encrypt(safe, subject, now=safe.now + LATER)
    assert {safe.reveal(row) for row in Record.objects.all()} == {(SECRET,)}


@transactional
def test_the_other_process_seals_with_the_new_key_at_once(safe: Safe) -> None:
    row = safe.put()
    assert safe.reveal(row) == (SECRET,)
    assert len(box) == 1

    run_elsewhere(lambda: re_encrypt(safe, row.subject_id))
    seal_values(safe.open(row.subject_id), [row], [{"nickname": "Anči"}])

    assert generation_of(row.__dict__["nickname"]) == 2


@transactional
@pytest.mark.usefixtures("_installed")
def test_the_command_re_encrypts_one_or_all(safe: Safe) -> None:
    rows = [safe.put() for _ in range(3)]
    written = StringIO()

    call_command(
        "re_encrypt",
        "--store=default",
        f"--subject={rows[0].subject_id}",
        stdout=written,
        verbosity=0,
    )
    assert generations(rows[0].subject_id) == {2}
    assert generations(rows[1].subject_id) == {1}
    call_command("re_encrypt", "--store=default", "--all", stdout=written, verbosity=0)

    assert "New keys: 1. Cells sealed anew: 2." in written.getvalue()
    assert "New keys: 2. Cells sealed anew: 4." in written.getvalue()
    assert [safe.reveal(Record.objects.get(pk=row.pk)) for row in rows] == [(SECRET,)] * 3
