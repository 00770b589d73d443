"""Plans: what they contain, what is coming up."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db.models import Count

from retention.errors import NoSuchPlan
from retention.models import Plan, PlanItem, SubjectClock
from retention.queries.holds import list_held


@dataclass(frozen=True, slots=True)
class DueLine:
    """How many people are due, by rule; and how many of them are held (D9)."""

    rule: str
    due: int
    held: int


def get_plan(*, plan_id: UUID) -> Plan:
    """Return a plan; raises NoSuchPlan."""
    try:
        return Plan.objects.get(pk=plan_id)
    except Plan.DoesNotExist:
        raise NoSuchPlan(plan=plan_id) from None


def plan_hash(lines: Iterable[tuple[UUID, date, str, str]]) -> str:
    """Return the SHA-256 over a plan's lines (person, last day kept, rule, state), in canonical
    form.
    """
    texts = sorted(
        [str(person), kept.isoformat(), rule, state] for person, kept, rule, state in lines
    )
    return sha256(json.dumps(texts, separators=(",", ":")).encode()).hexdigest()


def hash_of_items(plan: Plan) -> str:
    """Return the hash of a plan's lines as they stand before anything has run."""
    rows = PlanItem.objects.filter(plan=plan).values_list(
        "subject_id", "last_day_kept", "rule", "state"
    )
    return plan_hash(
        (person, kept, rule, state) for person, kept, rule, state in rows if person and kept
    )


def due_within(*, days: int, now: datetime) -> list[DueLine]:
    """Return how many people become due within so many days, by rule, and how many are held
    (D9).
    """
    until = now + timedelta(days=days)
    clocks = SubjectClock.objects.filter(purge_from__lte=until)
    totals = clocks.values("rule").annotate(due=Count("pk")).order_by("rule")
    people = list(clocks.values_list("pk", "rule"))
    held = list_held(subject_ids=[pk for pk, _ in people], now=now)
    return [
        DueLine(
            rule=line["rule"],
            due=line["due"],
            held=sum(rule == line["rule"] and pk in held for pk, rule in people),
        )
        for line in totals
    ]


def count_reasons(plan: Plan) -> dict[str, int]:
    """Return how many lines of a plan there are for each state and reason (D9)."""
    rows = plan.items.values("state", "reason").annotate(number=Count("pk"))
    return {
        f"{row['state']}:{row['reason']}": row["number"] for row in rows.order_by("state", "reason")
    }
