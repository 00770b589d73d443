"""Re-encrypting one subject: a new data key, every cell sealed anew, then the old key destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from records.access.grants import Grant
from records.access.purposes import Store
from records.crypto.aad import key_aad
from records.crypto.cells import generation_of
from records.crypto.labels import KEY_SIZE
from records.keyring.queries import get_keyring
from records.keys.errors import KeyDestroyed
from records.keys.keybox import box, get_subject_keys, owners
from records.keys.models import STORE_CODES, DataKey
from records.keys.operations import change_version, empty_journal, insert_keys, require_subjects
from records.keys.plans import SealedPlan, plan_of, sealed_models

GRACE: Final = timedelta(days=1)
"""An old key stays this long: somebody may hold a row in memory that is sealed with it."""
BATCH: Final = 200
"""Rows in one transaction."""


@dataclass(frozen=True, slots=True)
class SubjectReport:
    """What a re-encryption did."""

    generation: int
    started: bool
    """Whether this run made the new key, or went on with an earlier run's."""
    cells: int
    destroyed: int
    """Old keys that went; 0 until they are due."""
    due_on: date | None
    """From when on a further run destroys the old keys; None when they are gone."""


def re_encrypt_subject(
    grant: Grant, *, store: Store, subject: UUID, now: datetime, models: Sequence[Any] | None = None
) -> SubjectReport:
    """Give the subject a new data key in the store, seal all cells anew, destroy old keys when due.

    Run it again after GRACE to destroy the old keys; a run in between goes on where the last one
    stopped. Raises the gate's refusals, KeyDestroyed, and crypto.CannotOpen before anything is
    lost.
    """
    require_subjects(grant, store=store, subjects=[subject])
    owner = owners(store)(subject.bytes)
    generation, started = _find_or_make(store, owner, now.date())
    cells = 0
    for model in models if models is not None else sealed_models(store):
        cells += _reseal(plan_of(model), subject, generation)
    destroyed, due_on = _destroy_due(owner, generation, now.date())
    return SubjectReport(generation, started, cells, destroyed, due_on)


def _find_or_make(store: Store, owner: bytes, today: date) -> tuple[int, bool]:
    """Return the generation to seal with, and whether it was made just now."""
    with transaction.atomic(using=Store.KEYS):
        held = list(
            DataKey.objects.select_for_update().filter(pseudonym=owner).order_by("-generation")
        )
        if not held:
            raise KeyDestroyed(store=store.value, subjects=1)
        if any(row.retired_on is not None for row in held):
            return held[0].generation, False
        generation = held[0].generation + 1
        keyring = get_keyring()
        epoch = keyring.current_epoch(store)
        aad = key_aad(store.value, owner, generation, epoch)
        wrapped = keyring.kek(store, epoch).wrap(token_bytes(KEY_SIZE), aad)
        insert_keys([(owner, generation, STORE_CODES[store], epoch, wrapped)])
        DataKey.objects.filter(pseudonym=owner, generation__lt=generation).update(retired_on=today)
        change_version()
    box.forget()
    return generation, True


def _reseal(plan: SealedPlan, subject: UUID, generation: int) -> int:
    """Seal every cell of the subject in this table that is of another generation; return how many.

    Under the rows' locks: what somebody saves meanwhile is neither lost nor overwritten.
    """
    manager: Any = plan.model._default_manager
    ids = list(manager.filter(**{plan.subject: subject}).values_list("pk", flat=True))
    done = 0
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        with transaction.atomic(using=manager.db):
            for row in manager.select_for_update().filter(pk__in=part).order_by("pk"):
                done += _reseal_row(plan, row, subject, generation)
    return done


def _reseal_row(plan: SealedPlan, row: Model, subject: UUID, generation: int) -> int:
    """Seal one row's cells anew, in place; return how many."""
    data = row.__dict__
    stale = [
        column
        for column in plan.columns.values()
        if data[column.attname] is not None and generation_of(data[column.attname]) != generation
    ]
    if not stale:
        return 0
    keys = get_subject_keys(store=plan.store, subjects={subject.bytes})
    place = row.pk.bytes, subject.bytes
    plaintexts = []
    for column in stale:
        cell = data[column.attname]
        key = keys.find(subject.bytes, generation_of(cell))
        if key is None:
            raise KeyDestroyed(store=plan.store.value, subjects=1)
        plaintexts += key.open_row([cell], [column.prefix], *place)
    sealed = keys.current[subject.bytes].seal_row(
        [text for text in plaintexts if text is not None],
        [column.prefix for column in stale],
        *place,
    )
    data.update(zip([column.attname for column in stale], sealed, strict=True))
    row.save(update_fields=[column.name for column in stale])
    return len(stale)


def _destroy_due(owner: bytes, generation: int, today: date) -> tuple[int, date | None]:
    """Delete the old keys that were retired long enough ago; return how many, or when they are
    due.
    """
    old = DataKey.objects.filter(pseudonym=owner, generation__lt=generation)
    retired = [day for day in old.values_list("retired_on", flat=True) if day is not None]
    if not retired:
        return 0, None
    due_on = max(retired) + GRACE + timedelta(days=1)
    if today < due_on:
        return 0, due_on
    with transaction.atomic(using=Store.KEYS):
        gone = old.delete()[0]
        change_version()
    box.forget()
    empty_journal()
    return gone, None
