"""Reading the log: what a holder is shown, what a data protection officer searches (H6, D6; GDPR
15, ZVOP-2 22).
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connections
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL

from records.access.append import AUDIT, name_actor, name_subjects
from records.access.codes import (
    ACTION_OF,
    ACTIONS,
    CATEGORIES,
    PURPOSE_OF,
    ROLE_OF,
    Stage,
    categories_of,
)
from records.access.codes import PURPOSES as PURPOSE_CODES
from records.access.errors import GrantDoesNotCover
from records.access.grants import Grant
from records.access.leaves import SUBJECT_SIZE, year_bounds, year_of
from records.access.models import LogEntry
from records.access.purposes import (
    STAKEHOLDER_OF,
    Action,
    ActorRole,
    DataCategory,
    Purpose,
    Stakeholder,
    Store,
)
from records.access.sealing import list_log_years
from records.access.statements import run_prepared
from records.keyring.errors import KeyringKeyDestroyed

MOST_LINES: Final = 1_000

_SHOWN: Final = (
    "id",
    "timestamp",
    "action",
    "purpose",
    "role",
    "organisation",
    "categories",
    "actor",
    "subjects",
    "record",
    "stage",
)
_HEAD: Final = (
    "COALESCE((SELECT last_entry FROM access_treehead WHERE id >= {first} AND id < {after}"
    " ORDER BY id DESC LIMIT 1), {first})"
)
_IDS: Final = (
    "SELECT entry_id FROM access_entrysubject"  # noqa: S608  # numbers and placeholders
    " WHERE subject IN ({names}) AND entry_id > {first} AND entry_id < {after}"
    f" AND entry_id <= {_HEAD} UNION SELECT id FROM access_logentry"
    f" WHERE id > {{first}} AND id < {{after}} AND id > {_HEAD} AND ({{held}})"
)
"""The entries of a year about these people: the index has those up to the newest head, and the few
after it are looked through. One statement: a head and its index rows appear at once. The bounds
stand in the text, so that PostgreSQL plans once and for one partition.
"""
_HELD: Final = {
    "postgresql": "position(%s IN subjects) & 15 = 1",
    "sqlite": "instr(subjects, %s) & 15 = 1",
}
"""The name stands where a name begins: places count from 1, names have 16 bytes."""
_ENTRY: Final = {
    "postgresql": "JOIN LATERAL (SELECT * FROM access_logentry WHERE id = about.entry_id"
    " AND id >= {first} AND id < {after} OFFSET 0) AS entry ON true",
    "sqlite": "JOIN access_logentry AS entry ON entry.id = about.entry_id",
}
"""PostgreSQL's planner, which does not know how few they are, would rather read the whole year."""
_ABOUT: Final = (
    "SELECT page.*, outcome.stage, outcome.details FROM (SELECT "  # noqa: S608  # our own names
    + ", ".join(f"entry.{name}" for name in _SHOWN)
    + " FROM ({ids}) AS about"
    " {entry} WHERE entry.id < %s AND entry.stage = %s"
    " ORDER BY entry.id DESC LIMIT %s) AS page"
    " LEFT JOIN access_logentry AS outcome"
    " ON outcome.intent = page.id AND outcome.id >= {first} AND outcome.id < {after}"
    " ORDER BY page.id DESC"
)
"""An outcome stands in the log year of its entry, and there is one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of the log as people read it: an act and its outcome together. No names, no
    values.
    """

    entry_id: int
    at: datetime
    action: Action
    purpose: Purpose | None
    """None where a record changed that is about nobody."""
    role: ActorRole
    organisation: str
    """The organisation's code; the portal shows its name."""
    categories: frozenset[DataCategory]
    own: bool
    """The holder's own act."""
    outcome: str
    """"opened" (nothing was announced), "done", "failed" or "refused"."""
    actor: UUID = field(repr=False)
    """The actor's pseudonym of that year: a data protection officer's handle, not for holders."""
    subjects: int
    """How many people the act was about."""
    record: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def stakeholder(self) -> Stakeholder:
        """The stakeholder category of the actor (T2.6)."""
        return STAKEHOLDER_OF[self.role]

    @property
    def is_review(self) -> bool:
        """Whether a data protection officer reviewed the log."""
        return self.purpose is Purpose.LOG_REVIEW


