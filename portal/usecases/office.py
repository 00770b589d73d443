"""What the data protection officer and the controller's officer see: cases, the log, integrity,
retention.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Max, Min

from portal import words
from portal.models import StaffProfile
from portal.people import Staff
from portal.usecases.own_log import Line, write_line
from records.access.gate import open_gate
from records.access.purposes import Action, DataCategory, Purpose
from records.access.queries import search_entries
from records.access.verification import LogReport, verify_log
from records.cards.queries import find_card
from retention.models import Plan

PAGE_SIZE = 50
_REPORT_KEY = "varuh.integrity"
_REPORT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the searched log."""

    lines: tuple[tuple[int, Line, int], ...]
    older: str
    unknown_card: bool = False


def search_log(
    *,
    staff: Staff,
    card_id: str,
    actor_id: str,
    purpose: Purpose | None,
    since: datetime | None,
    until: datetime | None,
    before: int | None,
    now: datetime,
) -> LogPage:
    """Return the lines that a DPO asks for. The search is an entry itself, a miss as well, and
    whoever it is about sees it (D6).
    """
    card = find_card(holder_id=card_id) if card_id else None
    subject = card.subject_id if card else None
    grant = open_gate(
        actor=staff.actor,
        purpose=Purpose.LOG_REVIEW,
        subjects=[subject] if subject else [],
        categories={DataCategory.ACCESS_LOG, DataCategory.STAFF},
        action=Action.SEARCH,
        task="log-review",
        now=now,
    )
    if card_id and card is None:
        return LogPage((), "", unknown_card=True)
    found = search_entries(
        grant,
        limit=PAGE_SIZE + 1,
        subject=subject,
        actor_id=actor_id or None,
        since=since,
        until=until,
        purpose=purpose,
        before=before,
    )
    older = str(found[PAGE_SIZE - 1].entry_id) if len(found) > PAGE_SIZE else ""
    lines = tuple(
        (line.entry_id, write_line(line, purposes=words.OFFICE_PURPOSES), line.subjects)
        for line in found[:PAGE_SIZE]
    )
    return LogPage(lines, older)


def list_staff(*, city: str) -> list[tuple[str, str]]:
    """Return actor id and user name of all staff of the city, for a search by actor."""
    rows = StaffProfile.objects.filter(city=city).select_related("user").order_by("user__username")
    return [(str(row.pk), f"{row.user.username} ({row.organisation})") for row in rows]


def count_plan_lines(*, plan: Plan) -> list[dict[str, object]]:
    """Return how many people a plan names by rule and state, and their last days (D9)."""
    lines = plan.items.values("rule", "state").annotate(
        people=Count("pk"), first=Min("last_day_kept"), last=Max("last_day_kept")
    )
    return list(lines.order_by("rule", "state"))


def check_integrity(*, now: datetime) -> LogReport:
    """Check the whole log again and keep the report for the page (D8)."""
    report = verify_log(now=now)
    cache.set(_REPORT_KEY, report, _REPORT_SECONDS)
    return report


def last_integrity() -> LogReport | None:
    """Return the report of the last check in this process, None where there was none."""
    return cache.get(_REPORT_KEY)
