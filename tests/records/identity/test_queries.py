"""Finding people by exact facts; pages of people; the two forms stay apart."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from records.access.errors import AccessRefused
from records.access.purposes import CardForm
from records.identity import errors, queries
from records.identity.models import DataSubject
from tests import factories
from tests.records.identity.conftest import OpenGate, Register

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


def _find(opened: OpenGate, family_name: str, birth_date: date, **form: Any) -> list[Any]:
    return queries.find_subjects_by_facts(
        opened(), family_name=family_name, birth_date=birth_date, **form
    )


@pytest.mark.parametrize("typed", ["Žužek Črnič", "zuzek crnic", "ŽUŽEK-ČRNIČ"])
def test_a_person_is_found_by_surname_and_birth_date(
    registered: Register, opened: OpenGate, ana: factories.Person, typed: str
) -> None:
    subject = registered()

    assert _find(opened, typed, ana.birth_date) == [subject]


def test_neither_the_neighbour_nor_the_stranger_is_found(
    registered: Register,
    opened: OpenGate,
    ana: factories.Person,
    bor: factories.Person,
    erik: factories.Person,
) -> None:
    subject = registered()
    registered(bor)
    registered(erik)

    assert bor.family_name == ana.family_name
    assert erik.birth_date == ana.birth_date
    assert _find(opened, ana.family_name, ana.birth_date) == [subject]


def test_two_people_with_the_same_facts_are_both_found(
    registered: Register, opened: OpenGate, ana: factories.Person
) -> None:
    both = {registered(), registered(given_name="Anja", phone=None, email=None)}

    assert set(_find(opened, ana.family_name, ana.birth_date)) == both


def test_one_fact_alone_finds_nobody(
    registered: Register, opened: OpenGate, ana: factories.Person
) -> None:
    registered()

    assert _find(opened, ana.family_name, date(1984, 3, 1)) == []
    assert _find(opened, "Kogoj", ana.birth_date) == []


def test_a_search_needs_a_grant_for_a_search(
    registered: Register, opened: OpenGate, ana: factories.Person
) -> None:
    subject = registered()

    with pytest.raises(AccessRefused):
        queries.find_subjects_by_facts(
            opened(subject), family_name=ana.family_name, birth_date=ana.birth_date
        )


@pytest.mark.rule("C6", "T4.3.6", "T5.2.5")
def test_a_persons_two_forms_are_two_subjects_that_no_search_joins(
    registered: Register, opened: OpenGate, ana: factories.Person
) -> None:
    physical, virtual = registered(), registered(form=CardForm.VIRTUAL)

    assert physical != virtual
    assert _find(opened, ana.family_name, ana.birth_date) == [physical]
    found = _find(opened, ana.family_name, ana.birth_date, form=CardForm.VIRTUAL)
    assert found == [virtual]


@pytest.mark.rule("C6", "T4.3.6", "PP intro")
def test_the_rows_of_a_persons_two_forms_share_no_value(
    registered: Register, ana: factories.Person
) -> None:
    rows = [
        DataSubject.objects.filter(pk=registered(form=form)).values().get() for form in CardForm
    ]
    same = {
        name
        for name in rows[0]
        if name.endswith("_index") or name in {"id", "realm", "family_name", "phone"}
    }

    assert {"person_index", "phone_index", "email_index", "id"} <= same
    for name in same:
        assert rows[0][name] is not None
        assert rows[0][name] != rows[1][name], name


@pytest.mark.parametrize("typed", ["040 100 201", "+38640100201", "00386 40 100 201"])
def test_a_virtual_card_is_found_by_its_number(
    registered: Register, opened: OpenGate, bor: factories.Person, typed: str
) -> None:
    subject = registered(form=CardForm.VIRTUAL)
    registered(bor, CardForm.VIRTUAL)

    assert queries.find_subject_by_phone(opened(), typed) == subject


def test_an_unknown_number_finds_nobody(registered: Register, opened: OpenGate) -> None:
    registered(form=CardForm.VIRTUAL)

    assert queries.find_subject_by_phone(opened(), "040 999 999") is None


def test_an_email_is_found_without_its_case(
    registered: Register, opened: OpenGate, ana: factories.Person
) -> None:
    subject = registered()

    assert queries.find_subjects_by_email(opened(), ana.email.upper()) == [subject]


def test_whoever_gave_no_number_is_not_found_by_an_empty_one(
    registered: Register, opened: OpenGate
) -> None:
    registered(phone=None)

    with pytest.raises(errors.PhoneInvalid):
        queries.find_subject_by_phone(opened(), "", form=CardForm.PHYSICAL)


def test_an_erased_or_unknown_person_is_refused_by_id(opened: OpenGate) -> None:
    nobody = uuid4()

    with pytest.raises(errors.SubjectUnknown):
        queries.reveal_person(opened(nobody), nobody)


def test_a_page_of_people_costs_the_same_queries_as_one(
    registered: Register, opened: OpenGate, django_assert_num_queries: Any
) -> None:
    people = [
        registered(phone=None, email=None, given_name=name)
        for name in ("Ana", "Anja", "Anica", "Anuška")
    ]
    grant = opened(*people)

    with django_assert_num_queries(1):
        views = queries.reveal_people(grant, people)

    assert [view.given_name for view in views] == ["Ana", "Anja", "Anica", "Anuška"]
    assert connection.alias == "default"
