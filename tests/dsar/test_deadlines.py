"""The clock of a rights request: every vector of the rules, and properties over the years."""

import calendar
from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dsar.rules import deadlines, is_working_day

VECTORS = [
    # received, due, extended maximum
    ("2026-12-01", "2026-12-31", "2027-03-01"),
    ("2027-01-04", "2027-02-03", "2027-04-05"),
    ("2027-01-08", "2027-02-07", "2027-04-08"),
    ("2027-01-29", "2027-02-28", "2027-04-29"),
    ("2027-01-31", "2027-03-01", "2027-04-30"),
    ("2027-02-01", "2027-03-01", "2027-05-03"),
    ("2027-02-28", "2027-03-30", "2027-05-28"),
    ("2027-03-27", "2027-04-26", "2027-06-28"),
    ("2027-03-31", "2027-04-30", "2027-06-30"),
    ("2027-04-01", "2027-05-01", "2027-07-01"),
    ("2028-01-31", "2028-02-29", "2028-05-03"),
]
DAYS = st.dates(min_value=date(2018, 5, 25), max_value=date(2080, 12, 31))


@pytest.mark.rule("§10", "C3", "PP6d")
@pytest.mark.parametrize(("received", "due", "legal_max"), VECTORS)
def test_the_vectors_of_the_rules(received: str, due: str, legal_max: str) -> None:
    found = deadlines(date.fromisoformat(received))

    assert (found.due.isoformat(), found.legal_max.isoformat()) == (due, legal_max)


@pytest.mark.rule("§10")
def test_staff_work_towards_the_last_working_day_before() -> None:
    assert deadlines(date(2027, 1, 29)).target == date(2027, 2, 26)
    assert deadlines(date(2026, 12, 1)).target == date(2026, 12, 31)


@given(DAYS)
def test_the_day_told_is_never_later_than_the_law_or_the_promise(received: date) -> None:
    found = deadlines(received)

    assert found.due <= received + timedelta(days=30)
    assert found.due <= _law_by_hand(received, months=1)
    assert found.due == min(received + timedelta(days=30), _law_by_hand(received, months=1))
    assert found.legal_max == _law_by_hand(received, months=3)


@given(DAYS)
def test_every_deadline_lies_after_receipt_and_in_order(received: date) -> None:
    found = deadlines(received)

    assert received < found.target <= found.due < found.legal_max
    assert is_working_day(found.target)
    assert is_working_day(found.legal_max)
    assert all(
        not is_working_day(found.target + timedelta(days=gap))
        for gap in range(1, (found.due - found.target).days + 1)
    )


@given(DAYS)
def test_a_later_receipt_never_gives_an_earlier_day(received: date) -> None:
    today, tomorrow = deadlines(received), deadlines(received + timedelta(days=1))

    assert today.due <= tomorrow.due
    assert today.legal_max <= tomorrow.legal_max


@pytest.mark.rule("C3")
@pytest.mark.parametrize("year", range(2024, 2061))
def test_the_work_free_days_are_those_of_the_law(year: int) -> None:
    fixed = [(1, 1), (1, 2), (2, 8), (4, 27), (5, 1), (5, 2), (6, 25), (8, 15), (10, 31), (11, 1)]
    fixed += [(12, 25), (12, 26)]
    easter = _easter(year)
    law = {date(year, month, day) for month, day in fixed} | {easter + timedelta(days=1)}

    weekdays = [
        date(year, 1, 1) + timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365)
    ]
    free = {day for day in weekdays if day.weekday() < 5 and not is_working_day(day)}

    assert free == {day for day in law if day.weekday() < 5}


def test_a_day_proclaimed_once_can_be_added() -> None:
    proclaimed = date(2027, 3, 1)

    assert deadlines(date(2027, 2, 1)).due == proclaimed
    moved = deadlines(date(2027, 2, 1), extra_work_free=[proclaimed])

    assert moved.due == date(2027, 3, 2)
    assert moved.target == date(2027, 3, 2)


def _law_by_hand(received: date, *, months: int) -> date:
    """One month by Regulation 1182/71, written a second time and differently."""
    month = (received.month - 1 + months) % 12 + 1
    year = received.year + (received.month - 1 + months) // 12
    day = received.day
    while True:
        try:
            end = date(year, month, day)
            break
        except ValueError:
            day -= 1
    while not is_working_day(end):
        end += timedelta(days=1)
    return end


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
