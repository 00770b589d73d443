"""The sealing sweep: batches of committed entries become leaves of their year's tree, whose head is
signed.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Final

from django.db import OperationalError, connections
from django.db.transaction import atomic

from records.access.append import AUDIT, refuse_inside_transaction
from records.access.batches import has_good_tag
from records.access.errors import SealingBusy
from records.access.forms import (
    SUBJECT_ROW_SIZE,
    expected_subject_rows,
    id_of,
    iterate_forms,
    subjects_of,
)
from records.access.heads import sign_head, write_heads_files
from records.access.leaves import SUBJECT_SIZE, leaf_of, year_bounds, year_of
from records.access.locks import hold_horizon_lock, try_sealer_lock
from records.access.models import LogEntry, TreeHead
from records.crypto.merkle import MerkleFrontier
from records.keyring.queries import get_keyring

BATCH: Final = 65_536
"""Most entries under one head: two megabytes of leaf hashes."""
INDEX_ROWS: Final = 262_144
"""Most rows of the subject index written with one head; SQLite's writers wait meanwhile."""
HORIZON_WAIT_MILLISECONDS: Final = 2_000
"""How long writers may be made to wait behind us for a writer that keeps its transaction open."""
_INDEX_POSTGRESQL: Final = (
    "INSERT INTO access_entrysubject (entry_id, subject)"
    " SELECT * FROM unnest(%s::bigint[], %s::text[]::uuid[]) ON CONFLICT DO NOTHING"
)
_INDEX_SQLITE: Final = (
    "INSERT INTO access_entrysubject (entry_id, subject) SELECT ?1, ?2 WHERE NOT EXISTS"
    " (SELECT 1 FROM access_entrysubject WHERE subject = ?2 AND entry_id = ?1)"
)
"""A row that is there already is no reason to leave entries unsealed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One batch that was sealed."""

    year: int
    size: int
    entries: int


def list_log_years() -> list[int]:
    """Return the years of which entries stand in the log, oldest first."""
    years: list[int] = []
    start = 0
    while (
        entry_id := LogEntry.objects.filter(id__gte=start)
        .order_by("id")
        .values_list("id", flat=True)
        .first()
    ) is not None:
        years.append(year_of(entry_id))
        start = year_bounds(years[-1])[1]
    return years


def read_horizon(years: list[int]) -> dict[int, int]:
    """Return per year the id up to which every entry is committed.

    A number drawn from a sequence says nothing about who commits first: `id > last` would pass over
    an entry whose writer is slower (measured: 5 %). Every insert holds a shared advisory lock from
    before it draws its number until its commit; whoever has the exclusive lock sees all that was
    drawn before. Raises SealingBusy.
    """
    connection = connections[AUDIT]
    horizon = {}
    try:
        with atomic(using=AUDIT):
            hold_horizon_lock(connection, wait_milliseconds=HORIZON_WAIT_MILLISECONDS)
            with connection.cursor() as cursor:
                for year in years:
                    cursor.execute(
                        "SELECT MAX(id) FROM access_logentry WHERE id >= %s AND id < %s",
                        year_bounds(year),
                    )
                    horizon[year] = cursor.fetchone()[0] or 0
    except OperationalError as error:
        raise SealingBusy(wait_milliseconds=HORIZON_WAIT_MILLISECONDS) from error
    return horizon


def seal_log(*, now: datetime) -> list[Sealed]:
    """Seal all committed entries, a head per batch and year, and give the heads to every
    controller's file.

    Safe to run twice and to kill anywhere. Raises SealingBusy where a writer or another sweep is in
    the way.
    """
    refuse_inside_transaction()
    years = list_log_years()
    horizon = read_horizon(years)
    sealed = [one for year in years for one in _seal_year(year, horizon[year], now)]
    write_heads_files(years=years)
    return sealed


def _seal_year(year: int, horizon: int, now: datetime) -> Iterator[Sealed]:
    while True:
        with atomic(using=AUDIT):
            if not try_sealer_lock(connections[AUDIT]):
                raise SealingBusy(year=year)
            one = _seal_batch(year, horizon, now)
        if one is None:
            return
        yield one


def _seal_batch(year: int, horizon: int, now: datetime) -> Sealed | None:
    first, after = year_bounds(year)
    newest = (
        TreeHead.objects.filter(id__gte=first, id__lt=after).order_by("-id").defer("leaves").first()
    )
    frontier = MerkleFrontier.parse(bytes(newest.frontier)) if newest else MerkleFrontier()
    done = newest.last_entry if newest else first
    if done >= horizon:
        return None
    forms = _bound(list(iterate_forms(after=done, last=horizon, most=BATCH)))
    _index_subjects(forms)
    leaves = [leaf_of(form) for form in forms]
    frontier.extend(leaves)
    note = sign_head(
        get_keyring().log_signing_key(),
        year=year,
        size=frontier.size,
        root=frontier.root(),
        bad_tags=[id_of(form) for form in forms if not has_good_tag(form)],
    )
    TreeHead.objects.create(
        id=first + frontier.size,
        first_entry=id_of(forms[0]),
        last_entry=id_of(forms[-1]),
        sealed_at=now,
        note=note,
        frontier=frontier.serialise(),
        leaves=b"".join(leaves),
    )
    return Sealed(year=year, size=frontier.size, entries=len(leaves))


def _bound(forms: list[bytes]) -> list[bytes]:
    """Return as many of the entries, one at least, as call for INDEX_ROWS index rows at most."""
    rows = accumulate(len(subjects_of(form)) // SUBJECT_SIZE for form in forms)
    return forms[: max(1, bisect_right(list(rows), INDEX_ROWS))]


def _index_subjects(forms: Sequence[bytes]) -> None:
    """Write the rows of the subject index that the entries of a batch call for, with its head."""
    joined = b"".join(map(expected_subject_rows, forms))
    ids, names = [], []
    for at in range(0, len(joined), SUBJECT_ROW_SIZE):
        ids.append(int.from_bytes(joined[at : at + 8], "big"))
        names.append(joined[at + 8 : at + SUBJECT_ROW_SIZE].hex())
    connection = connections[AUDIT]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_INDEX_POSTGRESQL, (ids, names))
        return
    with connection.wrap_database_errors:
        connection.connection.executemany(_INDEX_SQLITE, zip(ids, names, strict=True))
