"""Holder IDs, and the table of card states."""

from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.cards import errors, rules
from records.cards.rules import (
    CardAction,
    CardState,
)

# -- Holder IDs


@pytest.mark.rule("T2.12", "T4.1.9b")
def test_a_holder_id_has_a_check_digit_and_is_random() -> None:
    made = {rules.make_holder_id() for _ in range(200)}

    assert len(made) == 200
    for holder_id in made:
        rules.check_holder_id(holder_id)


@given(st.integers(10**10, 10**11 - 1), st.integers(0, 11), st.integers(1, 9))
def test_every_wrong_digit_is_noticed(body: int, place: int, shift: int) -> None:
    from stdnum.iso7064 import mod_11_10

    right = str(body) + mod_11_10.calc_check_digit(str(body))
    rules.check_holder_id(right)
    digit = str((int(right[place]) + shift) % 10)
    wrong = right[:place] + digit + right[place + 1 :]

    with pytest.raises(errors.HolderIdInvalid) as refused:
        rules.check_holder_id(wrong)

    assert wrong not in str(refused.value)


@pytest.mark.parametrize("typed", ["", "1", "12345678901a", "1234567890123", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_what_is_no_holder_id_is_refused(typed: str) -> None:
    with pytest.raises(errors.HolderIdInvalid):
        rules.clean_holder_id(typed)


def test_a_holder_id_is_read_as_it_is_printed() -> None:
    holder_id = rules.make_holder_id()
    printed = rules.format_holder_id(holder_id)

    assert [len(group) for group in printed.split()] == [4, 4, 4]
    assert rules.clean_holder_id(printed) == holder_id
    assert rules.clean_holder_id(printed.replace(" ", "-")) == holder_id


# -- The table of card states

ALLOWED = {
    ("ordered", "issue"): "issued",
    ("issued", "call_for_pickup"): "awaiting_pickup",
    ("issued", "deliver"): "delivered",
    ("awaiting_pickup", "deliver"): "delivered",
    ("delivered", "activate"): "active",
    ("issued", "block"): "blocked",
    ("awaiting_pickup", "block"): "blocked",
    ("delivered", "block"): "blocked",
    ("active", "block"): "blocked",
    ("blocked", "unblock"): "active",
    ("issued", "cancel"): "cancelled",
    ("awaiting_pickup", "cancel"): "cancelled",
    ("delivered", "cancel"): "cancelled",
    ("active", "cancel"): "cancelled",
    ("blocked", "cancel"): "cancelled",
    ("issued", "expire"): "expired",
    ("awaiting_pickup", "expire"): "expired",
    ("delivered", "expire"): "expired",
    ("active", "expire"): "expired",
    ("blocked", "expire"): "expired",
    ("ordered", "destroy"): "destroyed",
    ("issued", "destroy"): "destroyed",
    ("awaiting_pickup", "destroy"): "destroyed",
    ("delivered", "destroy"): "destroyed",
    ("active", "destroy"): "destroyed",
    ("blocked", "destroy"): "destroyed",
    ("cancelled", "destroy"): "destroyed",
    ("expired", "destroy"): "destroyed",
}


@pytest.mark.rule("T4.1.12b", "T4.3.4", "T4.4.4")
@pytest.mark.parametrize(("state", "action"), list(product(CardState, CardAction)))
def test_what_is_not_in_the_table_is_refused(state: CardState, action: CardAction) -> None:
    wanted = ALLOWED.get((state.value, action.value))

    if wanted is None:
        with pytest.raises(errors.CardStateRefused) as refused:
            rules.next_card_state(state, action)
        assert refused.value.facts == {"state": state.value, "action": action.value}
    else:
        assert rules.next_card_state(state, action) == wanted


def _walk(actions: list[CardAction]) -> list[CardState]:
    """Return the states that a card goes through when these are tried one after the other."""
    states, active_once = [CardState.ORDERED], False
    for action in actions:
        try:
            state = rules.next_card_state(states[-1], action, was_active=active_once)
        except errors.CardStateRefused:
            continue
        active_once = active_once or state is CardState.ACTIVE
        states.append(state)
    return states


@given(st.lists(st.sampled_from(CardAction), max_size=30))
def test_whatever_is_tried_a_dead_card_stays_dead(actions: list[CardAction]) -> None:
    states = _walk(actions)

    for before, after in pairwise(states):
        if before in rules.DEAD_STATES:
            assert after is CardState.DESTROYED
        assert before not in rules.TERMINAL_STATES


@pytest.mark.rule("T4.1.12b")
@given(st.lists(st.sampled_from(CardAction), max_size=30))
def test_whatever_is_tried_no_card_is_in_use_before_it_was_delivered(
    actions: list[CardAction],
) -> None:
    states = _walk(actions)

    if CardState.ACTIVE in states:
        assert CardState.DELIVERED in states[: states.index(CardState.ACTIVE)]


@pytest.mark.rule("T4.1.12b", "T4.3.1a", "T4.3.4")
@pytest.mark.parametrize("state", list(CardState))
def test_only_a_card_in_use_is_usable_and_only_until_its_last_day(state: CardState) -> None:
    until = date(2031, 11, 21)

    usable = rules.is_usable(state=state, valid_until=until, on=until)

    assert usable is (state is CardState.ACTIVE)
    assert not rules.is_usable(state=state, valid_until=until, on=until + timedelta(days=1))
