"""Registering people, changing what is known about them, looking at documents."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from records.access.errors import AccessRefused
from records.access.purposes import CardForm, DataCategory
from records.identity import errors, queries
from records.identity.models import DataSubject, DocumentCheck
from records.identity.operations import (
    change_details,
    raise_assurance,
    record_document_check,
    register_data_subject,
)
from records.identity.rules import Assurance, DocumentType
from tests import factories
from tests.records.identity.conftest import OpenGate, Register

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


def test_a_registered_person_is_read_back(
    registered: Register, opened: OpenGate, ana: factories.Person
) -> None:
    subject = registered()

    view = queries.reveal_person(opened(subject), subject)

    assert (view.given_name, view.family_name) == (ana.given_name, ana.family_name)
    assert (view.residence, view.birth_date) == (ana.residence, ana.birth_date)
    assert (view.phone, view.email) == (ana.phone_e164, ana.email)
    assert (view.form, view.home_city) == (CardForm.PHYSICAL, ana.home_city)
    assert view.full_name == "Ana Žužek Črnič"


@pytest.mark.rule("T4.1.5a")
def test_identity_that_nobody_checked_is_a_lawful_state(registered: Register) -> None:
    row = queries.get_subject(registered())

    assert row.assurance == Assurance.DECLARED
    assert not DocumentCheck.objects.filter(subject=row).exists()


def test_no_fact_stands_in_the_row_in_plain(registered: Register, ana: factories.Person) -> None:
    subject = registered()

    with transaction.atomic():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM identity_datasubject")
            raw = b"|".join(
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                for row in cursor.fetchall()
                for value in row
            )

    assert subject.hex.encode() in raw.replace(b"-", b"")
    for fact in (ana.given_name, ana.family_name, "Cvelbarjeva", "1984", "100201", ana.email):
        assert fact.encode() not in raw


def test_a_view_does_not_print_the_person(
    registered: Register, opened: OpenGate, ana: factories.Person
) -> None:
    subject = registered()

    shown = repr(queries.reveal_person(opened(subject), subject))

    assert str(subject) in shown
    for fact in (ana.given_name, ana.family_name, "Cvelbarjeva", "1984", "100201", ana.email):
        assert fact not in shown


def test_nothing_but_the_form_is_mandatory_to_be_kept(
    registered: Register, opened: OpenGate
) -> None:
    subject = registered(
        given_name=None, family_name=None, residence=None, birth_date=None, phone=None, email=None
    )

    view = queries.reveal_person(opened(subject), subject)

    assert view.full_name == ""
    assert view.birth_date is None


def test_the_same_id_is_not_registered_twice(
    registered: Register, opened: OpenGate, now: Any
) -> None:
    subject = registered()

    with pytest.raises(errors.SubjectExists):
        register_data_subject(
            opened(subject),
            subject_id=subject,
            details=factories.make_details(),
            home_city=factories.HOME_CITY,
            form=CardForm.PHYSICAL,
            now=now,
        )


@pytest.mark.rule("T2.3")
def test_a_person_has_exactly_one_city_and_it_is_in_the_register(
    registered: Register, opened: OpenGate, now: Any
) -> None:
    assert queries.get_subject(registered()).home_city_id == factories.HOME_CITY
    subject = uuid4()

    with pytest.raises(errors.CityUnknown):
        register_data_subject(
            opened(subject),
            subject_id=subject,
            details=factories.make_details(),
            home_city="kranj",
            form=CardForm.PHYSICAL,
            now=now,
        )

    assert not DataSubject.objects.filter(pk=subject).exists()


@pytest.mark.rule("T5.1.4a")
def test_a_number_identifies_one_virtual_card(
    registered: Register, bor: factories.Person, ana: factories.Person
) -> None:
    registered(form=CardForm.VIRTUAL)

    with pytest.raises(errors.PhoneTaken):
        registered(bor, CardForm.VIRTUAL, phone=ana.phone)


def test_a_family_may_share_a_number_on_physical_cards(
    registered: Register, bor: factories.Person, ana: factories.Person, opened: OpenGate
) -> None:
    registered()
    registered(bor, phone=ana.phone)

    found = queries.find_subject_by_phone(opened(), ana.phone, form=CardForm.PHYSICAL)

    assert found is None


@pytest.mark.rule("T6.1.5b", "C14")
def test_a_change_is_accepted_on_any_day(
    registered: Register, opened: OpenGate, now: Any, ana: factories.Person
) -> None:
    subject = registered()

    change_details(
        opened(subject),
        subject_id=subject,
        changes={"residence": "Nova pot 5, 8000 Novo mesto", "email": None},
        now=now + timedelta(days=20),
    )

    view = queries.reveal_person(opened(subject), subject)
    assert view.residence == "Nova pot 5, 8000 Novo mesto"
    assert view.email is None
    assert (view.family_name, view.phone) == (ana.family_name, ana.phone_e164)


def test_a_changed_surname_is_found_and_the_old_one_no_longer(
    registered: Register, opened: OpenGate, now: Any, ana: factories.Person
) -> None:
    subject = registered()
    facts = {"family_name": ana.family_name, "birth_date": ana.birth_date}
    assert queries.find_subjects_by_facts(opened(), **facts) == [subject]

    change_details(opened(subject), subject_id=subject, changes={"family_name": "Kogoj"}, now=now)

    facts["family_name"] = "kogoj"
    assert queries.find_subjects_by_facts(opened(), **facts) == [subject]
    facts["family_name"] = ana.family_name
    assert queries.find_subjects_by_facts(opened(), **facts) == []


def test_a_change_leaves_the_neighbour_alone(
    registered: Register, opened: OpenGate, now: Any, bor: factories.Person
) -> None:
    ana_id, bor_id = registered(), registered(bor)
    before = queries.reveal_person(opened(bor_id), bor_id)

    change_details(opened(ana_id), subject_id=ana_id, changes={"residence": "Drugje 1"}, now=now)

    assert queries.reveal_person(opened(bor_id), bor_id) == before


def test_a_grant_for_the_neighbour_changes_nothing(
    registered: Register, opened: OpenGate, now: Any, bor: factories.Person
) -> None:
    ana_id, bor_id = registered(), registered(bor)
    grant = opened(bor_id)

    for act in (
        lambda: change_details(grant, subject_id=ana_id, changes={"email": None}, now=now),
        lambda: raise_assurance(grant, subject_id=ana_id, to=Assurance.EID),
        lambda: queries.reveal_person(grant, ana_id),
    ):
        with pytest.raises(AccessRefused):
            act()

    assert queries.reveal_person(opened(ana_id), ana_id).email is not None
    assert queries.get_subject(ana_id).assurance == Assurance.DECLARED


def test_a_column_that_is_none_of_a_person_is_refused(
    registered: Register, opened: OpenGate, now: Any
) -> None:
    subject = registered()

    with pytest.raises(TypeError):
        change_details(opened(subject), subject_id=subject, changes={"emso": "x"}, now=now)


@pytest.mark.rule("T4.1.5b")
def test_a_look_at_a_document_is_recorded_without_a_copy(
    registered: Register, opened: OpenGate, now: Any, cene: Any
) -> None:
    subject = registered()

    level = record_document_check(
        opened(subject),
        subject_id=subject,
        document_type=DocumentType.IDENTITY_CARD,
        matched=True,
        now=now,
    )

    assert level is Assurance.DOCUMENT_SEEN
    check = DocumentCheck.objects.get(subject=subject)
    assert (check.checked_on, check.checked_by) == (date(2026, 11, 21), cene.id)
    assert {field.name for field in DocumentCheck._meta.get_fields()} == {
        "id",
        "subject",
        "checked_on",
        "document_type",
        "matched",
        "checked_by",
    }


def test_a_document_that_does_not_match_is_recorded_and_proves_nothing(
    registered: Register, opened: OpenGate, now: Any
) -> None:
    subject = registered()

    level = record_document_check(
        opened(subject),
        subject_id=subject,
        document_type=DocumentType.PASSPORT,
        matched=False,
        now=now,
    )

    assert level is Assurance.DECLARED
    assert not DocumentCheck.objects.get(subject=subject).matched


def test_assurance_never_falls(registered: Register, opened: OpenGate) -> None:
    subject = registered()
    raise_assurance(opened(subject), subject_id=subject, to=Assurance.DOCUMENT_SEEN)

    level = raise_assurance(opened(subject), subject_id=subject, to=Assurance.CONTACT_PROVEN)

    assert level is Assurance.DOCUMENT_SEEN


def test_the_database_knows_no_fifth_level(registered: Register) -> None:
    subject = registered()

    with pytest.raises(IntegrityError), transaction.atomic():
        DataSubject.objects.filter(pk=subject).update(assurance=4)


def test_reading_needs_the_categories(registered: Register, opened: OpenGate) -> None:
    subject = registered()
    grant = opened(subject, categories=(DataCategory.NAME,))

    ((given,),) = queries.reveal_columns(grant, [subject], columns=["given_name"])

    assert given == "Ana"
    with pytest.raises(AccessRefused):
        queries.reveal_columns(grant, [subject], columns=["residence"])
