"""The database itself keeps history and the facts of a case."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from dsar.models import Case, CaseEvent
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


@pytest.fixture
def case(file_request: Callable[..., Case]) -> Case:
    """Ana's case."""
    return file_request()


def refused(action: Callable[[], Any], message: str) -> None:
    """Assert that the database refuses, and by which trigger."""
    with pytest.raises(DatabaseError, match=message), transaction.atomic():
        action()


def test_a_line_of_history_is_neither_changed_nor_deleted(case: Case) -> None:
    lines = CaseEvent.objects.filter(case=case)
    assert lines.count() == 2

    refused(lambda: lines.update(reason="another"), "dsar_history_frozen")
    refused(lambda: lines._raw_delete("default"), "dsar_history_kept")
    refused(case.delete, "dsar_history_kept")

    assert lines.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"received_on": date(2026, 11, 1)},
        {"received_at": "2026-11-01T00:00:00Z"},
        {"due_on": date(2026, 12, 24)},
        {"reference": "VP-22222-22222"},
        {"subject_id": "00000000-0000-4000-8000-000000000000"},
        {"assurance": 3},
    ],
)
def test_a_case_is_not_back_dated_or_moved_to_another_person(
    case: Case, changes: dict[str, Any]
) -> None:
    refused(lambda: Case.objects.filter(pk=case.pk).update(**changes), "dsar_case_fixed")

    assert Case.objects.filter(pk=case.pk).update(state="in_work") == 1


def test_history_goes_with_its_case_in_one_transaction(case: Case) -> None:
    with transaction.atomic():
        from dsar.models import CaseMessage, Fulfilment

        CaseMessage.objects.filter(case=case)._raw_delete("default")
        Fulfilment.objects.filter(case=case)._raw_delete("default")
        Case.objects.filter(pk=case.pk)._raw_delete("default")
        CaseEvent.objects.filter(case_id=case.pk)._raw_delete("default")

    assert CaseEvent.objects.count() == 0


@pytest.mark.postgresql
def test_history_is_not_truncated(case: Case) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only on PostgreSQL: SQLite has no TRUNCATE")

    def truncate() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("TRUNCATE dsar_caseevent")

    refused(truncate, "dsar_history_whole")


def test_a_decision_needs_an_outcome(case: Case) -> None:
    refused(
        lambda: Case.objects.filter(pk=case.pk).update(state="decided"),
        "dsar_decided_has_outcome",
    )


def test_a_case_has_one_open_job(case: Case, now: Any) -> None:
    from dsar.models import Fulfilment

    refused(
        lambda: Fulfilment.objects.create(
            case=case, requested_at=now, next_attempt_at=now + timedelta(1)
        ),
        "case_id|dsar_one_open_job_per_case",
    )
