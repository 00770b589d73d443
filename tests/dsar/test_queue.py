"""The queue: the most urgent first, filtered, page after page; nobody else's cases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dsar.errors import CaseUnknown
from dsar.models import Case, Fulfilment
from dsar.queue import (
    PAGE,
    Due,
    QueueFilter,
    count_queue,
    get_case_for,
    list_queue,
    retry_collection,
)
from dsar.rules import Right
from tests.factories import ALL_STORES, HOME_CITY, OTHER_CITY

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


def copies(case: Case, number: int, **changes: Any) -> None:
    """Make cases like this one, a day apart."""
    rows = []
    for step in range(number):
        values = {
            field.attname: getattr(case, field.attname)
            for field in Case._meta.concrete_fields
            if field.name not in {"id", "details"}
        }
        day = timedelta(days=step % 20)
        values |= {
            "reference": f"VP-{step:05}-{len(changes)}",
            "due_on": case.due_on + day,
            "legal_max_on": case.legal_max_on + day,
            **changes,
        }
        rows.append(Case(**values))
    Case.objects.bulk_create(rows)


def read_all(asked: QueueFilter, now: Any, city: str = HOME_CITY) -> list[Case]:
    found: list[Case] = []
    after = ""
    while True:
        page = list_queue(city=city, asked=asked, now=now, after=after)
        found += page.cases
        after = page.after
        if not after:
            return found


def test_pages_hold_every_case_once_the_most_urgent_first(
    file_request: Callable[..., Case], now: Any
) -> None:
    copies(file_request(), 2 * PAGE + 7)

    found = read_all(QueueFilter(), now)

    assert len(found) == len({case.pk for case in found}) == 2 * PAGE + 8
    assert [case.due_on for case in found] == sorted(case.due_on for case in found)
    assert count_queue(city=HOME_CITY, asked=QueueFilter(), now=now) == 2 * PAGE + 8


def test_filters_by_right_day_city_and_state(file_request: Callable[..., Case], now: Any) -> None:
    case = file_request()
    copies(case, 3, right=Right.ERASURE.value)
    late = now + timedelta(days=40)

    assert len(read_all(QueueFilter(right="erasure"), now)) == 3
    assert len(read_all(QueueFilter(city=HOME_CITY), now)) == 4
    assert read_all(QueueFilter(city=OTHER_CITY), now) == []
    assert len(read_all(QueueFilter(due=Due.OVERDUE), late)) == 4
    assert read_all(QueueFilter(due=Due.OVERDUE), now) == []
    assert len(read_all(QueueFilter(state="verified"), now)) == 4
    assert read_all(QueueFilter(closed="yes"), now) == []


@pytest.mark.rule("PP6b")
def test_joint_cases_are_seen_by_their_controllers_and_nobody_else(
    file_request: Callable[..., Case], now: Any
) -> None:
    joint = file_request()
    copies(joint, 1, controllers=["tretje-mesto", OTHER_CITY])

    assert read_all(QueueFilter(), now) == [joint]
    assert len(read_all(QueueFilter(), now, city=OTHER_CITY)) == 2
    assert get_case_for(city=HOME_CITY, case_id=joint.pk) == joint
    other = Case.objects.exclude(pk=joint.pk).get()
    with pytest.raises(CaseUnknown):
        get_case_for(city=HOME_CITY, case_id=other.pk)


def test_what_nobody_knows_means_any() -> None:
    asked = QueueFilter.read({"right": "world_peace", "due": "soon", "page": "7"})

    assert asked.as_dict() == {"due": "soon"}


def test_a_mended_source_is_asked_again_at_once(
    file_request: Callable[..., Case], now: Any
) -> None:
    case = file_request()
    Fulfilment.objects.update(next_attempt_at=now + timedelta(hours=1))

    assert retry_collection(case=case, now=now)
    assert Fulfilment.objects.get().next_attempt_at == now
    assert not retry_collection(case=case, now=now)
