"""Reminders to the data protection officers, and the permanent mark of a missed day (threat 32)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from dsar.models import Case, CaseEvent, Reminder
from dsar.operations.reminders import note_overdue, send_reminders
from dsar.queries import list_events, standing
from dsar.rules import Event, Right
from dsar.tasks import fulfil_cases
from records.errors import Refusal
from records.identity.models import Controller
from tests.factories import ALL_STORES, ANA

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


class Down(Refusal):
    """The mail server does not answer."""

    code = "test.down"


@pytest.fixture
def case(file_request: Callable[..., Case]) -> Case:
    """Ana waits for a person until 21 December."""
    return file_request(right=Right.RECTIFICATION)


@pytest.fixture
def sent() -> list[tuple[str, str, str]]:
    """What has left."""
    return []


def remind(sent: list[tuple[str, str, str]], now: datetime) -> int:
    return send_reminders(send=lambda *parts: sent.append(parts), now=now)


@pytest.mark.rule("PP6d")
def test_all_officers_are_told_once_at_fourteen_seven_and_two_days(
    case: Case, sent: list[tuple[str, str, str]], now: datetime
) -> None:
    officers = set(Controller.objects.values_list("dpo_email", flat=True))
    days = {}
    for day in range(32):
        count = remind(sent, now + timedelta(days=day))
        assert remind(sent, now + timedelta(days=day)) == 0
        if count:
            days[30 - day] = count

    assert days == {14: len(officers), 7: len(officers), 2: len(officers)}
    assert len(officers) == 2
    assert {address for address, _, _ in sent} == officers
    reminded = [e.reason for e in list_events(case.pk) if e.event == Event.REMINDED]
    assert reminded == ["14", "7", "2"]
    for _, subject, text in sent:
        assert case.reference in subject
        for personal in (ANA.given_name, ANA.family_name, ANA.email, ANA.phone_e164):
            assert personal not in subject + text


def test_after_a_standstill_only_the_most_urgent_leaves(
    case: Case, sent: list[tuple[str, str, str]], now: datetime
) -> None:
    remind(sent, now + timedelta(days=26))

    assert {row.days_before for row in Reminder.objects.all()} == {7}
    assert len(sent) == 2


def test_a_reminder_that_cannot_leave_is_tried_again(
    case: Case, sent: list[tuple[str, str, str]], now: datetime
) -> None:
    def refuse(*_parts: str) -> None:
        raise Down

    at = now + timedelta(days=16)
    assert send_reminders(send=refuse, now=at) == 0
    assert set(Reminder.objects.values_list("last_error", flat=True)) == {"test.down"}
    assert Event.REMINDED not in [event.event for event in list_events(case.pk)]

    assert remind(sent, at + timedelta(hours=1)) == 2


def test_nobody_is_reminded_of_what_is_answered(
    file_request: Callable[..., Case], sent: list[tuple[str, str, str]], now: datetime
) -> None:
    file_request()
    fulfil_cases(now)

    assert remind(sent, now + timedelta(days=25)) == 0
    assert note_overdue(now=now + timedelta(days=40)) == 0


@pytest.mark.rule("PP6d", "C3")
def test_a_missed_day_is_written_once_and_stays_after_the_answer(
    file_request: Callable[..., Case], settings: Any, now: datetime
) -> None:
    case = file_request()
    late = now + timedelta(days=31)
    assert note_overdue(now=now + timedelta(days=30)) == 0

    assert note_overdue(now=late) == 1
    assert note_overdue(now=late + timedelta(days=1)) == 0
    fulfil_cases(late)

    case.refresh_from_db()
    assert case.state == "delivered"
    found = standing(case, now=late + timedelta(days=100))
    assert (found.overdue, found.was_overdue, found.promise_broken) == (False, True, True)
    assert CaseEvent.objects.filter(case=case, event=Event.OVERDUE).count() == 1


def test_many_cases_are_looked_through_in_batches(
    file_request: Callable[..., Case],
    sent: list[tuple[str, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    monkeypatch.setattr("dsar.operations.reminders.BATCH", 2)
    cases = [file_request(right=Right.RECTIFICATION) for _ in range(5)]

    assert remind(sent, now + timedelta(days=29)) == 10
    assert note_overdue(now=now + timedelta(days=31)) == 5
    assert {case.reference for case in cases} == {subject.split()[-1] for _, subject, _ in sent}
