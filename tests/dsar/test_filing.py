"""Filing a request: the true day of receipt, who asks, and what staff may do with it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dsar.errors import (
    BadReceiptDate,
    CaseUnknown,
    IdentityNotProven,
    ScopeUnknown,
)
from dsar.models import Case, Fulfilment
from dsar.operations import (
    ask_identity,
    doubt_identity,
    verify_identity,
    withdraw_case,
)
from dsar.queries import (
    find_case_by_reference,
    get_case_of,
    list_cases_of,
    list_events,
    list_open_cases,
    list_verified_duplicates,
    standing,
)
from dsar.rules import Channel
from dsar.rules.proof import Doubt
from dsar.tasks import fulfil_cases
from records.access.grants import Actor
from records.access.purposes import DataCategory
from records.identity.rules import Proof
from tests.factories import ALL_STORES, HOME_CITY, OTHER_CITY, Holder

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
FileRequest = Callable[..., Case]


def history(case: Case) -> list[tuple[str, str, str]]:
    """Return what happened: event, role, reason."""
    return [(line.event, line.actor_role, line.reason) for line in list_events(case.pk)]


def test_a_signed_in_holder_is_verified_by_signing_in(file_request: FileRequest) -> None:
    case = file_request()

    assert case.state == "verified"
    assert history(case) == [
        ("case:request:received", "holder", "portal"),
        ("case:identity:verified", "holder", "sign_in"),
    ]
    assert Fulfilment.objects.filter(case=case, done_at=None).count() == 1


@pytest.mark.rule("PP6d", "C3")
def test_the_case_keeps_its_days_and_the_assurance_of_the_relation(
    file_request: FileRequest, now: Any
) -> None:
    case = file_request()

    assert (case.received_on, case.due_on) == (date(2026, 11, 21), date(2026, 12, 21))
    assert case.legal_max_on == date(2027, 2, 22)
    assert case.assurance == 0
    assert standing(case, now=now).days_left == 30
    late = standing(case, now=now + timedelta(days=31))
    assert (late.overdue, late.days_left) == (True, -1)


@pytest.mark.rule("PP6b")
def test_one_request_reaches_all_controllers_and_the_home_city_answers(
    file_request: FileRequest,
) -> None:
    case = file_request()

    assert set(case.controllers) == {HOME_CITY, OTHER_CITY}
    assert case.answered_by == HOME_CITY
    assert case in list_open_cases()
    assert case not in list_open_cases(controller=OTHER_CITY)


@pytest.mark.rule("C16", "PP6c")
def test_a_letter_registered_late_keeps_the_day_it_arrived(
    file_request: FileRequest, cene: Actor, now: Any
) -> None:
    arrived = now - timedelta(days=3)

    case = file_request(actor=cene, channel=Channel.LETTER, received_at=arrived)

    assert case.received_on == date(2026, 11, 18)
    assert case.due_on == date(2026, 12, 18)
    assert case.registered_at == now
    assert case.state == "received"


def test_a_letter_that_arrives_at_night_counts_by_the_day_in_ljubljana(
    file_request: FileRequest, cene: Actor, now: Any
) -> None:
    late_evening_utc = now.replace(hour=23, minute=30) - timedelta(days=2)

    case = file_request(actor=cene, channel=Channel.EMAIL, received_at=late_evening_utc)

    assert case.received_on == date(2026, 11, 20)


def test_receipt_in_the_future_is_refused(file_request: FileRequest, now: Any) -> None:
    with pytest.raises(BadReceiptDate):
        file_request(received_at=now + timedelta(seconds=1))


def test_an_unknown_kind_of_data_is_refused(file_request: FileRequest) -> None:
    with pytest.raises(ScopeUnknown):
        file_request(scope=["everything"])


def test_a_form_sent_twice_makes_one_case(
    file_request: FileRequest, neighbour: Holder, holder: Holder
) -> None:
    key = uuid4()

    first, second = file_request(case_id=key), file_request(case_id=key)

    assert first.pk == second.pk
    assert Case.objects.count() == 1
    with pytest.raises(CaseUnknown):
        file_request(case_id=key, subject_id=neighbour.subject_id)


@pytest.mark.rule("C8")
def test_a_document_with_the_same_name_proves_nothing_of_a_declared_relation(
    file_request: FileRequest, cene: Actor, now: Any
) -> None:
    case = file_request(actor=cene, channel=Channel.COUNTER)

    with pytest.raises(IdentityNotProven):
        verify_identity(actor=cene, case_id=case.pk, shown=[Proof.DOCUMENT_MATCHES], now=now)
    case.refresh_from_db()
    assert case.state == "received"
    assert fulfil_cases(now) == 0

    shown = [Proof.CARD_PRESENTED, Proof.KNOWN_FACT]
    verify_identity(actor=cene, case_id=case.pk, shown=shown, now=now)

    assert history(case)[-1] == ("case:identity:verified", "clerk", "card_presented,known_fact")


def test_a_case_that_is_not_verified_is_never_answered(
    file_request: FileRequest, cene: Actor, now: Any
) -> None:
    case = file_request(actor=cene, channel=Channel.EMAIL)
    ask_identity(actor=cene, case_id=case.pk, now=now)

    job = Fulfilment.objects.create(case=case, requested_at=now, next_attempt_at=now)
    made = fulfil_cases(now)

    job.refresh_from_db()
    case.refresh_from_db()
    assert made == 0
    assert job.last_error == "dsar.step_not_possible"
    assert case.state == "identity_pending"


def test_a_doubt_takes_the_verification_back_and_stops_the_job(
    file_request: FileRequest, cene: Actor, now: Any
) -> None:
    case = file_request()

    doubt_identity(actor=cene, case_id=case.pk, doubt=Doubt.FRESH_CONTACT, now=now)

    assert fulfil_cases(now) == 0
    case.refresh_from_db()
    assert case.state == "identity_pending"


def test_an_unverified_request_is_no_duplicate_of_the_genuine_one(
    file_request: FileRequest, cene: Actor
) -> None:
    forged = file_request(actor=cene, channel=Channel.LETTER)
    genuine = file_request()
    second = file_request()

    assert list_verified_duplicates(forged) == []
    assert list_verified_duplicates(genuine) == [second]


def test_a_case_of_another_does_not_exist_for_me(
    file_request: FileRequest, neighbour: Holder, holder: Holder, herself: Actor, now: Any
) -> None:
    case = file_request()

    assert get_case_of(subject_id=holder.subject_id, case_id=case.pk) == case
    assert list_cases_of(neighbour.subject_id) == []
    with pytest.raises(CaseUnknown):
        get_case_of(subject_id=neighbour.subject_id, case_id=case.pk)
    with pytest.raises(CaseUnknown):
        withdraw_case(actor=herself, subject_id=neighbour.subject_id, case_id=case.pk, now=now)


def test_a_case_is_found_by_its_reference_as_typed(file_request: FileRequest) -> None:
    case = file_request()

    assert find_case_by_reference(case.reference.lower().replace("-", " ")) == case


def test_a_withdrawn_request_is_not_answered(
    file_request: FileRequest, holder: Holder, herself: Actor, now: Any
) -> None:
    case = file_request()

    withdraw_case(actor=herself, subject_id=holder.subject_id, case_id=case.pk, now=now)

    assert fulfil_cases(now) == 0
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("decided", "withdrawn")


@pytest.mark.rule("C26")
def test_a_scope_is_kept_as_codes(file_request: FileRequest) -> None:
    case = file_request(scope=[DataCategory.WALLET, DataCategory.NAME])

    assert case.scope == ["name", "wallet"]
