"""Sweeps of consent."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from consent.models import ConsentEvent
from consent.operations import remove_evidence
from consent.queries import as_lines
from consent.rules import EventKind, evidence_due
from records.legal_days import add_months

BATCH = 200


def sweep_evidence(now: datetime) -> int:
    """Remove the evidence of consents that were withdrawn more than five years ago (C25).

    Works batch by batch; safe to run twice and to stop anywhere. Returns how many lines went.
    """
    earliest = datetime.combine(add_months(now.date(), -60), now.timetz())
    candidates = (
        ConsentEvent.objects.filter(kind=EventKind.WITHDRAWN, at__lt=earliest)
        .order_by("evidence_ref")
        .values_list("evidence_ref", flat=True)
        .distinct()
    )
    removed, after = 0, UUID(int=0)
    while batch := list(candidates.filter(evidence_ref__gt=after)[:BATCH]):
        after = batch[-1]
        with transaction.atomic(durable=True):
            removed += remove_evidence(refs=_due_among(batch, now))
    return removed


def _due_among(refs: list[UUID], now: datetime) -> list[UUID]:
    """Return the pseudonyms of which every purpose's evidence is over."""
    events: dict[UUID, dict[str, list[ConsentEvent]]] = {}
    for event in ConsentEvent.objects.select_for_update().filter(evidence_ref__in=refs):
        events.setdefault(event.evidence_ref, {}).setdefault(event.purpose, []).append(event)
    return [
        ref
        for ref, purposes in events.items()
        if all(evidence_due(as_lines(lines), now) for lines in purposes.values())
    ]
