"""The state machine refuses every step that is not in its table."""

from itertools import product

import pytest

from dsar.errors import ReasonMissing, StepNotPossible, StepNotYours
from dsar.rules import Event, Outcome, State, transition
from dsar.rules.states import PROVEN, TRANSITIONS
from records.access.purposes import ActorRole

BEFORE_VERIFIED = {State.RECEIVED, State.IDENTITY_PENDING}


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_other_step_is_refused(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        step = TRANSITIONS[state, event]
        role = min(step.roles)
        assert transition(state, event, role=role, reason="because") == step
    else:
        with pytest.raises(StepNotPossible):
            transition(state, event, role=ActorRole.CONTROLLER, reason="because")


def test_nothing_leads_to_disclosure_but_through_verified() -> None:
    reachable, waiting = set(), [State.RECEIVED]
    while waiting:
        state = waiting.pop()
        if state in reachable:
            continue
        reachable.add(state)
        waiting += [
            step.to
            for (start, event), step in TRANSITIONS.items()
            if start is state and event not in {Event.VERIFIED, Event.REFUSED}
        ]

    assert reachable == BEFORE_VERIFIED
    assert frozenset(State) - BEFORE_VERIFIED == PROVEN


@pytest.mark.rule("C1")
@pytest.mark.parametrize("event", [Event.EXTENSION_PREPARED, Event.REFUSED, Event.PARTLY_GRANTED])
@pytest.mark.parametrize(
    "role", [ActorRole.CLERK, ActorRole.DPO, ActorRole.SYSTEM, ActorRole.HOLDER]
)
def test_only_a_controller_refuses_or_extends(event: Event, role: ActorRole) -> None:
    assert transition(State.IN_WORK, event, role=ActorRole.CONTROLLER, reason="complex")

    with pytest.raises(StepNotYours):
        transition(State.IN_WORK, event, role=role, reason="complex")


@pytest.mark.parametrize("event", [Event.EXTENSION_PREPARED, Event.REFUSED, Event.PARTLY_GRANTED])
def test_a_decision_against_the_person_needs_a_reason(event: Event) -> None:
    with pytest.raises(ReasonMissing):
        transition(State.IN_WORK, event, role=ActorRole.CONTROLLER, reason="  ")


def test_a_case_is_extended_once() -> None:
    with pytest.raises(StepNotPossible):
        transition(
            State.EXTENDED, Event.EXTENSION_PREPARED, role=ActorRole.CONTROLLER, reason="again"
        )


def test_a_closed_case_stays_closed() -> None:
    assert [event for state, event in TRANSITIONS if state is State.CLOSED] == []


@pytest.mark.rule("PP7", "C22")
def test_nothing_is_decided_against_a_person_without_a_person() -> None:
    against = {Outcome.REFUSED, Outcome.PARTIAL}
    steps = [step for step in TRANSITIONS.values() if step.outcome in against]

    assert steps
    assert {role for step in steps for role in step.roles} == {ActorRole.CONTROLLER}
