"""Completeness, age, city, clocks, cancellation, and the table of application states."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.access.purposes import CardForm
from records.cards import errors, rules
from records.cards.rules import (
    ApplicationAction,
    ApplicationFacts,
    ApplicationState,
    CancelReason,
    PriorNotice,
)

COMPLETE = ApplicationFacts(
    given_name=True,
    family_name=True,
    residence=True,
    birth_date=True,
    phone=True,
    email=True,
    my_city=True,
    terms=True,
    delivery_method=True,
    purpose=True,
)
TODAY = date(2026, 11, 21)


def _without(*names: str, **changes: bool) -> ApplicationFacts:
    said = {name: getattr(COMPLETE, name) for name in ApplicationFacts.__dataclass_fields__}
    return ApplicationFacts(**{**said, **dict.fromkeys(names, False), **changes})


# -- Completeness


@pytest.mark.rule("T4.1.4a")
def test_an_application_with_every_field_lacks_nothing() -> None:
    assert rules.missing_fields(COMPLETE, form=CardForm.PHYSICAL) == ()


@pytest.mark.rule("T4.1.4a", "T4.1.8")
@pytest.mark.parametrize(
    "name",
    [
        "given_name",
        "family_name",
        "residence",
        "birth_date",
        "my_city",
        "terms",
        "delivery_method",
        "purpose",
    ],
)
def test_each_missing_field_is_named(name: str) -> None:
    assert rules.missing_fields(_without(name), form=CardForm.PHYSICAL) == (name,)


@pytest.mark.rule("T4.1.4a")
@pytest.mark.parametrize(
    ("lacking", "missing"),
    [(("phone",), ()), (("email",), ()), (("phone", "email"), ("contact",))],
)
def test_one_contact_is_enough(lacking: tuple[str, ...], missing: tuple[str, ...]) -> None:
    assert rules.missing_fields(_without(*lacking), form=CardForm.PHYSICAL) == missing


@pytest.mark.rule("T4.1.4a", "C7")
def test_status_data_is_needed_only_where_a_status_is_claimed() -> None:
    assert rules.missing_fields(_without(status_data=False), form=CardForm.PHYSICAL) == ()
    claimed = _without(status_claimed=True)
    assert rules.missing_fields(claimed, form=CardForm.PHYSICAL) == ("status_data",)
    shown = _without(status_claimed=True, status_data=True)
    assert rules.missing_fields(shown, form=CardForm.PHYSICAL) == ()


@pytest.mark.rule("T4.1.4b")
def test_collection_at_a_point_names_the_point() -> None:
    facts = _without(needs_delivery_point=True)
    assert rules.missing_fields(facts, form=CardForm.PHYSICAL) == ("delivery_point",)
    named = _without(needs_delivery_point=True, delivery_point=True)
    assert rules.missing_fields(named, form=CardForm.PHYSICAL) == ()


@pytest.mark.rule("T5.1.5a", "T5.1.5b", "C7")
def test_a_virtual_card_needs_a_mobile_number_and_no_email_nor_status() -> None:
    assert rules.missing_fields(_without("email"), form=CardForm.VIRTUAL) == ()
    assert rules.missing_fields(_without("phone"), form=CardForm.VIRTUAL) == ("phone",)
    assert "delivery_method" not in rules.MANDATORY[CardForm.VIRTUAL]


@pytest.mark.rule("T4.1.4e")
def test_no_field_beyond_the_terms_can_be_mandatory() -> None:
    of_the_terms = {
        "given_name",
        "family_name",
        "residence",
        "birth_date",
        "my_city",
        "terms",
        "delivery_method",
        "purpose",
        "phone",
    }

    assert set(rules.MANDATORY[CardForm.PHYSICAL]) <= of_the_terms - {"phone"}
    assert set(rules.MANDATORY[CardForm.VIRTUAL]) <= of_the_terms
    for field in ApplicationFacts.__dataclass_fields__:
        assert not {"emso", "tax", "gender", "copy", "document"} & set(field.split("_"))


@given(st.sets(st.sampled_from(sorted(ApplicationFacts.__dataclass_fields__))))
def test_more_facts_never_lead_to_more_missing_fields(names: set[str]) -> None:
    demands = {"status_claimed", "needs_delivery_point"}
    less = ApplicationFacts(**dict.fromkeys(names, True))
    more = ApplicationFacts(
        **{
            name: name in names or name not in demands
            for name in ApplicationFacts.__dataclass_fields__
        }
    )

    for form in CardForm:
        assert set(rules.missing_fields(more, form=form)) <= set(
            rules.missing_fields(less, form=form)
        )


# -- Who applies alone


@pytest.mark.rule("C4", "T4.2.1", "T4.1.1")
@pytest.mark.parametrize(
    ("born", "on"),
    [
        (date(2011, 11, 22), date(2026, 11, 21)),
        (date(2012, 3, 1), date(2027, 2, 28)),
        (date(2012, 2, 29), date(2027, 2, 27)),
        (date(2026, 11, 21), date(2026, 11, 21)),
    ],
)
def test_up_to_the_day_before_the_15th_birthday_a_guardian_is_required(
    born: date, on: date
) -> None:
    with pytest.raises(errors.GuardianRequired) as refused:
        rules.check_age(birth_date=born, on=on)

    assert refused.value.facts == {"under_years": 15}


@pytest.mark.rule("C4", "T4.2.1")
@pytest.mark.parametrize(
    ("born", "on"),
    [
        (date(2011, 11, 21), date(2026, 11, 21)),
        (date(2012, 3, 1), date(2027, 3, 1)),
        (date(2012, 2, 29), date(2027, 2, 28)),
        (date(2012, 2, 28), date(2027, 2, 28)),
        (date(2009, 1, 1), date(2026, 11, 21)),
        (date(1930, 1, 1), date(2026, 11, 21)),
    ],
)
def test_from_the_15th_birthday_on_a_person_applies_alone(born: date, on: date) -> None:
    rules.check_age(birth_date=born, on=on)


def test_an_age_that_is_not_known_yet_is_asked_for_as_a_missing_field() -> None:
    rules.check_age(birth_date=None, on=TODAY)

    assert "birth_date" in rules.missing_fields(ApplicationFacts(), form=CardForm.PHYSICAL)


# -- Receipt, city, clocks


@pytest.mark.rule("T4.1.6", "C16")
def test_a_letter_registered_late_keeps_its_true_day() -> None:
    rules.check_received(received_on=TODAY - timedelta(days=3), today=TODAY)
    rules.check_received(received_on=TODAY, today=TODAY)


@pytest.mark.rule("T4.1.6")
def test_nothing_is_received_tomorrow() -> None:
    with pytest.raises(errors.ReceivedInFuture):
        rules.check_received(received_on=TODAY + timedelta(days=1), today=TODAY)


@pytest.mark.rule("C5", "T4.1.7")
def test_another_city_than_that_of_filing_is_confirmed_first() -> None:
    with pytest.raises(errors.CityMismatchUnconfirmed):
        rules.check_city(filed_at="novo-mesto", chosen="nova-gorica", confirmed=False)

    rules.check_city(filed_at="novo-mesto", chosen="nova-gorica", confirmed=True)
    rules.check_city(filed_at="novo-mesto", chosen="novo-mesto", confirmed=False)


@pytest.mark.rule("C20")
def test_a_status_that_tells_of_health_is_not_collected_without_a_ground() -> None:
    with pytest.raises(errors.StatusWithoutGround):
        rules.check_status_ground(rules.ClaimedStatus.DISABLED)

    for other in set(rules.ClaimedStatus) - {rules.ClaimedStatus.DISABLED}:
        rules.check_status_ground(other)


@pytest.mark.rule("T4.1.9a")
@pytest.mark.parametrize(
    ("completed", "due"),
    [
        (date(2026, 11, 21), date(2026, 12, 1)),
        (date(2026, 12, 25), date(2027, 1, 4)),
        (date(2028, 2, 20), date(2028, 3, 1)),
    ],
)
def test_the_card_is_due_ten_days_after_completeness(completed: date, due: date) -> None:
    assert rules.issue_due_date(completed) == due


@pytest.mark.rule("T4.6.1a")
@pytest.mark.parametrize(
    ("issued", "until"),
    [
        (date(2026, 11, 21), date(2031, 11, 21)),
        (date(2028, 2, 29), date(2033, 2, 28)),
        (date(2027, 3, 1), date(2032, 3, 1)),
    ],
)
def test_a_card_is_valid_for_five_years(issued: date, until: date) -> None:
    assert rules.valid_until(issued) == until


@pytest.mark.rule("T4.6.1b")
def test_another_validity_needs_a_reason() -> None:
    shorter = date(2027, 9, 30)

    with pytest.raises(errors.ValidityReasonMissing):
        rules.check_validity(issued_on=TODAY, until=shorter, reason="  ")

    rules.check_validity(issued_on=TODAY, until=shorter, reason="special_status")
    rules.check_validity(issued_on=TODAY, until=rules.valid_until(TODAY), reason="")


def test_a_validity_does_not_end_before_it_begins() -> None:
    with pytest.raises(errors.ValidityReasonMissing):
        rules.check_validity(issued_on=TODAY, until=date(2026, 11, 20), reason="special_status")


@pytest.mark.rule("T4.1.11b")
def test_a_card_waits_ten_days_at_the_point() -> None:
    assert rules.pickup_last_day(TODAY) == date(2026, 12, 1)
    with pytest.raises(errors.PickupStillOpen):
        rules.check_pickup_over(called_on=TODAY, today=date(2026, 12, 1))

    rules.check_pickup_over(called_on=TODAY, today=date(2026, 12, 2))


# -- Cancellation


@pytest.mark.rule("T4.6.4")
def test_the_holders_own_request_needs_no_notice() -> None:
    rules.check_cancellation(reason=CancelReason.HOLDER_REQUEST, notice=None, today=TODAY)


@pytest.mark.rule("T4.6.4")
@pytest.mark.parametrize("reason", sorted(set(CancelReason) - {CancelReason.HOLDER_REQUEST}))
@pytest.mark.parametrize(
    "notice",
    [
        None,
        PriorNotice(sent_on=TODAY, reference="letter 1"),
        PriorNotice(sent_on=TODAY - timedelta(days=9), reference=" "),
    ],
)
def test_the_issuer_cancels_only_after_a_notice_sent_before(
    reason: CancelReason, notice: PriorNotice | None
) -> None:
    with pytest.raises(errors.NoticeMissing):
        rules.check_cancellation(reason=reason, notice=notice, today=TODAY)

    stored = PriorNotice(sent_on=TODAY - timedelta(days=1), reference="letter 1")
    rules.check_cancellation(reason=reason, notice=stored, today=TODAY)


# -- The table of application states


@pytest.mark.rule("T4.1.8")
@pytest.mark.parametrize(
    ("state", "action"), list(product([None, *ApplicationState], ApplicationAction))
)
def test_an_application_does_only_what_the_table_says(
    state: ApplicationState | None, action: ApplicationAction
) -> None:
    undecided = {"incomplete", "complete", "accepted"}
    allowed = {
        (None, "submit"): "complete",
        ("incomplete", "supplement"): "complete",
        ("complete", "supplement"): "complete",
        ("complete", "accept"): "accepted",
        ("accepted", "issue"): "issued",
        **{(before, "refuse"): "refused" for before in undecided},
        **{(before, "withdraw"): "withdrawn" for before in undecided},
    }
    wanted = allowed.get((state.value if state else None, action.value))

    if wanted is None:
        with pytest.raises(errors.ApplicationStateRefused):
            rules.next_application_state(state, action)
    else:
        assert rules.next_application_state(state, action) == wanted


@pytest.mark.rule("T4.1.4a")
def test_an_incomplete_application_can_neither_be_accepted_nor_issued() -> None:
    state = rules.next_application_state(None, ApplicationAction.SUBMIT, missing=("terms",))

    assert state is ApplicationState.INCOMPLETE
    for action in (ApplicationAction.ACCEPT, ApplicationAction.ISSUE):
        with pytest.raises(errors.ApplicationStateRefused):
            rules.next_application_state(state, action)
