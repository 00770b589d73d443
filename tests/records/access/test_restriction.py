"""While processing is restricted, data is kept and used for claims and the person's own rights only
(GDPR 18).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connections

from records.access.codes import Stage
from records.access.errors import GrantDoesNotCover, RestrictionStands, SubjectRestricted
from records.access.models import LogEntry, RestrictionEvent
from records.access.purposes import PURPOSES, Action, ActorRole, DataCategory, Purpose
from records.access.restriction import (
    EXEMPT,
    find_restricted,
    is_exempt,
    lift_restriction,
    place_restriction,
)
from tests.factories import ALL_STORES, make_actor
from tests.records.access.conftest import ANA, BOR

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]


@pytest.fixture
def case(open_for: Open) -> Any:
    """A Grant of the rights case in which Ana asks for the restriction."""
    return open_for(
        purpose=Purpose.RIGHTS_REQUEST,
        action=Action.CHANGE,
        categories=[DataCategory.CASE],
        subjects=[ANA, BOR],
    )


@pytest.fixture
def restricted(case: Any, now: datetime) -> None:
    """Ana's processing is restricted."""
    place_restriction(case, subject=ANA, ground="accuracy", now=now)


def test_the_gate_refuses_a_restricted_subject(restricted: None, open_for: Open) -> None:
    with pytest.raises(SubjectRestricted):
        open_for()

    refused = LogEntry.objects.order_by("-id").first()
    assert refused.stage == Stage.REFUSED
    assert "access.subject_restricted" in refused.details


def test_the_neighbour_is_not_restricted(restricted: None, open_for: Open) -> None:
    open_for(subjects=[BOR])


def test_a_page_on_which_she_stands_is_refused_whole(restricted: None, open_for: Open) -> None:
    with pytest.raises(SubjectRestricted):
        open_for(subjects=[BOR, ANA])


@pytest.mark.parametrize(
    ("role", "purpose", "action"),
    [
        (ActorRole.CLERK, Purpose.RIGHTS_REQUEST, Action.CONSULT),
        (ActorRole.SYSTEM, Purpose.RETENTION, Action.ERASE),
        (ActorRole.HOLDER, Purpose.OWN_DATA, Action.CONSULT),
        (ActorRole.SYSTEM, Purpose.SIGN_IN, Action.CONSULT),
        (ActorRole.DPO, Purpose.LOG_REVIEW, Action.CONSULT),
    ],
)
def test_storage_claims_and_her_own_rights_stay_open(
    restricted: None, open_for: Open, role: ActorRole, purpose: Purpose, action: Action
) -> None:
    category = min(PURPOSES[purpose].categories)

    open_for(
        actor=make_actor(role, "someone"), purpose=purpose, action=action, categories=[category]
    )


def test_her_own_data_is_not_changed_meanwhile(restricted: None, open_for: Open) -> None:
    with pytest.raises(SubjectRestricted):
        open_for(
            actor=make_actor(ActorRole.HOLDER, "ana"),
            purpose=Purpose.OWN_DATA,
            action=Action.CHANGE,
        )


def test_the_exempt_purposes_are_these() -> None:
    assert {purpose for purpose in Purpose if is_exempt(purpose, Action.CONSULT)} == set(EXEMPT)
    assert not is_exempt(Purpose.NEWS, Action.CONSULT)


def test_lifting_opens_the_gate_again(
    restricted: None, case: Any, open_for: Open, now: datetime
) -> None:
    assert find_restricted(subjects=[ANA, BOR]) == {ANA}

    lift_restriction(case, subject=ANA, ground="told", now=now)

    open_for()
    assert find_restricted(subjects=[ANA, BOR]) == frozenset()
    assert RestrictionEvent.objects.count() == 2


def test_it_may_be_placed_again_after_lifting(
    restricted: None, case: Any, open_for: Open, now: datetime
) -> None:
    lift_restriction(case, subject=ANA, ground="told", now=now)
    place_restriction(case, subject=ANA, ground="objection", now=now)

    with pytest.raises(SubjectRestricted):
        open_for()


def test_nothing_is_placed_twice_or_lifted_without_standing(
    restricted: None, case: Any, now: datetime
) -> None:
    with pytest.raises(RestrictionStands):
        place_restriction(case, subject=ANA, ground="accuracy", now=now)
    with pytest.raises(RestrictionStands):
        lift_restriction(case, subject=BOR, ground="told", now=now)


def test_only_a_case_places_it(open_for: Open, now: datetime) -> None:
    with pytest.raises(GrantDoesNotCover):
        place_restriction(open_for(), subject=ANA, ground="accuracy", now=now)


def test_the_store_does_not_know_her_by_any_name_of_another(restricted: None) -> None:
    with connections["audit"].cursor() as cursor:
        cursor.execute("SELECT subject, ground FROM access_restrictionevent")
        row = repr(cursor.fetchall())
    assert "accuracy" in row
    assert ANA.hex not in row
    assert str(ANA) not in row
