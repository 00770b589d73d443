"""The clock of a case as a function of what happened: by example, and by properties over years of
days, with leap days, changes to summer time and work-free days among them.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dsar.rules import (
    CaseClock,
    Deadlines,
    Event,
    Extension,
    Fact,
    case_clock,
    deadlines,
    is_working_day,
)
from dsar.rules.case_clock import CLOCK_EVENTS, PROMPT_DAYS, reminder_threshold
from records.legal_days import LEGAL_ZONE, add_months, legal_day
from tests.dsar.test_deadlines import VECTORS

RECEIVED = date(2026, 12, 1)
"""Due on 31 December; extended, on 1 March."""


def at(day: date, hour: int = 12) -> datetime:
    """Return an instant of that day in Ljubljana."""
    return datetime.combine(day, time(hour), LEGAL_ZONE).astimezone(UTC)


def clock(*facts: Fact, today: date, received: date = RECEIVED) -> CaseClock:
    return case_clock(days=deadlines(received), facts=facts, today=today)


def after(days: int) -> date:
    return RECEIVED + timedelta(days=days)


# -- examples


@pytest.mark.rule("§10", "C3", "PP6d")
@pytest.mark.parametrize(("received", "due", "legal_max"), VECTORS)
def test_the_vectors_hold_for_a_case(received: str, due: str, legal_max: str) -> None:
    day = date.fromisoformat(received)
    told = [
        Fact(Event.EXTENSION_PREPARED, at(day)),
        Fact(Event.EXTENSION_IN_FORCE, at(date.fromisoformat(due), hour=23)),
    ]

    plain = case_clock(days=deadlines(day), facts=[], today=day)
    extended = case_clock(days=deadlines(day), facts=told, today=date.fromisoformat(due))

    assert plain.last_day == plain.due == date.fromisoformat(due)
    assert extended.last_day == extended.statutory_due == date.fromisoformat(legal_max)
    assert extended.due == date.fromisoformat(due)


@pytest.mark.rule("PP6d", "C3")
def test_a_question_pauses_the_law_and_never_the_promise() -> None:
    asked = Fact(Event.QUESTION_ASKED, at(after(3)))
    answered = Fact(Event.QUESTION_ANSWERED, at(after(13)))

    found = clock(asked, answered, today=after(20))

    assert (found.due, found.last_day) == (date(2026, 12, 31), date(2026, 12, 31))
    assert found.paused_days == 10
    assert found.statutory_due == date(2027, 1, 11)
    assert clock(asked, answered, today=after(31)).overdue


def test_a_late_question_pauses_nothing() -> None:
    late = after(PROMPT_DAYS + 1)

    assert clock(Fact(Event.QUESTION_ASKED, at(late)), today=after(25)).paused_days == 0
    prompt = Fact(Event.QUESTION_ASKED, at(after(PROMPT_DAYS)))
    assert clock(prompt, today=after(25)).paused_days == 25 - PROMPT_DAYS


@pytest.mark.rule("C3")
def test_an_extension_counts_only_once_its_letter_has_arrived_in_time() -> None:
    prepared = Fact(Event.EXTENSION_PREPARED, at(after(20)), "complexity")
    due = date(2026, 12, 31)

    assert clock(prepared, today=after(25)).extension is Extension.PREPARED
    assert clock(prepared, today=after(25)).last_day == due
    assert clock(prepared, today=due + timedelta(days=1)).extension is Extension.FAILED
    arrived = Fact(Event.EXTENSION_IN_FORCE, at(due, hour=23))
    found = clock(prepared, arrived, today=due + timedelta(days=9))
    assert (found.extension, found.last_day) == (Extension.IN_FORCE, date(2027, 3, 1))
    assert (found.overdue, found.promise_broken) == (False, True)
    late = Fact(Event.EXTENSION_IN_FORCE, at(due + timedelta(days=1), hour=0))
    found = clock(prepared, late, today=due + timedelta(days=9))
    assert (found.extension, found.last_day) == (Extension.FAILED, due)
    assert found.overdue


def test_lateness_stays_after_the_answer() -> None:
    answer = Fact(Event.DELIVERED, at(date(2027, 1, 3)))

    found = clock(answer, today=date(2027, 6, 1))

    assert (found.waiting, found.overdue) == (False, False)
    assert found.overdue_since == date(2027, 1, 1)
    assert found.promise_broken


def test_an_answer_in_the_last_minute_is_in_time_and_one_in_the_next_is_not() -> None:
    last = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in Ljubljana

    in_time = clock(Fact(Event.DELIVERED, last), today=date(2027, 2, 1))
    late = clock(Fact(Event.DELIVERED, last + timedelta(seconds=1)), today=date(2027, 2, 1))

    assert (in_time.overdue_since, in_time.promise_broken) == (None, False)
    assert (late.overdue_since, late.promise_broken) == (date(2027, 1, 1), True)


def test_a_day_set_from_outside_is_stretched_by_nothing() -> None:
    days = Deadlines(received=RECEIVED, due=after(8), legal_max=after(8), target=after(8))
    facts = [Fact(Event.QUESTION_ASKED, at(after(1)))]

    found = case_clock(days=days, facts=facts, today=after(6))

    assert found.statutory_due == found.last_day == after(8)


@pytest.mark.parametrize(
    ("left", "expected"),
    [(15, None), (14, 14), (8, 14), (7, 7), (3, 7), (2, 2), (0, 2), (-3, 2)],
)
def test_a_missed_reminder_is_overtaken_by_the_next(left: int, expected: int | None) -> None:
    assert reminder_threshold(days_left=left, thresholds=(14, 7, 2)) == expected


# -- properties

RECEIPTS = st.dates(min_value=date(2018, 5, 25), max_value=date(2080, 12, 31))
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(sorted(CLOCK_EVENTS)),
        st.integers(min_value=0, max_value=130 * 24 * 60),
    ),
    max_size=9,
)
GAPS = st.integers(min_value=0, max_value=140)


def history(received: date, happened: list[tuple[Event, int]]) -> list[Fact]:
    """Return facts at so many minutes after the start of the day of receipt."""
    start = datetime.combine(received, time(), LEGAL_ZONE).astimezone(UTC)
    return [Fact(event, start + timedelta(minutes=minutes)) for event, minutes in happened]


def law(received: date, months: int, paused: int = 0) -> date:
    """Return the last day by law, worked out by hand: month, pause, then to a working day."""
    day = add_months(received, months) + timedelta(days=paused)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@pytest.mark.rule("C3", "PP6d")
@given(RECEIPTS, HAPPENINGS, GAPS)
def test_no_day_is_ever_later_than_the_law(
    received: date, happened: list[tuple[Event, int]], gap: int
) -> None:
    found = clock(
        *history(received, happened), received=received, today=received + timedelta(days=gap)
    )

    extended = found.extension is Extension.IN_FORCE
    assert found.due <= received + timedelta(days=30)
    assert found.due <= law(received, 1)
    assert found.last_day <= law(received, 3 if extended else 1)
    assert found.statutory_due == law(received, 3 if extended else 1, found.paused_days)
    assert found.last_day <= found.statutory_due
    assert found.target <= found.due


@given(RECEIPTS, HAPPENINGS, GAPS, st.randoms(use_true_random=False))
def test_the_order_in_which_history_is_read_does_not_matter(
    received: date, happened: list[tuple[Event, int]], gap: int, random: Any
) -> None:
    facts = history(received, happened)
    shuffled = list(facts)
    random.shuffle(shuffled)
    today = received + timedelta(days=gap)

    assert clock(*facts, received=received, today=today) == clock(
        *shuffled, *shuffled, received=received, today=today
    )


@given(RECEIPTS, HAPPENINGS, GAPS)
def test_a_pause_is_never_longer_than_its_evidence(
    received: date, happened: list[tuple[Event, int]], gap: int
) -> None:
    facts = history(received, happened)
    today = received + timedelta(days=gap)

    found = clock(*facts, received=received, today=today)

    evidence: set[date] = set()
    for asks, answers in (
        ({Event.IDENTITY_ASKED, Event.DOUBTED}, Event.VERIFIED),
        ({Event.QUESTION_ASKED}, Event.QUESTION_ANSWERED),
    ):
        known = [fact for fact in facts if legal_day(fact.at) <= today]
        asked = [
            fact.at
            for fact in known
            if fact.event in asks and (legal_day(fact.at) - received).days <= PROMPT_DAYS
        ]
        if asked:
            after_all = [f.at for f in known if f.event is answers and f.at >= max(asked)]
            end = legal_day(max(after_all)) if after_all else today
            first = legal_day(min(asked))
            evidence |= {first + timedelta(n) for n in range((end - first).days)}
    assert found.paused_days <= len(evidence)


@given(RECEIPTS, HAPPENINGS, GAPS, GAPS)
def test_once_late_always_late(
    received: date, happened: list[tuple[Event, int]], gap: int, later: int
) -> None:
    facts = history(received, happened)
    first = received + timedelta(days=gap)

    before = clock(*facts, received=received, today=first)
    after_it = clock(*facts, received=received, today=first + timedelta(days=later))

    if before.overdue_since is not None:
        assert after_it.overdue_since == before.overdue_since
    if before.promise_broken:
        assert after_it.promise_broken
    if before.extension is Extension.IN_FORCE:
        assert after_it.extension is Extension.IN_FORCE


@given(RECEIPTS, HAPPENINGS, GAPS)
def test_the_promise_does_not_move_whatever_happens(
    received: date, happened: list[tuple[Event, int]], gap: int
) -> None:
    found = clock(
        *history(received, happened), received=received, today=received + timedelta(days=gap)
    )

    assert (found.due, found.legal_max, found.target) == (
        deadlines(received).due,
        deadlines(received).legal_max,
        deadlines(received).target,
    )


@pytest.mark.parametrize("received", [date(2027, 3, 27), date(2027, 10, 30), date(2028, 1, 31)])
def test_the_day_ends_in_ljubljana_whatever_the_clocks_do(received: date) -> None:
    due = deadlines(received).due
    midnight = datetime.combine(due + timedelta(days=1), time(), LEGAL_ZONE).astimezone(UTC)
    before, at_it = midnight - timedelta(seconds=1), midnight

    in_time = clock(Fact(Event.DELIVERED, before), received=received, today=due + timedelta(9))
    late = clock(Fact(Event.DELIVERED, at_it), received=received, today=due + timedelta(9))

    assert in_time.overdue_since is None
    assert late.overdue_since == due + timedelta(days=1)
