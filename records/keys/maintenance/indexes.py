"""Rebuilding the blind indexes of a store under a new index key."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from records.access.errors import AccessRefused
from records.access.grants import Grant
from records.access.purposes import DataCategory, Store
from records.keyring.operations import retire_index_version, start_index_version
from records.keyring.queries import LOOK_AGAIN_SECONDS, forget_keyring, get_keyring
from records.keys.errors import KeyDestroyed
from records.keys.indexing import IndexMaker, index_columns
from records.keys.maintenance.keks import Progress
from records.keys.models import IndexRebuild
from records.keys.plans import SealedPlan, index_fields, plan_of, sealed_models
from records.keys.queries import reveal_values

PARTS: Final = 256
"""Row ids are random, so their first byte cuts a table into even parts."""
BATCH: Final = 500
"""Rows, and subjects of one opening of the gate."""
GRACE: Final = timedelta(hours=1)
"""Longer than a Grant lives: who sealed a row before the new version has saved it by then."""

SETTLE_SECONDS: Final = 2 * LOOK_AGAIN_SECONDS
"""Until every process has seen the new version and searches for both: no row changes before."""

OpenGate = Callable[[Collection[UUID], Collection[DataCategory]], Grant]
"""Opens the gate for maintenance of these subjects in these categories."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a rebuild did."""

    version: int
    started: bool
    changed: int
    skipped: int
    """Rows that could not be opened: the gate refused, or their key is destroyed."""
    retired: tuple[int, ...]
    due_at: datetime | None
    """From when on a further run makes the second pass and destroys the old version."""


def rebuild_indexes(
    *,
    store: Store,
    now: datetime,
    open_gate: OpenGate,
    progress: Progress | None = None,
    models: Sequence[type[Model]] | None = None,
) -> IndexReport:
    """Compute every blind index of the store under a new key; destroy the old key when due.

    Searches find rows of both versions until then. The first run makes the first pass; a run after
    GRACE makes the second and retires the old version, unless rows had to be skipped. A run that
    was killed goes on with the part it was in.
    """
    chosen = [m for m in (sealed_models(store) if models is None else models) if index_fields(m)]
    forget_keyring()  # what another process has just begun is seen and finished, not begun twice
    versions = get_keyring().index_versions(store)
    started = len(versions) == 1
    version = start_index_version(store=store, now=now) if started else versions[-1]
    if started:
        sleep(SETTLE_SECONDS)
    rebuilds = [_rebuild_of(store, model, version, now) for model in chosen]
    due_at = max([row.started_at for row in rebuilds], default=now) + GRACE
    goal = 2 * PARTS if now >= due_at else PARTS
    changed = skipped = 0
    for position, (model, row) in enumerate(zip(chosen, rebuilds, strict=True)):
        for part in range(row.done_parts, goal):
            new, left = _rebuild_part(plan_of(model), part % PARTS, version, open_gate)
            changed, skipped = changed + new, skipped + left
            row.done_parts = part + 1
            row.skipped += left if part >= PARTS else 0
            row.save(update_fields=["done_parts", "skipped"])
            if progress is not None:
                progress(position * goal + part + 1, len(chosen) * goal)
    retired = _retire(store, version, rebuilds, goal)
    return IndexReport(version, started, changed, skipped, retired, None if retired else due_at)


def _rebuild_of(store: Store, model: type[Model], version: int, now: datetime) -> IndexRebuild:
    row, _created = IndexRebuild.objects.get_or_create(
        store=store.value,
        model=model._meta.label,
        version=version,
        defaults={"started_at": now},
    )
    if row.skipped and row.done_parts == 2 * PARTS:
        # Somebody could not be opened last time: look at all rows again.
        row.done_parts, row.skipped = PARTS, 0
    return row


def _retire(
    store: Store, version: int, rebuilds: Sequence[IndexRebuild], goal: int
) -> tuple[int, ...]:
    """Destroy the older versions after a second pass that left nobody out."""
    if goal != 2 * PARTS or any(row.skipped for row in rebuilds):
        return ()
    old = [number for number in get_keyring().index_versions(store) if number < version]
    for number in old:
        retire_index_version(store=store, version=number)
    IndexRebuild.objects.filter(store=store.value, version__lte=version).delete()
    return tuple(old)


def _rebuild_part(
    plan: SealedPlan, part: int, version: int, open_gate: OpenGate
) -> tuple[int, int]:
    """Rebuild one 256th of a table; return how many rows changed, and how many were skipped."""
    makers = [IndexMaker(plan, index, version=version) for index in plan.indexes]
    columns = sorted({name for index in plan.indexes for name in index.of})
    categories = {plan.column(name).category for name in columns}
    changed = skipped = 0
    for rows in _batches(plan, part):
        subjects = {subject for _pk, subject in rows}
        for grant, covered in _open(open_gate, subjects, categories):
            ids = [pk for pk, subject in rows if subject in covered]
            if grant is None:
                skipped += len(ids)
                continue
            try:
                changed += _rebuild_rows(plan, grant, ids, columns, makers)
            except KeyDestroyed:
                new, left = _rebuild_one_by_one(plan, grant, ids, columns, makers)
                changed, skipped = changed + new, skipped + left
    return changed, skipped


def _batches(plan: SealedPlan, part: int) -> Iterator[list[tuple[UUID, UUID]]]:
    """Return row and subject ids of one 256th of the table, in bounded batches."""
    first = UUID(bytes=bytes([part]) + bytes(15))
    last = UUID(bytes=bytes([part]) + b"\xff" * 15)
    after = None
    while True:
        rows = plan.model._default_manager.filter(pk__gte=first, pk__lte=last)
        rows = rows.filter(pk__gt=after) if after is not None else rows
        found = list(rows.order_by("pk").values_list("pk", plan.subject)[:BATCH])
        if not found:
            return
        yield found
        after = found[-1][0]


def _open(
    open_gate: OpenGate, subjects: set[UUID], categories: Collection[DataCategory]
) -> Iterator[tuple[Grant | None, set[UUID]]]:
    """Open the gate for all; where it refuses, for each, with None for those it stays shut for."""
    try:
        yield open_gate(subjects, categories), subjects
    except AccessRefused:
        for subject in sorted(subjects):
            try:
                yield open_gate([subject], categories), {subject}
            except AccessRefused:
                yield None, {subject}


def _rebuild_rows(
    plan: SealedPlan,
    grant: Grant,
    ids: Sequence[UUID],
    columns: Sequence[str],
    makers: Sequence[IndexMaker],
) -> int:
    """Write the new index values of these rows, under their locks; return how many changed."""
    manager: Any = plan.model._default_manager
    names = [maker.index.attname for maker in makers]
    with transaction.atomic(using=manager.db):
        rows = list(manager.select_for_update().filter(pk__in=ids).order_by("pk"))
        stale = []
        for row, found in zip(rows, reveal_values(grant, rows, columns), strict=True):
            values = index_columns(makers, dict(zip(columns, found, strict=True)), whole=True)
            if any(row.__dict__[name] != values[name] for name in names):
                row.__dict__.update(values)
                stale.append(row)
        if stale:
            manager.bulk_update(stale, [maker.index.name for maker in makers], batch_size=100)
    return len(stale)


def _rebuild_one_by_one(
    plan: SealedPlan,
    grant: Grant,
    ids: Sequence[UUID],
    columns: Sequence[str],
    makers: Sequence[IndexMaker],
) -> tuple[int, int]:
    changed = skipped = 0
    for one in ids:
        try:
            changed += _rebuild_rows(plan, grant, [one], columns, makers)
        except KeyDestroyed:
            skipped += 1
    return changed, skipped
