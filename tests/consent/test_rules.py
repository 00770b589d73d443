"""When a text may take effect, and when consent stands."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import NoticeTooSoon, NoticeUnannounced
from consent.rules import (
    Change,
    EventKind,
    Line,
    check_effective_on,
    default_effective_on,
    evidence_due,
    is_consent_purpose,
    stands_at,
)
from records.access.purposes import PURPOSES, LegalBasis, Purpose
from records.legal_days import add_months

PUBLISHED = date(2026, 12, 31)


@pytest.mark.rule("C2", "T11.5")
@pytest.mark.parametrize(
    ("announced", "earliest"),
    [
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 1, 15), date(2027, 3, 15)),
        (date(2027, 12, 31), date(2028, 2, 29)),
    ],
)
def test_a_material_change_binds_two_months_after_its_announcement(announced, earliest):
    facts = {"change": Change.MATERIAL, "published_on": PUBLISHED, "announced_on": announced}

    check_effective_on(**facts, effective_on=earliest)

    with pytest.raises(NoticeTooSoon) as refusal:
        check_effective_on(**facts, effective_on=earliest - timedelta(days=1))
    assert refusal.value.facts["earliest"] == earliest


@pytest.mark.rule("C2", "T11.5")
def test_a_material_change_without_announcement_is_refused():
    with pytest.raises(NoticeUnannounced):
        check_effective_on(
            change=Change.MATERIAL,
            published_on=PUBLISHED,
            announced_on=None,
            effective_on=date(2030, 1, 1),
        )


@pytest.mark.rule("T1.4a", "C2")
def test_a_change_in_the_holders_favour_takes_effect_fourteen_days_after_publication():
    facts = {"change": Change.FAVOURABLE, "published_on": PUBLISHED, "announced_on": None}

    assert default_effective_on(**facts) == date(2027, 1, 14)
    with pytest.raises(NoticeTooSoon):
        check_effective_on(**facts, effective_on=date(2027, 1, 13))


DAYS = st.dates(date(2021, 10, 15), date(2060, 12, 31))


@pytest.mark.rule("C2")
@given(DAYS, DAYS)
def test_no_material_change_ever_binds_before_two_months_have_passed(published, announced):
    effective = default_effective_on(
        change=Change.MATERIAL, published_on=published, announced_on=announced
    )

    assert effective >= add_months(announced, 2)
    assert effective >= published


@pytest.mark.rule("PP3")
def test_news_rests_on_consent_and_on_nothing_else():
    assert PURPOSES[Purpose.NEWS].basis is LegalBasis.CONSENT
    assert [purpose for purpose in Purpose if is_consent_purpose(purpose)] == [Purpose.NEWS]


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def lines(*minutes: int) -> list[Line]:
    kinds = (EventKind.GIVEN, EventKind.WITHDRAWN)
    return [
        Line(number, kinds[(number - 1) % 2], NOON + timedelta(minutes=minute))
        for number, minute in enumerate(minutes, start=1)
    ]


def test_consent_is_off_by_default():
    assert not stands_at([], NOON)


def test_consent_stands_from_the_moment_it_is_given_to_the_moment_it_is_withdrawn():
    ledger = lines(0, 10)

    assert not stands_at(ledger, NOON - timedelta(seconds=1))
    assert stands_at(ledger, NOON)
    assert stands_at(ledger, NOON + timedelta(minutes=10, microseconds=-1))
    assert not stands_at(ledger, NOON + timedelta(minutes=10))


def test_two_words_at_the_same_moment_count_in_the_order_they_were_said():
    assert not stands_at(lines(0, 0), NOON)
    assert stands_at(lines(0, 0, 0), NOON)


@given(st.lists(st.integers(0, 100), max_size=6), st.integers(-10, 110))
def test_consent_stands_exactly_while_an_odd_number_of_words_was_said(minutes, at):
    ledger = lines(*sorted(minutes))

    said = sum(minute <= at for minute in minutes)

    assert stands_at(ledger, NOON + timedelta(minutes=at)) == (said % 2 == 1)


@pytest.mark.rule("C25", "PP5c")
def test_the_evidence_of_a_withdrawn_consent_is_over_after_five_years():
    ledger = lines(0, 0)
    five_years = datetime(2031, 11, 21, 12, tzinfo=UTC)

    assert not evidence_due(ledger, five_years)
    assert evidence_due(ledger, five_years + timedelta(days=1))


@pytest.mark.rule("C25")
def test_the_evidence_of_a_standing_consent_is_never_over():
    assert not evidence_due(lines(0), NOON + timedelta(days=9999))
