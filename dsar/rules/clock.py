"""The statutory clock of a rights request (GDPR 12(3), PP6d, C3, Regulation 1182/71). Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from records.legal_days import add_months

POLICY_DAYS = 30
"""PP6d: at the latest 30 days from receipt. A promise in calendar days is not rolled."""
LEGAL_MONTHS = 1
EXTENDED_MONTHS = 3
"""GDPR 12(3): one month, and two further months where an extension is told in the first."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The days that follow from a day of receipt; each lasts until 24:00 in Ljubljana."""

    received: date
    due: date
    """The earlier of the law's month and the policy's 30 days: what the person is told."""
    legal_max: date
    """The last day if the case is extended."""
    target: date
    """The last working day on or before `due`: what staff work towards."""


def deadlines(received: date, *, extra_work_free: Collection[date] = ()) -> Deadlines:
    """Return the deadlines of a request received on that day (rules §10, C3).

    `extra_work_free` are work-free days that were proclaimed once, beyond the statute's list.
    """
    month = roll_forward(add_months(received, LEGAL_MONTHS), extra_work_free)
    due = min(month, received + timedelta(days=POLICY_DAYS))
    return Deadlines(
        received=received,
        due=due,
        legal_max=roll_forward(add_months(received, EXTENDED_MONTHS), extra_work_free),
        target=roll_back(due, extra_work_free),
    )


def is_working_day(day: date, extra_work_free: Collection[date] = ()) -> bool:
    """Return whether the day is neither Saturday, Sunday, a Slovenian work-free day nor an extra
    one.
    """
    return (
        day.weekday() < _SATURDAY
        and day not in _work_free_days(day.year)
        and day not in extra_work_free
    )


def roll_forward(day: date, extra_work_free: Collection[date] = ()) -> date:
    """Return the day, or the next working day after it (Regulation 1182/71 3(4))."""
    while not is_working_day(day, extra_work_free):
        day += timedelta(days=1)
    return day


def roll_back(day: date, extra_work_free: Collection[date] = ()) -> date:
    """Return the day, or the last working day before it."""
    while not is_working_day(day, extra_work_free):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=64)
def _work_free_days(year: int) -> frozenset[date]:
    """Return the work-free days of the year. Category "public": "workday" means the opposite
    there.
    """
    return frozenset(holidays.country_holidays("SI", years=year, categories="public"))
