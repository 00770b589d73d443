"""Reading the log: what a holder is shown, what a data protection officer searches (H6, D6; GDPR
15, ZVOP-2 22).
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F, QuerySet

from records.access.append import name_actor, name_subjects
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
from records.access.leaves import split_subjects, year_bounds, year_of
from records.access.models import EntrySubject, LogEntry
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
from records.keyring.errors import KeyringKeyDestroyed

MOST_LINES: Final = 1_000


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
        lines += _lines(_find_about(names, year, before, wanted))
    return lines


def _find_about(names: Sequence[UUID], year: int, before: int | None, limit: int) -> list[LogEntry]:
    first, after = year_bounds(year)
    if before is not None:
        after = min(after, before)
    ids = EntrySubject.objects.filter(
        subject__in=names, entry_id__gte=first, entry_id__lt=after
    ).values("entry_id")
    entries = LogEntry.objects.filter(id__in=ids, id__gte=first, id__lt=after, stage=Stage.OPENED)
    return list(entries.order_by("-id")[:limit])


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
                about = EntrySubject.objects.filter(subject__in=names, entry_id__gte=first)
                page = page.filter(id__in=about.values("entry_id"))
        except KeyringKeyDestroyed:
            continue
        lines += _lines(list(page.order_by("-id")[:wanted]))
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


def _lines(entries: Sequence[LogEntry]) -> list[LogLine]:
    if not entries:
        return []
    ids = [entry.id for entry in entries]
    outcomes: dict[int | None, tuple[int, str | None]] = {
        intent: (stage, details)
        for intent, stage, details in LogEntry.objects.filter(
            intent__in=ids, id__gt=min(ids), id__lt=year_bounds(year_of(max(ids)))[1]
        ).values_list("intent", "stage", "details")
    }
    return [_line(entry, *outcomes.get(entry.id, (entry.stage, None))) for entry in entries]


def _line(entry: LogEntry, stage: int, details: str | None) -> LogLine:
    role = ROLE_OF[entry.role]
    return LogLine(
        entry_id=entry.id,
        at=entry.timestamp,
        action=ACTION_OF[entry.action],
        purpose=PURPOSE_OF.get(entry.purpose),
        role=role,
        organisation=entry.organisation,
        categories=categories_of(entry.categories),
        own=role is ActorRole.HOLDER,
        outcome=Stage(stage).name.lower(),
        actor=entry.actor,
        subjects=len(split_subjects(bytes(entry.subjects))),
        record=entry.record or "",
        counts=json.loads(details).get("counts", {}) if details else {},
    )
