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
    find_restrictions,
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


def open_purpose(open_for: Open, purpose: Purpose, categories: Any, action: Action) -> None:
    role = min(PURPOSES[purpose].roles)
    open_for(
        actor=make_actor(role, "someone"), purpose=purpose, action=action, categories=categories
    )


@pytest.mark.rule("PP6a")
@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_contested_category_is_closed_to_every_purpose_that_is_not_exempt(
    case: Any, open_for: Open, now: datetime, purpose: Purpose
) -> None:
    spec = PURPOSES[purpose]
    refused = 0
    for contested in sorted(spec.categories):
        place_restriction(
            case, subject=ANA, ground="accuracy", now=now, cause="one", categories=[contested]
        )
        others = spec.categories - {contested}
        for action in sorted(spec.actions):
            if is_exempt(purpose, action) or purpose is Purpose.NEWS:
                continue
            with pytest.raises(SubjectRestricted):
                open_purpose(open_for, purpose, [contested], action)
            with pytest.raises(SubjectRestricted):
                open_purpose(open_for, purpose, spec.categories, action)
            if others:
                open_purpose(open_for, purpose, others, action)
            refused += 1
        lift_restriction(case, subject=ANA, ground="told", now=now, cause="one")
    exempt = all(is_exempt(purpose, action) for action in spec.actions)
    assert bool(refused) is not (exempt or purpose is Purpose.NEWS)


def test_several_restrictions_stand_each_on_its_own(
    case: Any, open_for: Open, now: datetime
) -> None:
    name, contact = [DataCategory.NAME], [DataCategory.CONTACT]
    place_restriction(case, subject=ANA, ground="accuracy", now=now, cause="one", categories=name)
    place_restriction(
        case, subject=ANA, ground="claims", now=now, cause="two", categories=[*name, *contact]
    )
    lift_restriction(case, subject=ANA, ground="told", now=now, cause="two")

    with pytest.raises(SubjectRestricted):
        open_for(categories=name)
    open_for(categories=contact)
    (standing,) = find_restrictions(subjects=[ANA])[ANA]
    assert (standing.ground, standing.categories) == ("accuracy", frozenset(name))
    with pytest.raises(RestrictionStands):
        lift_restriction(case, subject=ANA, ground="told", now=now, cause="two")
    with pytest.raises(RestrictionStands):
        place_restriction(case, subject=ANA, ground="accuracy", now=now, cause="one")

    lift_restriction(case, subject=ANA, ground="told", now=now, cause="one")
    open_for(categories=name)


def test_the_register_does_not_hold_the_name_of_a_case(case: Any, now: datetime) -> None:
    cause = "3d6f0b1c-5a51-4f11-9a0e-0c9c9f6f2f7a"
    place_restriction(case, subject=ANA, ground="claims", now=now, cause=cause)

    with connections["audit"].cursor() as cursor:
        cursor.execute("SELECT cause, ground FROM access_restrictionevent")
        row = repr(cursor.fetchall())
    assert "claims" in row
    assert cause not in row
    assert cause.replace("-", "") not in row


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
