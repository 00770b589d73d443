"""Rolling the KEK epoch of a store: after it, copies of destroyed data keys open nowhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connections, transaction

from records.access.purposes import Store
from records.crypto.aad import key_prefix, key_suffix
from records.keyring.operations import destroy_kek_epoch, start_kek_epoch
from records.keyring.queries import forget_keyring, get_keyring
from records.keys.errors import RollUnfinished
from records.keys.models import STORE_CODES, DataKey
from records.keys.operations import empty_journal
from records.keys.statements import run_direct

Progress = Callable[[int, int], None]
"""Called with how many steps are done and how many there are."""

BATCH: Final = 2_000
"""Data keys in one transaction: a fraction of a second during which others wait."""

# Along the primary key and nothing else: with more conditions PostgreSQL's planner takes the rows
# for rare, and scans and sorts the whole table for every batch.
_READ = (
    "SELECT pseudonym, generation, epoch, wrapped, store FROM keys_datakey"
    " WHERE pseudonym > {place} ORDER BY pseudonym, generation LIMIT {place}"
)
_WRITE_ONE = (
    "UPDATE keys_datakey SET epoch = %s, wrapped = %s"
    " WHERE pseudonym = %s AND generation = %s AND epoch < %s"
)
_WRITE_MANY = (
    "WITH moved AS (UPDATE keys_datakey AS k SET epoch = v.epoch, wrapped = v.wrapped"
    " FROM unnest(%b::int[], %b::bytea[], %b::bytea[], %b::int[])"
    " AS v (epoch, wrapped, pseudonym, generation)"
    " WHERE k.pseudonym = v.pseudonym AND k.generation = v.generation AND k.epoch < v.epoch"
    " AND k.pseudonym BETWEEN %b AND %b RETURNING 1) SELECT count(*) FROM moved"
)

_Row = tuple[bytes, int, int, bytes, int]


@dataclass(frozen=True, slots=True)
class KekReport:
    """What a roll did."""

    epoch: int
    """The epoch that wraps every data key of the store now."""
    started: bool
    """Whether this run started it, or only finished what an earlier one began."""
    rewrapped: int
    destroyed: tuple[int, ...]
    due: tuple[tuple[int, datetime], ...]
    """Retired epochs that copies in backups still need, and when each is destroyed."""


def roll_kek_epoch(
    *, store: Store, now: datetime, start: bool = True, progress: Progress | None = None
) -> KekReport:
    """Start a new KEK epoch of the store, re-wrap all its data keys, destroy old epochs that are
    due.

    Where an earlier run was cut off, its epoch is finished and no new one started; `start=False`
    only ever finishes and destroys. An old epoch is due settings.BACKUP_LIFE_DAYS after it was
    retired. Raises RollUnfinished where a due epoch still wraps a key.
    """
    forget_keyring()  # what another process has just begun is seen and finished, not begun twice
    keyring = get_keyring()
    behind = _count_behind(store, keyring.current_epoch(store))
    started = start and not behind
    epoch = start_kek_epoch(store=store, now=now) if started else keyring.current_epoch(store)
    rewrapped = _rewrap(store, epoch, progress)
    destroyed, due = _destroy_due(store, now)
    empty_journal()
    return KekReport(epoch, started, rewrapped, destroyed, due)


def _count_behind(store: Store, epoch: int) -> int:
    return DataKey.objects.filter(store=STORE_CODES[store], epoch__lt=epoch).count()


def _rewrap(store: Store, epoch: int, progress: Progress | None) -> int:
    """Wrap every data key of the store by the KEK of that epoch, in the order of the pseudonyms."""
    total, done, last = _count_behind(store, epoch), 0, b""
    code = STORE_CODES[store]
    connection = connections[Store.KEYS]
    read = _READ.format(place="%s" if connection.vendor == "postgresql" else "?")
    while True:
        with transaction.atomic(using=Store.KEYS):
            rows: list[_Row] = run_direct(connection, read, [last, BATCH])
            if not rows:
                return done
            # A subject's generations stay together: the next batch begins with the next subject.
            if len(rows) == BATCH and rows[0][0] != (cut := rows[-1][0]):
                while rows[-1][0] == cut:
                    rows.pop()
            last = rows[-1][0]
            behind = [row for row in rows if row[4] == code and row[2] < epoch]
            if behind:
                _write(connection, _wrap_rows(store, epoch, behind))
        done += len(behind)
        if behind and progress is not None:
            progress(done, max(total, done))


def _wrap_rows(
    store: Store, epoch: int, rows: Sequence[_Row]
) -> list[tuple[int, bytes, bytes, int, int]]:
    """Return new epoch and wrapped key, then pseudonym, generation and again the epoch."""
    keyring, prefix = get_keyring(), key_prefix(store.value)
    ways = {
        (generation, old): (
            keyring.kek(store, old).unwrap,
            key_suffix(generation, old),
            key_suffix(generation, epoch),
        )
        for generation, old in {(row[1], row[2]) for row in rows}
    }
    keys, aads = [], []
    for owner, generation, old, wrapped, _store in rows:
        unwrap, before, after = ways[generation, old]
        head = prefix + owner
        keys.append(unwrap(wrapped, head + before))
        aads.append(head + after)
    new = keyring.kek(store, epoch).wrap_all(keys, aads)
    return [(epoch, wrapped, row[0], row[1], epoch) for row, wrapped in zip(rows, new, strict=True)]


def _write(connection: Any, rows: Sequence[tuple[int, bytes, bytes, int, int]]) -> None:
    if connection.vendor == "postgresql":
        columns = [list(column) for column in zip(*rows, strict=True)]
        bounds = [columns[2][0], columns[2][-1]]
        run_direct(connection, _WRITE_MANY, [*columns[:4], *bounds])
    else:
        with connection.cursor() as cursor:
            cursor.executemany(_WRITE_ONE, rows)


def _destroy_due(
    store: Store, now: datetime
) -> tuple[tuple[int, ...], tuple[tuple[int, datetime], ...]]:
    destroyed, waiting = [], []
    life = timedelta(days=settings.BACKUP_LIFE_DAYS)
    for epoch in get_keyring().epochs(store):
        if epoch.retired_at is None:
            continue
        if epoch.retired_at + life > now:
            waiting.append((epoch.number, epoch.retired_at + life))
            continue
        left = _count_behind(store, epoch.number + 1)
        if left:
            raise RollUnfinished(store=store.value, epoch=epoch.number, keys=left)
        destroy_kek_epoch(store=store, epoch=epoch.number)
        destroyed.append(epoch.number)
    return tuple(destroyed), tuple(waiting)
