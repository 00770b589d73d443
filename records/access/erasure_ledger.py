"""The erasure ledger: what a restored backup must not bring back (E-E2, threat 14).

Before the first row of a person is deleted, a keyed mark of the person's name in every store is
written here: in the audit store, and in a file outside the backup set. Each store records up to
which position it has applied the ledger (an app with tables there has one model of
`AppliedLedger`); a store that is behind was restored, and the service does not start before the
replay has found the people again by scanning, and erased them.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connections, models
from django.db.models import Max
from django.db.transaction import atomic

from records.access.append import AUDIT, refuse_inside_transaction
from records.access.codes import STORE_OF, STORES
from records.access.errors import GrantDoesNotCover, LedgerUnavailable
from records.access.grants import Grant
from records.access.locks import hold_once_lock
from records.access.models import ErasureLedgerEntry
from records.access.purposes import Action, Store
from records.crypto.pseudonyms import pseudonym
from records.keyring.queries import get_keyring


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A person by the name that one store knows them under; or a part of what it holds of them.

    `round` keeps apart what was erased, given again and erased again.
    """

    store: Store
    subject: UUID
    part: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the ledger."""

    position: int
    store: Store
    mark: UUID
    written_at: str


class AppliedLedger(models.Model):
    """The one row in a store that says up to which position of the ledger it has been applied.

    Made concrete by one app of each store that holds people: `class AppliedPosition(AppliedLedger):
    pass`.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


def mark_of(entry: LedgerEntry) -> UUID:
    """Return the mark of a person's name in a store: HMAC under the ledger key.

    A part's mark is never that of a whole person: the replay of the one does not erase the other.
    """
    names = (entry.part, str(entry.round)) if entry.part else ()
    return pseudonym(get_keyring().ledger_key(), entry.store.value, *names, entry.subject.bytes)


def list_rounds(*, store: Store, subject: UUID, part: str, marks: Mapping[UUID, int]) -> list[int]:
    """Return the positions at which the part was erased, round by round; `marks` are the store's
    marks with their positions.
    """
    found: list[int] = []
    while (mark := mark_of(LedgerEntry(store, subject, part, len(found)))) in marks:
        found.append(marks[mark])
    return found


def next_round(*, store: Store, subject: UUID, part: str) -> LedgerEntry:
    """Return the entry that has to be written before the part is erased of the person (again)."""
    marks = {mark.mark: mark.position for mark in list_marks(store=store)}
    rounds = list_rounds(store=store, subject=subject, part=part, marks=marks)
    return LedgerEntry(store, subject, part, len(rounds))


def write(grant: Grant, *, entries: Collection[LedgerEntry], now: datetime) -> int:
    """Write the marks of people about to be erased, durably, and return the last position. Safe to
    run twice.

    The Grant was opened for an erasure. Raises LedgerUnavailable, and then nothing may be deleted.
    """
    Grant.require_live(grant)
    if grant.action is not Action.ERASE:
        raise GrantDoesNotCover(entry_id=grant.entry_id, action=Action.ERASE.value)
    refuse_inside_transaction()
    wanted = {(STORES[entry.store], mark_of(entry)) for entry in entries}
    try:
        rows = _write_rows(sorted(wanted), now)
        _append_lines(rows)
    except (DatabaseError, OSError) as error:
        raise LedgerUnavailable(cause=type(error).__name__) from error
    return max((row.position for row in rows), default=0)


def _write_rows(wanted: list[tuple[int, UUID]], now: datetime) -> list[ErasureLedgerEntry]:
    with atomic(using=AUDIT):
        hold_once_lock(connections[AUDIT])
        marks = [mark for _, mark in wanted]
        rows = list(ErasureLedgerEntry.objects.filter(mark__in=marks))
        known = {(row.store, row.mark) for row in rows}
        position = _last_position()
        fresh = [
            ErasureLedgerEntry(position=number, store=store, mark=mark, written_at=now)
            for number, (store, mark) in enumerate(
                (one for one in wanted if one not in known), start=position + 1
            )
        ]
        ErasureLedgerEntry.objects.bulk_create(fresh)
    return sorted([*rows, *fresh], key=lambda row: row.position)


def _last_position() -> int:
    # The file may know more than a restored store does; positions are never given twice.
    in_store = ErasureLedgerEntry.objects.aggregate(last=Max("position"))["last"] or 0
    return max(in_store, *(mark.position for mark in _read_file()), 0)


def _file() -> Path:
    return Path(settings.ERASURE_LEDGER_FILE)


def _append_lines(rows: Iterable[ErasureLedgerEntry]) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps(
            {
                "position": row.position,
                "store": STORE_OF[row.store].value,
                "mark": row.mark.hex,
                "written_at": row.written_at.isoformat(timespec="seconds"),
            }
        )
        for row in rows
    ]
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "ab+") as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


def _read_file() -> Iterator[Mark]:
    path = _file()
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            said = json.loads(line)
            mark = Mark(
                int(said["position"]), Store(said["store"]), UUID(said["mark"]), said["written_at"]
            )
        except (ValueError, KeyError):
            continue  # Torn off by a crash: its row is in the store, and the erasure did not begin.
        yield mark


def list_marks(*, store: Store, after: int = 0) -> list[Mark]:
    """Return the store's marks after a position, from the table and the file together, in order."""
    found = {mark.position: mark for mark in _read_file() if mark.store is store}
    for row in ErasureLedgerEntry.objects.filter(store=STORES[store]):
        found[row.position] = Mark(row.position, store, row.mark, row.written_at.isoformat())
    return [found[position] for position in sorted(found) if position > after]


def positions() -> dict[Store, int]:
    """Return the last position of the ledger for each store."""
    return {
        store: max((mark.position for mark in list_marks(store=store)), default=0)
        for store in STORES
    }


def _applied_model(store: Store) -> type[AppliedLedger] | None:
    for model in apps.get_models():
        if issubclass(model, AppliedLedger) and model._default_manager.db == store.value:
            return model
    return None


def applied_position(store: Store) -> int | None:
    """Return the position up to which the store has applied the ledger; None where it keeps
    none.
    """
    model = _applied_model(store)
    if model is None:
        return None
    return model._default_manager.values_list("position", flat=True).first() or 0


def record_applied(*, store: Store, position: int) -> None:
    """Record in the store that the ledger was applied up to the position; never backwards."""
    model = _applied_model(store)
    if model is None:
        return
    row, _ = model._default_manager.get_or_create(pk=1)
    model._default_manager.filter(pk=row.pk, position__lt=position).update(position=position)


def is_behind(store: Store) -> bool:
    """Return whether the store was restored from a backup older than the ledger: the replay is
    due.
    """
    applied = applied_position(store)
    return applied is not None and applied < positions()[store]


def restore_rows_from_file(*, now: datetime) -> int:
    """Put marks that only the file knows back into a restored audit store; return how many."""
    with atomic(using=AUDIT):
        hold_once_lock(connections[AUDIT])
        known = set(ErasureLedgerEntry.objects.values_list("position", flat=True))
        missing = {mark.position: mark for mark in _read_file() if mark.position not in known}
        ErasureLedgerEntry.objects.bulk_create(
            ErasureLedgerEntry(
                position=mark.position, store=STORES[mark.store], mark=mark.mark, written_at=now
            )
            for mark in missing.values()
        )
    return len(missing)
