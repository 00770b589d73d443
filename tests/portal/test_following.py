"""Following a request by number and code: the same answer and the same work for whatever is
wrong.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dsar.models import Case, CaseEvent, StatusCode
from dsar.operations import file_request
from dsar.operations.status_codes import issue_status_code
from dsar.rules import Right, make_reference
from portal.errors import FollowLocked, FollowWrong, TooManyRequests
from portal.models import FollowTry
from portal.usecases import following
from records.access.purposes import ActorRole
from tests import factories
from tests.dsar.conftest import folders, herself, holder

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
__all__ = ["folders", "herself", "holder"]

WRONG = "2222-3333-4444"
HERE = "192.0.2.1"


@pytest.fixture
def case(holder: factories.Holder, herself: Any, now: Any) -> Case:
    return file_request(
        actor=herself, subject_id=holder.subject_id, right=Right.ACCESS, now=now,
        details={"text": "zaupno"},
    )  # fmt: skip


def other_reference() -> str:
    return make_reference(lambda alphabet: alphabet[7])


def follow(reference: str, code: str, now: Any, address: str = HERE) -> following.Progress:
    return following.follow(reference=reference, code=code, address=address, now=now)


def test_number_and_code_show_the_steps_and_nothing_of_the_person(
    case: Case, now: Any, client: Client
) -> None:
    code = issue_status_code(case_id=case.pk, now=now)

    answer = client.post(
        reverse("follow"), {"reference": case.reference.lower(), "code": code.lower()}
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    for needed in (
        case.reference,
        "dostop do podatkov",
        "Informacijski pooblaščenec",
        "Novo mesto",
    ):
        assert needed in page
    for hidden in ("zaupno", factories.ANA.family_name, factories.ANA.phone, str(case.subject_id)):
        assert hidden not in page
    assert CaseEvent.objects.filter(case=case, event="case:status:followed").count() == 1


def test_the_code_is_kept_nowhere_and_only_the_newest_works(case: Case, now: Any) -> None:
    first = issue_status_code(case_id=case.pk, now=now)
    second = issue_status_code(case_id=case.pk, now=now)

    row = StatusCode.objects.get()
    assert second.replace("-", "").encode() not in bytes(row.code_mac)
    assert follow(case.reference, second, now).reference == case.reference
    with pytest.raises(FollowWrong):
        follow(case.reference, first, now)


def test_a_wrong_code_and_an_unknown_number_are_answered_alike(
    case: Case, now: Any, client: Client
) -> None:
    issue_status_code(case_id=case.pk, now=now)

    pages = [
        client.post(reverse("follow"), {"reference": reference, "code": WRONG})
        for reference in (case.reference, other_reference())
    ]

    known, unknown = (
        page.content.decode().replace(reference, "…")
        for page, reference in zip(pages, (case.reference, other_reference()), strict=True)
    )
    tokens = [page.context["csrf_token"] for page in pages]
    assert known.replace(str(tokens[0]), "") == unknown.replace(str(tokens[1]), "")
    assert pages[0].status_code == pages[1].status_code == 422


def _queries(reference: str, now: Any, refusal: type[Exception]) -> list[str]:
    with CaptureQueriesContext(connections["default"]) as seen, pytest.raises(refusal):
        follow(reference, WRONG, now)
    return [query["sql"].split(" ")[0] for query in seen.captured_queries]


def test_both_take_the_same_queries_on_every_try_and_when_locked(case: Case, now: Any) -> None:
    issue_status_code(case_id=case.pk, now=now)

    for _ in range(following.MOST_TRIES):
        known = _queries(case.reference, now, FollowWrong)
        assert known == _queries(other_reference(), now, FollowWrong)
    locked = _queries(case.reference, now, FollowLocked)

    assert locked == _queries(other_reference(), now, FollowLocked)
    assert len(known) > 3


def test_one_case_without_a_code_is_answered_as_an_unknown_one(case: Case, now: Any) -> None:
    assert not StatusCode.objects.exists()

    assert _queries(case.reference, now, FollowWrong) == _queries(
        other_reference(), now, FollowWrong
    )


def test_five_wrong_tries_lock_the_number_for_a_while_even_for_the_right_code(
    case: Case, now: Any
) -> None:
    code = issue_status_code(case_id=case.pk, now=now)
    for number in range(following.MOST_TRIES):
        with pytest.raises(FollowWrong):
            follow(case.reference, WRONG, now, address=f"192.0.2.{number}")

    with pytest.raises(FollowLocked):
        follow(case.reference, code, now)

    later = now + following.LOCKED
    assert follow(case.reference, code, later).reference == case.reference


def test_a_right_code_takes_the_wrong_tries_back(case: Case, now: Any) -> None:
    code = issue_status_code(case_id=case.pk, now=now)

    for _ in range(3):
        for _ in range(following.MOST_TRIES - 1):
            with pytest.raises(FollowWrong):
                follow(case.reference, WRONG, now, address="192.0.2.9")
        follow(case.reference, code, now)


def test_one_address_is_limited_whatever_it_tries(case: Case, now: Any) -> None:
    code = issue_status_code(case_id=case.pk, now=now)
    for number in range(following.MOST_FROM_ADDRESS):
        with pytest.raises((FollowWrong, FollowLocked)):
            follow(f"{other_reference()}{number}", WRONG, now)

    with pytest.raises(TooManyRequests):
        follow(case.reference, code, now)
    assert follow(case.reference, code, now, address="192.0.2.77").reference == case.reference


def test_what_was_typed_stands_nowhere_and_counters_are_forgotten(case: Case, now: Any) -> None:
    with pytest.raises(FollowWrong):
        follow(case.reference, WRONG, now)
    assert FollowTry.objects.count() == 2

    assert following.forget_tries(now=now + timedelta(days=2)) == 2


def test_a_slip_in_the_number_is_said_and_costs_no_try(client: Client, keyring: Any) -> None:
    answer = client.post(reverse("follow"), {"reference": "VP-AAAAA-AAAAA", "code": WRONG})

    assert answer.status_code == 422
    assert not FollowTry.objects.exists()


def test_holders_get_a_code_of_their_own_requests_only(case: Case, now: Any) -> None:
    from django.contrib.auth import get_user_model

    from portal.models import HolderAccount

    clients = {}
    for name, subject in (("ana", case.subject_id), ("bor", case.pk)):
        user = get_user_model().objects.create_user(username=name)
        HolderAccount.objects.create(user=user, subject_id=subject)
        clients[name] = Client()
        clients[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("own_status_code", args=[case.pk])

    assert clients["bor"].post(address).status_code == 404
    assert not StatusCode.objects.exists()
    page = clients["ana"].post(address).content.decode()

    assert case.reference in page
    assert StatusCode.objects.filter(case=case).exists()


def test_the_status_of_many_steps_says_whose_turn_it_is(
    case: Case, holder: factories.Holder, cene: Any, now: Any
) -> None:
    asked = file_request(actor=cene, subject_id=holder.subject_id, right=Right.ERASURE, now=now)
    code = issue_status_code(case_id=asked.pk, now=now)

    progress = follow(asked.reference, code, now)

    assert (progress.turn, progress.waits) == ("you", "identity")
    assert progress.last_lawful_on == asked.legal_max_on
    mine = issue_status_code(case_id=case.pk, now=now)
    assert follow(case.reference, mine, now).turn == "we"
    assert ActorRole.HOLDER not in {event.actor_role for event in progress.events}
