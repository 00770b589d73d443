"""People as they are kept and searched; assurance; what a document proves."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.identity import errors
from records.identity.rules import (
    LEAST_ASSURANCE,
    Assurance,
    PersonDetails,
    check_assurance,
    clean_birth_date,
    clean_details,
    clean_email,
    clean_phone,
    fold_name,
)
from tests import factories

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "typed",
    [
        "040 100 201",
        "040100201",
        "040/100-201",
        "+386 40 100 201",
        "00386 40 100 201",
        "+386 (0)40 100 201",
        "\u200e040 100 201",
        "٠٤٠ ١٠٠ ٢٠١",
    ],
)
def test_a_national_number_is_kept_in_e164(typed: str) -> None:
    assert clean_phone(typed) == "+38640100201"


def test_a_foreign_number_keeps_its_country() -> None:
    assert clean_phone("+39 347 123 4567") == "+393471234567"


@pytest.mark.parametrize("typed", ["", "abc", "040", "+386 99 999 999 999 999", "12345"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(errors.PhoneInvalid):
        clean_phone(typed)


def test_a_landline_is_refused_because_no_code_can_be_sent_to_it() -> None:
    with pytest.raises(errors.PhoneNotMobile):
        clean_phone("07 39 39 202")


def test_a_refused_number_does_not_stand_in_the_refusal() -> None:
    with pytest.raises(errors.PhoneNotMobile) as refused:
        clean_phone("07 39 39 202")

    assert "39" not in str(refused.value)
    assert refused.value.facts == {}


def test_an_email_keeps_its_local_part_and_lowers_its_domain() -> None:
    assert clean_email("  Ana.Zuzek@Example.ORG ") == "Ana.Zuzek@example.org"


@pytest.mark.parametrize("typed", ["", "ana", "ana@", "@example.org", "a b@example.org"])
def test_what_is_no_email_is_refused(typed: str) -> None:
    with pytest.raises(errors.EmailInvalid):
        clean_email(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "Žužek Črnič",
        "ŽUŽEK ČRNIČ",
        "žužek  črnič ",
        "Zuzek Crnic",
        "Žužek-Črnič",
        unicodedata.normalize("NFD", "Žužek Črnič"),
        "\uff3a\u030cužek Črnič",
    ],
)
def test_a_surname_is_found_however_it_is_typed(typed: str) -> None:
    assert fold_name(typed) == "zuzek crnic"


def test_a_crossed_d_is_found_without_its_cross() -> None:
    assert fold_name("Đurđević") == fold_name("Durdevic")


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


def test_details_are_trimmed_and_composed() -> None:
    cleaned = clean_details(
        PersonDetails(
            given_name="  Ana ",
            family_name=unicodedata.normalize("NFD", "Žužek"),
            residence="Cvelbarjeva  1,\n8000 Novo mesto",
        ),
        today=TODAY,
    )

    assert (cleaned.given_name, cleaned.family_name) == ("Ana", "Žužek")
    assert cleaned.residence == "Cvelbarjeva 1, 8000 Novo mesto"


def test_what_was_left_blank_is_not_said() -> None:
    cleaned = clean_details(PersonDetails(given_name=" ", phone="", email="  "), today=TODAY)

    assert cleaned == PersonDetails()


@pytest.mark.parametrize("name", ["123", "Ana\x00", "A" * 101, "Ana\u202e"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(errors.NameInvalid):
        clean_details(PersonDetails(given_name=name), today=TODAY)


def test_a_birth_date_lies_within_a_human_life() -> None:
    assert clean_birth_date(TODAY, today=TODAY) == TODAY
    for impossible in (date(2026, 11, 22), date(1896, 11, 20)):
        with pytest.raises(errors.BirthDateInvalid):
            clean_birth_date(impossible, today=TODAY)


def test_details_do_not_print_themselves() -> None:
    shown = repr(factories.make_details())

    assert "PersonDetails" in shown
    for value in ("Ana", "Žužek", "Cvelbarjeva", "1984", "100", "example"):
        assert value not in shown


@pytest.mark.rule("T4.1.5a", "C8")
def test_no_action_but_special_status_needs_more_than_a_declared_identity() -> None:
    demanding = {action for action, least in LEAST_ASSURANCE.items() if least > 0}

    assert demanding == {"special_status"}
    for action in set(LEAST_ASSURANCE) - demanding:
        check_assurance(action=action, has=Assurance.DECLARED)


@pytest.mark.rule("T7.2.8b", "C8")
def test_special_status_needs_a_document() -> None:
    with pytest.raises(errors.AssuranceTooLow) as refused:
        check_assurance(action="special_status", has=Assurance.CONTACT_PROVEN)

    assert refused.value.facts == {"action": "special_status", "has": 1, "needs": 2}
    check_assurance(action="special_status", has=Assurance.DOCUMENT_SEEN)