def list_entries_about(
    grant: Grant,
    *,
    subjects: Collection[UUID],
    limit: int,
    years: Collection[int] | None = None,
    before: int | None = None,
    wallets: Collection[UUID] = (),
) -> list[LogLine]:
    """Return who looked at these people's data, newest first (H6, GDPR 15, C-579/21).

    The Grant covers ACCESS_LOG of every subject (and of every wallet). `before` is the `entry_id`
    of the last line of the page before. Refused attempts are left out: nobody looked. Years whose
    key is gone are gone.
    """
    for subject in subjects:
        grant.require(Store.IDENTITY, subject, DataCategory.ACCESS_LOG)
    for wallet in wallets:
        grant.require(Store.PAYMENTS, wallet, DataCategory.ACCESS_LOG)
    lines: list[LogLine] = []
    for year in sorted(set(list_log_years() if years is None else years), reverse=True):
        wanted = min(limit, MOST_LINES) - len(lines)
        if wanted <= 0:
            break
        try:
            names = name_subjects(year=year, subjects=subjects, wallets=wallets)
        except KeyringKeyDestroyed:
            continue
        lines += _find_about(names, year, before, wanted)
    return lines


def iterate_entries_about(
    grant: Grant, *, subjects: Collection[UUID], wallets: Collection[UUID] = ()
) -> Iterator[LogLine]:
    """Yield every line about these people, newest first, a page at a time in memory."""
    before: int | None = None
    while page := list_entries_about(
        grant, subjects=subjects, wallets=wallets, limit=MOST_LINES, before=before
    ):
        yield from page
        before = page[-1].entry_id


def iterate_entries_by(grant: Grant, *, actor_id: str) -> Iterator[LogLine]:
    """Yield what an actor did, newest first, refused attempts included, for that actor alone: the
    Grant is one of STAFF_OWN_DATA and their own. Nobody they looked at is named.
    """
    grant.require_purpose(Purpose.STAFF_OWN_DATA, DataCategory.ACCESS_LOG)
    if grant.actor.id != actor_id:
        raise GrantDoesNotCover(entry_id=grant.entry_id, purpose=Purpose.STAFF_OWN_DATA.value)
    acts = LogEntry.objects.filter(stage__in=(Stage.OPENED, Stage.REFUSED))
    for year in reversed(list_log_years()):
        first, before = year_bounds(year)
        try:
            name = name_actor(year=year, actor_id=actor_id)
        except KeyringKeyDestroyed:
            continue
        mine = acts.filter(actor=name, id__gte=first).order_by("-id")
        while page := _lines(mine.filter(id__lt=before)[:MOST_LINES]):
            yield from page
            before = page[-1].entry_id


def _ids_about(names: Sequence[bytes], year: int) -> tuple[str, list[Any]]:
    """Return the statement that finds the entries of a year about these people, and its values."""
    first, after = year_bounds(year)
    connection = connections[AUDIT]
    statement = _IDS.format(
        first=first,
        after=after,
        names=", ".join(["%s"] * len(names)),
        held=" OR ".join([_HELD[connection.vendor]] * len(names)),
    )
    adapt = LogEntry._meta.get_field("actor").get_db_prep_value
    return statement, [*[adapt(UUID(bytes=name), connection) for name in names], *names]


def count_entries_about(grant: Grant, *, subject: UUID) -> int:
    """Return how many looks at this person's data the log still holds; the Grant covers
    ACCESS_LOG.
    """
    grant.require(Store.IDENTITY, subject, DataCategory.ACCESS_LOG)
    found = 0
    for year in list_log_years():
        try:
            names = name_subjects(year=year, subjects=[subject])
        except KeyringKeyDestroyed:
            continue
        ids, values = _ids_about(names, year)
        with connections[AUDIT].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({ids}) AS about", values)  # noqa: S608  # ours
            found += int(cursor.fetchone()[0])
    return found


def _find_about(names: Sequence[bytes], year: int, before: int | None, limit: int) -> list[LogLine]:
    """Return the lines of one year, in one statement, whatever their number."""
    if not names:
        return []
    first, after = year_bounds(year)
    connection = connections[AUDIT]
    ids, values = _ids_about(names, year)
    entry = _ENTRY[connection.vendor].format(first=first, after=after)
    statement = _ABOUT.format(ids=ids, entry=entry, first=first, after=after)
    values += [after if before is None else before, int(Stage.OPENED), limit]
    rows = run_prepared(connection, statement, values)
    if connection.vendor != "postgresql":
        rows = [_from_sqlite(row) for row in rows]
    return [_line(row[: len(_SHOWN)], *row[len(_SHOWN) :]) for row in rows]


def _from_sqlite(row: tuple[Any, ...]) -> tuple[Any, ...]:
    values = dict(zip((*_SHOWN, "outcome", "details"), row, strict=True))
    values["timestamp"] = values["timestamp"].replace(tzinfo=UTC)
    values["actor"] = UUID(values["actor"])
    return tuple(values.values())


