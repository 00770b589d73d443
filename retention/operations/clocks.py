"""The sweep that computes everybody's clock, and the brake for a system date that jumps."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from records.access.gate import open_gate
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.legal_days import legal_day
from retention.errors import ClockJumped, NotAController
from retention.models import ClockMark, SubjectClock
from retention.queries.clocks import Verdict, judge_people, list_candidates
from retention.rules.safety import has_jumped, may_order

RETENTION = Actor(role=ActorRole.SYSTEM, id="system:retention", organisation="")
JUDGED = (DataCategory.CARD, DataCategory.APPLICATION, DataCategory.WALLET)

SOON = timedelta(days=30)
OPEN_AGAIN_AFTER = timedelta(days=7)
ENDED_AGAIN_AFTER = timedelta(days=30)
SOON_AGAIN_AFTER = timedelta(days=1)

log = logging.getLogger(__name__)


def open_for_judging(subject_ids: Sequence[UUID], now: datetime) -> Grant:
    """Open the gate to look at states, days and balances of these people, for retention."""
    return open_gate(
        actor=RETENTION,
        purpose=Purpose.RETENTION,
        subjects=subject_ids,
        categories=JUDGED,
        action=Action.CONSULT,
        task="retention-clock",
        now=now,
    )


def sweep_clocks(now: datetime) -> int:
    """Compute the clocks of everybody whose contracts have ended; return how many were judged
    (PP5a).

    Whoever has a contract that runs loses their clock. Looks at an open contract every week, at an
    ended one every month, and every day in the last month. Safe to run twice and to stop anywhere.
    """
    judged = 0
    for ended, running in list_candidates(today=legal_day(now)):
        SubjectClock.objects.filter(pk__in=running, erasing_since=None).delete()
        stale = _stale_among(ended, now)
        if stale:
            grant = open_for_judging(stale, now)
            for verdict in judge_people(grant, subject_ids=stale, now=now):
                save_clock(verdict, now)
            judged += len(stale)
    see_clock(now=now)
    return judged


def _stale_among(people: Sequence[UUID], now: datetime) -> list[UUID]:
    fresh = SubjectClock.objects.filter(pk__in=people).exclude(
        Q(contract_end=None, computed_at__lte=now - OPEN_AGAIN_AFTER)
        | Q(contract_end__isnull=False, computed_at__lte=now - ENDED_AGAIN_AFTER)
        | Q(purge_from__lte=now + SOON, computed_at__lte=now - SOON_AGAIN_AFTER)
    )
    known = set(fresh.values_list("pk", flat=True))
    known.update(
        SubjectClock.objects.filter(pk__in=people, erasing_since__isnull=False).values_list(
            "pk", flat=True
        )
    )
    return [pk for pk in people if pk not in known]


def save_clock(verdict: Verdict, now: datetime) -> None:
    """Keep a verdict as the person's clock, unless their erasure has begun."""
    with transaction.atomic():
        SubjectClock.objects.filter(pk=verdict.subject_id, erasing_since=None).delete()
        SubjectClock.objects.bulk_create(
            [
                SubjectClock(
                    subject_id=verdict.subject_id,
                    contract_end=verdict.contract_end,
                    last_day_kept=verdict.last_day_kept,
                    purge_from=verdict.purge_from,
                    rule=verdict.rule,
                    open=list(verdict.open),
                    computed_at=now,
                )
            ],
            ignore_conflicts=True,
        )


def see_clock(*, now: datetime) -> None:
    """Note the time that was seen; a time after a jump is not noted (threat 12)."""
    mark = ClockMark.objects.filter(pk=1).first()
    if mark is None:
        ClockMark.objects.bulk_create([ClockMark(id=1, seen_at=now)], ignore_conflicts=True)
    elif has_jumped(seen_at=mark.seen_at, now=now):
        log.warning("The system date has jumped; purges wait until a controller confirms it.")
    else:
        ClockMark.objects.filter(pk=1, seen_at__lt=now).update(seen_at=now)


def require_steady_clock(*, now: datetime) -> None:
    """Raise ClockJumped where the system date has moved by more than a day since it was last
    seen.
    """
    mark = ClockMark.objects.filter(pk=1).first()
    if mark is not None and has_jumped(seen_at=mark.seen_at, now=now):
        raise ClockJumped(seen_at=mark.seen_at.isoformat(), now=now.isoformat())


def confirm_clock(*, actor: Actor, now: datetime) -> None:
    """Let the present time count, after a controller's person has checked it. Raises
    NotAController.
    """
    if not may_order(actor.role):
        raise NotAController(role=actor.role.value)
    ClockMark.objects.update_or_create(pk=1, defaults={"seen_at": now})
