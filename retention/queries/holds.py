"""Who is held back from erasure, and why."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from records.access.restriction import find_restricted
from records.legal_days import legal_day
from retention.models import LegalHold
from retention.ports import hold_sources


def list_holds(*, subject_id: UUID) -> list[LegalHold]:
    """Return every hold that was ever placed on a person, oldest first."""
    return list(LegalHold.objects.filter(subject_id=subject_id).order_by("placed_at"))


def list_held(*, subject_ids: Collection[UUID], now: datetime) -> dict[UUID, str]:
    """Return those who are held now, each with the code of one reason (T7.6.6,
    GDPR 18(1)(b) and (c), threat 12).

    Opens no gate: the gate itself asks.
    """
    today = legal_day(now)
    standing = LegalHold.objects.filter(
        Q(until_date=None) | Q(until_date__gte=today), subject_id__in=subject_ids, lifted_at=None
    )
    held = {
        subject: f"hold:{ground}"
        for subject, ground in standing.values_list("subject_id", "ground")
    }
    for subject in find_restricted(subjects=list(subject_ids)):
        held.setdefault(subject, "restricted")
    for source in hold_sources():
        for subject, reason in source(subject_ids, now).items():
            held.setdefault(subject, reason)
    return held