def search_entries(
    grant: Grant,
    *,
    limit: int,
    subject: UUID | None = None,
    actor_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    purpose: Purpose | None = None,
    action: Action | None = None,
    category: DataCategory | None = None,
    before: int | None = None,
) -> list[LogLine]:
    """Return the lines a data protection officer asks for, newest first, refused attempts included
    (D6).

    The Grant is one of LOG_REVIEW: the search is an entry itself, and a holder who is searched for
    sees it.
    """
    _require_review(grant)
    if subject is not None:
        grant.require(Store.IDENTITY, subject, DataCategory.ACCESS_LOG)
    found = _filter_entries(since, until, purpose, action, category)
    lines: list[LogLine] = []
    for year in reversed(list_log_years()):
        wanted = min(limit, MOST_LINES) - len(lines)
        if wanted <= 0:
            break
        first, after = year_bounds(year)
        page = found.filter(id__gte=first, id__lt=min(after, before or after))
        try:
            if actor_id is not None:
                page = page.filter(actor=name_actor(year=year, actor_id=actor_id))
            if subject is not None:
                names = name_subjects(year=year, subjects=[subject])
                page = page.filter(id__in=RawSQL(*_ids_about(names, year)))  # noqa: S611  # ours
        except KeyringKeyDestroyed:
            continue
        lines += _lines(page.order_by("-id")[:wanted])
    return lines


def _filter_entries(
    since: datetime | None,
    until: datetime | None,
    purpose: Purpose | None,
    action: Action | None,
    category: DataCategory | None,
) -> QuerySet[LogEntry]:
    found: QuerySet[LogEntry] = LogEntry.objects.filter(stage__in=(Stage.OPENED, Stage.REFUSED))
    if since is not None:
        found = found.filter(timestamp__gte=since)
    if until is not None:
        found = found.filter(timestamp__lt=until)
    if purpose is not None:
        found = found.filter(purpose=PURPOSE_CODES[purpose])
    if action is not None:
        found = found.filter(action=ACTIONS[action])
    if category is not None:
        bit = F("categories").bitand(1 << CATEGORIES[category])
        found = found.alias(asked=bit).filter(asked__gt=0)
    return found


def find_actor(grant: Grant, *, entry_id: int, candidates: Iterable[str]) -> str | None:
    """Return which of these actors made the entry; None for none of them. The Grant is one of
    LOG_REVIEW.

    The log holds a pseudonym; only somebody who has the list of staff gets from it to a colleague.
    """
    _require_review(grant)
    made_by = LogEntry.objects.values_list("actor", flat=True).filter(id=entry_id).first()
    year = year_of(entry_id)
    for candidate in candidates:
        if made_by is not None and name_actor(year=year, actor_id=candidate) == made_by:
            return candidate
    return None


def _require_review(grant: Grant) -> None:
    Grant.require_live(grant)
    if grant.purpose is not Purpose.LOG_REVIEW or DataCategory.ACCESS_LOG not in grant.categories:
        raise GrantDoesNotCover(entry_id=grant.entry_id, purpose=Purpose.LOG_REVIEW.value)


def _lines(entries: QuerySet[LogEntry]) -> list[LogLine]:
    rows = list(entries.values_list(*_SHOWN))
    if not rows:
        return []
    ids = [row[0] for row in rows]
    outcomes: dict[int | None, tuple[int, str | None]] = {
        intent: (stage, details)
        for intent, stage, details in LogEntry.objects.filter(
            intent__in=ids, id__gt=min(ids), id__lt=year_bounds(year_of(max(ids)))[1]
        ).values_list("intent", "stage", "details")
    }
    return [_line(row, *outcomes.get(row[0], (None, None))) for row in rows]


_categories = lru_cache(maxsize=1024)(categories_of)


def _line(row: tuple[Any, ...], outcome: int | None, details: str | None) -> LogLine:
    entry_id, at, action, purpose, who, organisation, mask, actor, subjects, record, stage = row
    role = ROLE_OF[who]
    return LogLine(
        entry_id=entry_id,
        at=at,
        action=ACTION_OF[action],
        purpose=PURPOSE_OF.get(purpose),
        role=role,
        organisation=organisation,
        categories=_categories(mask),
        own=role is ActorRole.HOLDER,
        outcome=Stage(stage if outcome is None else outcome).name.lower(),
        actor=actor,
        subjects=len(subjects) // SUBJECT_SIZE,
        record=record or "",
        counts=json.loads(details).get("counts", {}) if details else {},
    )
