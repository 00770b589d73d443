"""Who may act for a holder: basis, scope, time, age; two people; ended at once."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.access.gate import open_gate
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.identity import errors
from records.identity.operations import (
    confirm_representation,
    record_representation,
    revoke_representation,
)
from records.identity.queries import (
    list_representations,
    require_authority,
    reveal_representatives,
)
from records.identity.rules import (
    Authority,
    Basis,
    Evidence,
    Gap,
    Scope,
    ends_by_age,
    find_gap,
    uses_rights_alone,
)
from records.legal_days import legal_day
from tests.factories import (
    ALL_STORES,
    ANA,
    BOR,
    ERIK,
    Holder,
    make_actor,
    make_details,
    make_holder,
)

BORN = date(2012, 2, 29)
TODAY = date(2026, 11, 21)


def authority(**changes: Any) -> Authority:
    given: dict[str, Any] = {
        "basis": Basis.PARENT,
        "scopes": frozenset(Scope),
        "valid_from": date(2020, 1, 1),
        "valid_until": None,
        "revoked_on": None,
        "confirmed": True,
    }
    return Authority(**{**given, **changes})


@pytest.mark.rule("T4.2.1", "C4")
def test_a_parent_acts_in_matters_of_data_until_the_fifteenth_birthday() -> None:
    # Born on 29 February: 28 February in a common year.
    last, first = date(2027, 2, 27), date(2027, 2, 28)

    assert find_gap(authority(), scope=Scope.RIGHTS, on=last, born=BORN) is Gap.NONE
    assert find_gap(authority(), scope=Scope.RIGHTS, on=first, born=BORN) is Gap.GROWN_UP
    assert find_gap(authority(), scope=Scope.MONEY, on=first, born=BORN) is Gap.NONE
    assert not uses_rights_alone(born=BORN, on=last)
    assert uses_rights_alone(born=BORN, on=first)
    assert ends_by_age(scope=Scope.MONEY, born=BORN) == date(2030, 2, 28)


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"revoked_on": TODAY}, Gap.REVOKED),
        ({"confirmed": False}, Gap.NOT_CONFIRMED),
        ({"valid_from": TODAY + timedelta(days=1)}, Gap.NOT_YET),
        ({"valid_until": TODAY}, Gap.OVER),
        ({"scopes": frozenset({Scope.CARD})}, Gap.OUT_OF_SCOPE),
    ],
)
def test_each_gap_by_name(changes: dict[str, Any], gap: Gap) -> None:
    assert find_gap(authority(), scope=Scope.RIGHTS, on=TODAY, born=BORN) is Gap.NONE
    assert find_gap(authority(**changes), scope=Scope.RIGHTS, on=TODAY, born=BORN) is gap


def test_a_parent_of_somebody_of_unknown_age_has_no_authority() -> None:
    assert find_gap(authority(), scope=Scope.RIGHTS, on=TODAY, born=None) is Gap.GROWN_UP
    court = authority(basis=Basis.GUARDIANSHIP)
    assert find_gap(court, scope=Scope.RIGHTS, on=TODAY, born=None) is Gap.NONE


@given(born=st.dates(date(1990, 1, 1), date(2026, 1, 1)), on=st.dates(date(2026, 1, 1)))
def test_nobody_is_both_old_enough_and_represented_by_a_parent(born: date, on: date) -> None:
    gap = find_gap(authority(valid_from=date.min), scope=Scope.RIGHTS, on=on, born=born)

    assert (gap is Gap.NONE) is not uses_rights_alone(born=born, on=on)


pytest_database = pytest.mark.django_db(databases=ALL_STORES)


@pytest.fixture
def holder(db: None, keyring: Any, cene: Actor, now: Any) -> Holder:
    from tests.factories import load_demo_register

    load_demo_register()
    return make_holder(actor=cene, now=now)


def gate(holder: Holder, actor: Actor, now: Any) -> Grant:
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[holder.subject_id],
        categories=[
            DataCategory.NAME,
            DataCategory.RESIDENCE,
            DataCategory.CONTACT,
            DataCategory.BIRTH_DATE,
        ],
        action=Action.CHANGE,
        task="test",
        now=now,
    )


def record(holder: Holder, actor: Actor, now: Any, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "subject_id": holder.subject_id,
        "representative": make_details(ERIK),
        "basis": Basis.AUTHORISATION,
        "scopes": [Scope.RIGHTS],
        "evidence": Evidence.WRITTEN_AUTHORISATION,
        "evidence_number": "P-17/2026",
        "valid_from": legal_day(now),
        "valid_until": None,
        "now": now,
    }
    return record_representation(gate(holder, actor, now), **{**given, **changes})


@pytest_database
@pytest.mark.rule("T4.2.4")
def test_it_counts_once_a_second_person_has_confirmed_it_and_no_longer_once_revoked(
    holder: Holder, cene: Actor, now: Any
) -> None:
    second = make_actor(ActorRole.CONTROLLER, "second")
    row = record(holder, cene, now)
    asked = {
        "representation_id": row.pk,
        "subject_id": holder.subject_id,
        "scope": Scope.RIGHTS,
        "on": legal_day(now),
    }
    with pytest.raises(errors.NoAuthority):
        require_authority(gate(holder, cene, now), **asked)
    with pytest.raises(errors.RepresentationNotYours):
        confirm_representation(gate(holder, cene, now), representation_id=row.pk, now=now)

    confirm_representation(gate(holder, second, now), representation_id=row.pk, now=now)
    require_authority(gate(holder, cene, now), **asked)
    revoke_representation(gate(holder, cene, now), representation_id=row.pk, now=now)

    with pytest.raises(errors.NoAuthority) as refused:
        require_authority(gate(holder, cene, now), **asked)
    assert refused.value.facts["gap"] == "revoked"


@pytest_database
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("residence", {"representative": make_details(ERIK, residence="")}),
        ("family_name", {"representative": make_details(ERIK, family_name=" ")}),
        ("scopes", {"scopes": []}),
        ("scopes", {"basis": Basis.HEIR, "scopes": [Scope.MONEY]}),
        ("valid_until", {"valid_until": TODAY}),
        ("evidence_number", {"evidence_number": "9" * 81}),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_kept(
    holder: Holder, cene: Actor, now: Any, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(errors.RepresentationInvalid) as refused:
        record(holder, cene, now, **changes)

    assert refused.value.facts == {"field": field}
    assert list_representations(holder.subject_id) == []


@pytest_database
def test_names_are_sealed_and_open_under_a_grant_for_this_holder_alone(
    holder: Holder, cene: Actor, now: Any
) -> None:
    bor = make_holder(actor=cene, person=BOR, now=now)
    row = record(holder, cene, now)

    (one,) = reveal_representatives(gate(holder, cene, now), [row])

    assert one.full_name == f"{ERIK.given_name} {ERIK.family_name}"
    assert ERIK.family_name not in repr(one)
    assert ANA.family_name not in one.full_name
    with pytest.raises(Exception, match="does_not_cover"):
        reveal_representatives(gate(bor, cene, now), [row])
