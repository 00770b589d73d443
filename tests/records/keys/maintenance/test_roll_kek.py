"""Rolling the KEK epoch: nothing is lost, wherever it is killed; the old epoch goes when due."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from records.access.purposes import Action, Store
from records.keyring.queries import get_keyring
from records.keys.errors import RollUnfinished
from records.keys.keybox import box
from records.keys.maintenance import keks, roll_kek_epoch
from records.keys.models import DataKey
from records.keys.operations import create_data_keys, destroy_data_keys
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.processes import KilledAfter, run_elsewhere
from tests.records.keys.tables import Record

database = pytest.mark.django_db(databases=ALL_STORES)
transactional = pytest.mark.django_db(databases=ALL_STORES, transaction=True)


def epochs(store: Store = Store.IDENTITY) -> set[int]:
    return set(
        DataKey.objects.filter(store=1 if store is Store.IDENTITY else 2).values_list(
            "epoch", flat=True
        )
    )


@database
def test_every_key_of_the_store_is_wrapped_anew_and_still_opens(safe: Safe) -> None:
    rows = [safe.put() for _ in range(7)]
    receipt = safe.put_receipt()
    before = set(DataKey.objects.filter(store=1).values_list("wrapped", flat=True))

    report = roll_kek_epoch(store=Store.IDENTITY, now=safe.now)
    box.forget()

    assert (report.epoch, report.started, report.rewrapped) == (2, True, 7)
    assert epochs() == {2}
    assert epochs(Store.PAYMENTS) == {1}
    after = set(DataKey.objects.filter(store=1).values_list("wrapped", flat=True))
    assert not before & after
    assert [safe.reveal(row) for row in [*rows, receipt]] == [(SECRET,)] * 8


@database
def test_new_keys_are_wrapped_by_the_new_epoch(safe: Safe) -> None:
    roll_kek_epoch(store=Store.IDENTITY, now=safe.now)

    row = safe.put()

    assert epochs() == {2}
    assert safe.reveal(row) == (SECRET,)


@database
def test_the_old_epoch_is_destroyed_when_the_last_backup_with_it_is_gone(
    safe: Safe, settings: Any
) -> None:
    settings.BACKUP_LIFE_DAYS = 35
    row = safe.put()
    due_at = safe.now + timedelta(days=35)

    report = roll_kek_epoch(store=Store.IDENTITY, now=safe.now)
    assert report.due == ((1, due_at),)
    early = roll_kek_epoch(store=Store.IDENTITY, now=due_at - timedelta(seconds=1), start=False)
    late = roll_kek_epoch(store=Store.IDENTITY, now=due_at, start=False)
    box.forget()

    assert early.destroyed == ()
    assert late.destroyed == (1,)
    assert [epoch.number for epoch in get_keyring().epochs(Store.IDENTITY)] == [2]
    assert [epoch.number for epoch in get_keyring().epochs(Store.PAYMENTS)] == [1]
    assert safe.reveal(row) == (SECRET,)


@database
def test_a_copy_of_an_erased_persons_key_opens_nothing_after_its_epoch(
    safe: Safe, settings: Any
) -> None:
    """A backup is taken, the person erased, the epoch rolled and destroyed, the backup restored."""
    from records.keyring.errors import KeyringRefused

    row, survivor = safe.put(), safe.put()
    backup = list(DataKey.objects.all())
    subjects = [row.subject_id]
    destroy_data_keys(
        safe.open(*subjects, action=Action.ERASE), store=Store.IDENTITY, subjects=subjects
    )
    later = safe.now + timedelta(days=settings.BACKUP_LIFE_DAYS)
    roll_kek_epoch(store=Store.IDENTITY, now=safe.now)
    roll_kek_epoch(store=Store.IDENTITY, now=later, start=False)

    box.forget()
    assert safe.reveal(survivor) == (SECRET,)
    DataKey.objects.all().delete()
    DataKey.objects.bulk_create(backup)

    box.forget()
    with pytest.raises(KeyringRefused):
        safe.reveal(row)


@database
def test_an_epoch_that_still_wraps_a_key_is_never_destroyed(
    safe: Safe, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = safe.put()
    later = safe.now + timedelta(days=settings.BACKUP_LIFE_DAYS)
    roll_kek_epoch(store=Store.IDENTITY, now=safe.now)
    monkeypatch.setattr(keks, "_rewrap", lambda *_args: 0)
    DataKey.objects.filter(store=1).update(epoch=1)

    with pytest.raises(RollUnfinished):
        roll_kek_epoch(store=Store.IDENTITY, now=later)

    assert {epoch.number for epoch in get_keyring().epochs(Store.IDENTITY)} == {1, 2}
    assert row.pk


@database
def test_keys_of_several_epochs_and_generations_come_to_one(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.keys.maintenance import re_encrypt_subject

    monkeypatch.setattr(keks, "BATCH", 3)
    rows = [safe.put() for _ in range(4)]
    subject = rows[0].subject_id
    re_encrypt_subject(
        safe.open(subject), store=Store.IDENTITY, subject=subject, now=safe.now, models=[Record]
    )
    roll_kek_epoch(store=Store.IDENTITY, now=safe.now)
    rows += [safe.put() for _ in range(4)]

    report = roll_kek_epoch(store=Store.IDENTITY, now=safe.now)
    box.forget()

    assert report.rewrapped == 9
    assert epochs() == {3}
    assert [safe.reveal(Record.objects.get(pk=row.pk)) for row in rows] == [(SECRET,)] * 8


@transactional
@pytest.mark.parametrize("calls", [1, 3])
def test_a_killed_roll_is_finished_by_the_next_run(
    safe: Safe, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    monkeypatch.setattr(keks, "BATCH", 5)
    rows = [safe.put() for _ in range(22)]

    outcome = run_elsewhere(
        lambda: roll_kek_epoch(store=Store.IDENTITY, now=safe.now, progress=KilledAfter(calls))
    )

    assert outcome == "SIGKILL"
    assert epochs() == {1, 2}
    left = DataKey.objects.filter(store=1, epoch=1).count()
    box.forget()
    assert safe.reveal(rows[0]) == safe.reveal(rows[-1]) == (SECRET,)

    seen: list[tuple[int, int]] = []
    report = roll_kek_epoch(
        store=Store.IDENTITY, now=safe.now, progress=lambda done, total: seen.append((done, total))
    )
    box.forget()

    assert (report.epoch, report.started, report.rewrapped) == (2, False, left)
    assert seen[-1] == (left, left)
    assert epochs() == {2}
    assert [safe.reveal(row) for row in rows] == [(SECRET,)] * 22


@transactional
def test_a_roll_killed_before_its_first_key_starts_no_second_epoch(safe: Safe) -> None:
    from records.keyring.operations import start_kek_epoch

    row = safe.put()
    start_kek_epoch(store=Store.IDENTITY, now=safe.now)

    report = roll_kek_epoch(store=Store.IDENTITY, now=safe.now)
    box.forget()

    assert (report.epoch, report.started, report.rewrapped) == (2, False, 1)
    assert safe.reveal(row) == (SECRET,)


@transactional
def test_the_command_rolls_both_stores(safe: Safe) -> None:
    row, receipt = safe.put(), safe.put_receipt()
    written = StringIO()

    call_command("roll_kek", stdout=written, verbosity=0)
    box.forget()

    assert "default: epoch 2 started, 1 data keys re-wrapped" in written.getvalue()
    assert "payments: epoch 2 started, 1 data keys re-wrapped" in written.getvalue()
    assert safe.reveal(row) == safe.reveal(receipt) == (SECRET,)
    call_command("roll_kek", "--finish", stdout=written, verbosity=0)
    assert get_keyring().current_epoch(Store.IDENTITY) == 2


@transactional
def test_keys_made_while_the_roll_runs_are_wrapped_or_left_for_the_next_batch(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    from uuid import uuid4

    monkeypatch.setattr(keks, "BATCH", 5)
    rows = [safe.put() for _ in range(11)]
    late = [uuid4() for _ in range(5)]

    def make_more(_done: int, _total: int) -> None:
        create_data_keys(safe.open(*late), store=Store.IDENTITY, subjects=late)

    roll_kek_epoch(store=Store.IDENTITY, now=safe.now, progress=make_more)
    box.forget()

    assert epochs() == {2}
    assert [safe.reveal(row) for row in rows] == [(SECRET,)] * 11
