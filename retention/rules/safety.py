"""What keeps a purge from going wrong: the wait, the brakes, the four eyes (threats 12-14)."""

from datetime import datetime, timedelta

from records.access.purposes import ActorRole

PLANNED_AHEAD = timedelta(days=7)
"""A plan waits at least this long between the list and its execution."""

GRANTS_GONE = timedelta(minutes=10)
"""Whoever opened the gate in the last moment has long lost their Grant when the erasure begins."""

PLAN_LIVES = timedelta(days=30)
"""A plan that was not carried out by then is withdrawn, and forgets who was in it (rule `job`)."""

APPROVALS = 2
"""People of controllers who have read the plan."""

USUAL_PEOPLE = 20
USUAL_PERCENT = 2
"""More people than the larger of the two, and both approvers have to type in the number."""

CLOCK_JUMP = timedelta(days=1)
"""A larger step between two looks at the clock, and nothing is erased until a person confirms
it.
"""

BATCH_PEOPLE = 25
"""People in one saga: few enough to end well inside one lease."""

LEASE_SECONDS = 180

HOLD_GROUNDS = frozenset({"court_order", "dispute", "freeze", "investigation", "archive"})
"""Why a controller may hold data back (T7.6.6, C10, X-3). Each hold names its citation."""


def may_order(role: ActorRole) -> bool:
    """Say whether a role may place holds and approve plans: controllers' people only (C1)."""
    return role is ActorRole.CONTROLLER


def usual_limit(people: int) -> int:
    """Return how many of so many people a plan may erase without a typed confirmation."""
    return max(USUAL_PEOPLE, people * USUAL_PERCENT // 100)


def has_jumped(*, seen_at: datetime, now: datetime) -> bool:
    """Say whether the clock moved by more than a day, forwards or back, since it was last seen."""
    return abs(now - seen_at) > CLOCK_JUMP
