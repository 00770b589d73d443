"""Erasure at the person's word: fates, states, periods, the breaker. Pure (docs/adr/0010)."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from records.access.purposes import ActorRole
from records.legal_days import add_months
from retention.rules import get_rule

CANCEL_WINDOW = timedelta(hours=72)
"""H15: long enough to notice that somebody else has asked, or to think again."""

APPROVALS = 2
"""Two different people (design: four eyes)."""
APPROVERS = frozenset({ActorRole.CLERK, ActorRole.CONTROLLER})
"""A DPO advises and reads (GDPR 38(6), C1)."""
DECIDER = ActorRole.CONTROLLER
"""One of the two: only a controller decides what stays although it was asked to be erased."""

TELL_BEFORE = timedelta(days=14)
"""The person is told of the last erasure while they can still sign in and read."""

USUAL_A_DAY, USUAL_PERCENT, MOST_A_DAY = 5, 1, 100
"""Orders begun on one day: the larger of the first two, never more than the third. A city of 10,000
holders has some ten requests a year; a hundred on one day are a fault or an attack (threat 12).
"""


class Fate(StrEnum):
    """What becomes of a column."""

    NOW = "now"
    LATER = "later"
    KEPT = "kept"


class OrderState(StrEnum):
    """Where an order stands."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    PLANNED = "planned"
    APPROVED = "approved"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


class OrderStep(StrEnum):
    """The steps of a run, in order. Each is safe to run twice."""

    RECHECK = "recheck"
    LEDGER = "ledger"
    CARDS = "cards"
    PARTS = "parts"
    FILES = "files"
    PROBE = "probe"
    RECEIPT = "receipt"
    DONE = "done"


def next_step(step: OrderStep) -> OrderStep:
    """Return the step after this one."""
    order = tuple(OrderStep)
    return order[order.index(step) + 1]


OPEN_ORDERS = frozenset(
    {
        OrderState.ASKED,
        OrderState.CONFIRMED,
        OrderState.PLANNED,
        OrderState.APPROVED,
        OrderState.RUNNING,
        OrderState.FAILED,
    }
)

MONEY_HOLDS = frozenset({"freeze", "dispute"})
"""Holds about money: they keep the contract's data, not the optional one (threat 10, T7.6.6)."""


@dataclass(frozen=True, slots=True)
class Line:
    """Columns of one table that share one fate, and until when."""

    source: str
    model: str
    columns: tuple[str, ...]
    fate: Fate
    rule: str
    """The code of the retention rule that decides; its citation stands in the catalogue."""
    rows: int
    until: date | None = None
    foreseen: bool = False
    """The day is not fixed yet: the contract runs, or something is still open."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The days from which the terms of a person's data follow."""

    today: date
    last_day_kept: date | None
    foreseen: date | None
    last_payout: date | None
    last_case_closed: date | None


_WITH_CONTRACT = frozenset({"contract", "no_card_issued", "wallet", "restriction"})


def term_of(rule: str, clocks: Clocks) -> tuple[date | None, bool]:
    """Return the last day on which data under the rule is kept, and whether it is only foreseen.

    None where no day can be told: nothing has started the period.
    """
    if rule in _WITH_CONTRACT and clocks.last_day_kept is not None:
        return clocks.last_day_kept, False
    found, today = get_rule(rule), clocks.today
    if rule == "payout_account" and clocks.last_payout is not None:
        return add_months(clocks.last_payout, found.months), False
    foreseen = {
        **dict.fromkeys(_WITH_CONTRACT, clocks.foreseen),
        "access_log": date(today.year + found.months // 12, 12, 31),
        "consent": add_months(today, found.months),
        "case": add_months(clocks.last_case_closed or today, found.months),
    }
    by_days = today + timedelta(days=found.days) if found.days else None
    return foreseen.get(rule, by_days), True


def plan_hash(
    *,
    lines: Iterable[Line],
    predicted: Mapping[str, int],
    parts: Collection[str],
    cards: int,
) -> str:
    """Return the SHA-256 of what two people approve: the fate of every column, and what goes now.

    Rows that stay are not in it: the look itself adds lines to the log.
    """
    content = {
        "fates": sorted(
            [line.model, line.fate.value, line.rule, *sorted(line.columns)] for line in lines
        ),
        "predicted": dict(predicted),
        "parts": sorted(parts),
        "cards": cards,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def may_approve(role: ActorRole) -> bool:
    """Say whether somebody in this role may approve an erasure."""
    return role in APPROVERS


def is_approved(votes: Collection[tuple[str, ActorRole]]) -> bool:
    """Say whether these approvals (who, in which role) suffice: two people, one of a controller."""
    people = {who for who, role in votes if may_approve(role)}
    return len(people) >= APPROVALS and any(role is DECIDER for _, role in votes)


def breaker_limit(people: int) -> int:
    """Return how many orders may begin on one day where there are so many people."""
    return min(MOST_A_DAY, max(USUAL_A_DAY, people * USUAL_PERCENT // 100))


def window_end(confirmed_at: datetime) -> datetime:
    """Return until when the person may cancel."""
    return confirmed_at + CANCEL_WINDOW


def log_kept_until(day: date) -> date:
    """Return the last day of the log entries that are written until this day (ZVOP-2 22)."""
    return date(day.year + get_rule("access_log").months // 12, 12, 31)
