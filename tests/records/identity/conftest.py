"""A person who is registered, and Grants of the real gate."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from records.access.gate import open_gate
from records.access.grants import Grant
from records.access.purposes import Action, CardForm, DataCategory, Purpose
from records.identity.operations import register_data_subject
from tests import factories

PERSON = (
    DataCategory.NAME,
    DataCategory.RESIDENCE,
    DataCategory.BIRTH_DATE,
    DataCategory.CONTACT,
    DataCategory.CARD,
)

OpenGate = Callable[..., Grant]
Register = Callable[..., UUID]


@pytest.fixture
def opened(keyring: Any, cene: Any, now: datetime) -> OpenGate:
    """Open the gate for Cene: for these subjects, or, without any, for a search."""

    def open_for(*subjects: UUID, **changes: Any) -> Grant:
        given = {
            "actor": cene,
            "purpose": Purpose.CARD_ADMINISTRATION,
            "subjects": subjects,
            "categories": PERSON,
            "action": Action.CHANGE if subjects else Action.SEARCH,
            "task": "test",
            "now": now,
        }
        return open_gate(**{**given, **changes})

    return open_for


@pytest.fixture
def registered(opened: OpenGate, now: datetime) -> Register:
    """Register a person and return the id."""
    factories.load_demo_register()

    def register(
        person: factories.Person = factories.ANA,
        form: CardForm = CardForm.PHYSICAL,
        **changes: Any,
    ) -> UUID:
        subject_id = uuid4()
        register_data_subject(
            opened(subject_id),
            subject_id=subject_id,
            details=factories.make_details(person, **changes),
            home_city=person.home_city,
            form=form,
            now=now,
        )
        return subject_id

    return register
