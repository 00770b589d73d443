"""Legal days and month arithmetic: Europe/Ljubljana, Regulation 1182/71 3(2)(c). Pure."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LEGAL_ZONE = ZoneInfo("Europe/Ljubljana")


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """Return the same day `years` later; 29 February becomes 28 February in a common year."""
    return add_months(day, 12 * years)


def legal_day(now: datetime) -> date:
    """Return the calendar day in Ljubljana at an aware time."""
    return now.astimezone(LEGAL_ZONE).date()


def start_of_day(day: date) -> datetime:
    """Return 00:00 of a day in Ljubljana, in UTC."""
    return datetime.combine(day, time.min, LEGAL_ZONE).astimezone(UTC)


def start_of_next_day(day: date) -> datetime:
    """Return 24:00 of a day in Ljubljana, in UTC: a period that ends on it is over then."""
    return start_of_day(day + timedelta(days=1))
