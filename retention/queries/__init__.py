"""Reading clocks, holds, plans, positions and orphans."""

from retention.queries.clocks import (
    Verdict,
    find_clock,
    judge_people,
    list_candidates,
    refuse_after_period,
)
from retention.queries.holds import list_held, list_holds
from retention.queries.orphans import count_orphans
from retention.queries.plans import due_within, get_plan, plan_hash
from retention.queries.positions import require_stores_current, stores_behind

__all__ = [
    "Verdict",
    "count_orphans",
    "due_within",
    "find_clock",
    "get_plan",
    "judge_people",
    "list_candidates",
    "list_held",
    "list_holds",
    "plan_hash",
    "refuse_after_period",
    "require_stores_current",
    "stores_behind",
]
