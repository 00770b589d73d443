"""The log has a lawful life of its own: a year is disposed of whole, 2 (at most 5) years after its
end (ZVOP-2 22).
"""

import json
from datetime import datetime
from typing import Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max
from django.db.transaction import atomic

from records.access.append import AUDIT, append_entry, name_actor, name_task
from records.access.codes import ACTIONS, PURPOSES, ROLES, Stage, mask_of
from records.access.errors import YearNotDue
from records.access.grants import Actor
from records.access.leaves import Content, log_year, year_bounds
from records.access.models import DisposedYear, LogEntry, TreeHead
from records.access.purposes import Action, DataCategory, Purpose
from records.access.triggers import (
    PARTITIONED,
    install_triggers,
    partition_name,
    remove_triggers,
)
from records.keyring.operations import destroy_log_link_key

LEAST_YEARS: Final = 2
MOST_YEARS: Final = 5
"""Whole calendar years after the year's end; more than two only where the risk analysis shows the
need.
"""


def is_due(*, year: int, now: datetime, keep_years: int = LEAST_YEARS) -> bool:
    """Return whether the log year may be disposed of: entries of 2026 after 31 December 2028."""
    if not LEAST_YEARS <= keep_years <= MOST_YEARS:
        raise YearNotDue(year=year, keep_years=keep_years)
    return log_year(now) > year + keep_years


def dispose_log_year(
    *, year: int, actor: Actor, now: datetime, keep_years: int = LEAST_YEARS
) -> DisposedYear:
    """Delete a due log year with its index and leaves, and destroy its link key; the rest still
    verifies.

    Needs a connection as the owner of the audit store. The disposal is an entry itself, and the
    year's last signed head stays. Raises YearNotDue where the year is not due, not sealed to its
    last entry, empty or gone already.
    """
    first, after = year_bounds(year)
    last = LogEntry.objects.filter(id__gt=first, id__lt=after).aggregate(last=Max("id"))["last"]
    head = TreeHead.objects.filter(id__gt=first, id__lt=after).order_by("-id").first()
    if not is_due(year=year, now=now, keep_years=keep_years):
        raise YearNotDue(year=year, keep_years=keep_years)
    if head is None or head.last_entry != last or DisposedYear.objects.filter(year=year).exists():
        raise YearNotDue(year=year, sealed=head.last_entry if head else 0, last=last or 0)
    entry_id = _log(year, head.size, actor, now)
    connection = connections[AUDIT]
    with atomic(using=AUDIT):
        row: DisposedYear = DisposedYear.objects.create(
            year=year, size=head.size, note=head.note, disposed_at=now, entry_id=entry_id
        )
        _delete(connection, year)
    destroy_log_link_key(year=year)
    return row


def _log(year: int, size: int, actor: Actor, now: datetime) -> int:
    this_year = log_year(now)
    return append_entry(
        year=this_year,
        content=Content(
            timestamp=now,
            stage=Stage.OPENED,
            action=ACTIONS[Action.ERASE],
            purpose=PURPOSES[Purpose.RETENTION],
            role=ROLES[actor.role],
            categories=mask_of({DataCategory.ACCESS_LOG}),
            actor=name_actor(year=this_year, actor_id=actor.id),
            task=name_task(year=this_year, task=f"log year {year}"),
            subjects=b"",
            organisation=actor.organisation,
            record=f"access.DisposedYear:{year}",
            details=json.dumps({"counts": {"entries": size}}, separators=(",", ":")),
        ),
    )


def _delete(connection: BaseDatabaseWrapper, year: int) -> None:
    first, after = year_bounds(year)
    with connection.cursor() as cursor:
        if partition_name("access_logentry", year) in _list_partitions(connection):
            for table in PARTITIONED:
                cursor.execute(f"DROP TABLE {partition_name(table, year)}")
            return
        remove_triggers(connection)
        for table, column in PARTITIONED.items():
            cursor.execute(
                f"DELETE FROM {table} WHERE {column} > %s AND {column} < %s",  # noqa: S608
                (first, after),
            )
        install_triggers(connection)


def _list_partitions(connection: BaseDatabaseWrapper) -> set[str]:
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
            " AND relnamespace = current_schema()::regnamespace"
        )
        return {row[0] for row in cursor.fetchall()}
