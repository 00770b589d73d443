"""Who may do what, over every role and every pair of roles; the closed list of grounds."""

from itertools import product

import pytest

from dsar.errors import GroundUnknown, PartsUnclear, SamePerson, StepNotPossible, StepNotYours
from dsar.letters.kinds import NEGATIVE
from dsar.rules import Event, Outcome, Right
from dsar.rules.decisions import (
    LETTER_OF,
    NEGATIVE_OUTCOMES,
    STEP_OF,
    require_decidable,
    split_parts,
)
from dsar.rules.duties import (
    CONFIRMERS,
    CONTROLLERS_OWN,
    DUTIES,
    Duty,
    require_duty,
    require_four_eyes,
)
from dsar.rules.grounds import (
    EXTENSION_REASONS,
    GROUNDS,
    grounds_of,
    require_extension_reason,
    require_grounds,
    say_ground,
)
from dsar.rules.states import TRANSITIONS
from records.access.grants import Actor
from records.access.purposes import ActorRole

CITIES = ["novo-mesto", "nova-gorica"]
ALLOWED_PAIRS = {
    (ActorRole.CLERK, ActorRole.CONTROLLER),
    (ActorRole.CONTROLLER, ActorRole.CONTROLLER),
}


def person(role: ActorRole, name: str, organisation: str = "novo-mesto") -> Actor:
    return Actor(role, name, organisation)


def test_the_tables_name_every_duty_and_every_role() -> None:
    assert set(DUTIES) == set(Duty)
    assert set(CONFIRMERS) == set(ActorRole)
    assert set(Duty) >= CONTROLLERS_OWN


@pytest.mark.rule("C1")
@pytest.mark.parametrize(("duty", "role"), list(product(Duty, ActorRole)))
def test_every_role_and_every_duty(duty: Duty, role: ActorRole) -> None:
    actor = person(role, "one")

    if role in DUTIES[duty]:
        require_duty(duty, actor=actor, controllers=CITIES)
    else:
        with pytest.raises(StepNotYours):
            require_duty(duty, actor=actor, controllers=CITIES)


@pytest.mark.rule("C1")
@pytest.mark.parametrize("duty", sorted(CONTROLLERS_OWN))
@pytest.mark.parametrize("role", list(ActorRole))
def test_a_processors_account_never_has_a_controllers_duty(duty: Duty, role: ActorRole) -> None:
    with pytest.raises(StepNotYours):
        require_duty(duty, actor=person(role, "one", "knjiznica"), controllers=CITIES)


@pytest.mark.rule("C1")
@pytest.mark.parametrize(("prepares", "confirms"), list(product(ActorRole, ActorRole)))
def test_every_pair_of_roles(prepares: ActorRole, confirms: ActorRole) -> None:
    def check(prepared_by: str, confirmed_by: str) -> None:
        require_four_eyes(
            prepared_by=prepared_by,
            prepared_role=prepares,
            actor=person(confirms, confirmed_by),
            controllers=CITIES,
        )

    if (prepares, confirms) in ALLOWED_PAIRS:
        check("one", "two")
        with pytest.raises(SamePerson):
            check("one", "one")
    else:
        with pytest.raises(StepNotYours):
            check("one", "two")


@pytest.mark.rule("C1")
def test_the_dpo_has_no_duty_that_decides() -> None:
    theirs = {duty for duty, roles in DUTIES.items() if ActorRole.DPO in roles}

    assert theirs == {Duty.GIVE_ADVICE, Duty.MAKE_EVIDENCE}
    decides = {Event.GRANTED, Event.PARTLY_GRANTED, Event.REFUSED, Event.EXTENSION_PREPARED}
    for (_, event), step in TRANSITIONS.items():
        assert event not in decides or ActorRole.DPO not in step.roles


def test_every_ground_has_an_article_and_both_languages_and_every_right_has_grounds() -> None:
    for ground in (*GROUNDS.values(), *EXTENSION_REASONS.values()):
        assert "GDPR" in ground.article or "ZVOP-2" in ground.article
        assert set(ground.title) == set(ground.text) == {"sl", "en"}
        assert all((*ground.title.values(), *ground.text.values()))
        assert ground.rights
        assert ground.article in say_ground(ground, "sl")
        assert len(ground.code) <= 40
    for right in Right:
        assert grounds_of(right)
    assert set(EXTENSION_REASONS) == {"complexity", "number"}


@pytest.mark.parametrize("codes", [[], ["none"], ["accurate", "none"], ["legal_claims"]])
def test_a_ground_outside_the_list_or_of_another_right_is_refused(codes: list[str]) -> None:
    assert require_grounds(["accurate"], right=Right.RECTIFICATION)[0].article == "GDPR 16"

    with pytest.raises(GroundUnknown):
        require_grounds(codes, right=Right.RECTIFICATION)
    with pytest.raises(GroundUnknown):
        require_extension_reason("holidays")


def test_every_decision_of_people_has_its_step_and_its_letter() -> None:
    assert set(STEP_OF) == set(LETTER_OF) == set(Outcome) - {Outcome.NONE, Outcome.WITHDRAWN}
    assert {LETTER_OF[outcome] for outcome in NEGATIVE_OUTCOMES} <= NEGATIVE
    for outcome in (Outcome.NONE, Outcome.WITHDRAWN):
        with pytest.raises(StepNotPossible):
            require_decidable(outcome)


@pytest.mark.parametrize(
    ("outcome", "granted", "refused"),
    [
        (Outcome.PARTIAL, ["name"], []),
        (Outcome.PARTIAL, [], ["name"]),
        (Outcome.PARTIAL, ["name"], ["name", "wallet"]),
        (Outcome.PARTIAL, ["name"], ["everything"]),
        (Outcome.REFUSED, ["name"], []),
        (Outcome.GRANTED, [], ["name"]),
    ],
)
def test_a_partial_answer_names_both_parts_and_no_other_does(
    outcome: Outcome, granted: list[str], refused: list[str]
) -> None:
    parts = split_parts(outcome=Outcome.PARTIAL, granted=["wallet"], refused=["name"])
    assert parts == (["wallet"], ["name"])

    with pytest.raises(PartsUnclear):
        split_parts(outcome=outcome, granted=granted, refused=refused)
