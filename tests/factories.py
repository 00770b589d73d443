"""Invented people and one maker per row, minimal and valid.

Ana holds a card; Bor, her neighbour of the same surname, must never be touched by what happens to
Ana; Erik is a stranger to both. Cene is a clerk, Darja a data protection officer. All are invented.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from records.access.purposes import ActorRole, Store
from records.legal_days import legal_day

ALL_STORES = [store.value for store in Store]
"""For `@pytest.mark.django_db(databases=ALL_STORES)`."""

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
"""A Saturday morning; 10:00 in Ljubljana."""

HOME_CITY = "novo-mesto"
OTHER_CITY = "nova-gorica"
POINT = "nm-knjiznica"
"""A registration point of HOME_CITY in the demo register."""
OTHER_POINT = "ng-mestne-storitve"


@dataclass(frozen=True, kw_only=True)
class Person:
    """What an invented person would write on an application."""

    given_name: str
    family_name: str
    residence: str
    birth_date: date
    phone: str
    """As people write it; see `phone_e164`."""
    phone_e164: str
    email: str
    home_city: str = HOME_CITY


ANA = Person(
    given_name="Ana",
    family_name="Žužek Črnič",
    residence="Cvelbarjeva ulica 998, 8000 Novo mesto",
    birth_date=date(1984, 2, 29),
    phone="040 100 201",
    phone_e164="+38640100201",
    email="ana.zuzek@example.org",
)
BOR = Person(
    given_name="Bor",
    family_name="Žužek Črnič",
    residence="Cvelbarjeva ulica 999, 8000 Novo mesto",
    birth_date=date(1981, 7, 5),
    phone="+386 41 100 202",
    phone_e164="+38641100202",
    email="bor.zuzek@example.org",
)
ERIK = Person(
    given_name="Erik",
    family_name="Kogoj",
    residence="Gradnikove brigade 997, 5000 Nova Gorica",
    birth_date=date(1984, 2, 29),
    phone="031 100 203",
    phone_e164="+38631100203",
    email="erik.kogoj@example.org",
    home_city=OTHER_CITY,
)

CENE_ID = UUID("00000000-0000-4000-8000-0000000000ce")
DARJA_ID = UUID("00000000-0000-4000-8000-0000000000da")
HEDA_ID = UUID("00000000-0000-4000-8000-0000000000ed")


def make_actor(role: ActorRole, actor_id: object, organisation: str = HOME_CITY) -> Any:
    """Return an Actor."""
    from records.access.grants import Actor

    return Actor(role=role, id=str(actor_id), organisation=organisation)


def make_person(**changes: Any) -> Person:
    """Return Ana's facts with changes."""
    return replace(ANA, **changes)


# -- Rows. Each maker goes the way of the service: through the gate, into every store that it
# concerns.


def make_details(person: Person = ANA, **changes: Any) -> Any:
    """Return what the person says about themself (records.identity PersonDetails)."""
    from records.identity.rules import PersonDetails

    said = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "residence": person.residence,
        "birth_date": person.birth_date,
        "phone": person.phone,
        "email": person.email,
    }
    return PersonDetails(**{**said, **changes})


def make_application_details(**changes: Any) -> Any:
    """Return what a complete application for a first card says beside the person."""
    from records.contracts.operations import ApplicationDetails

    said = {
        "chosen_city": "",
        "delivery_method": "pickup",
        "delivery_point": POINT,
        "terms_reference": "terms/2021-10-15",
    }
    return ApplicationDetails(**{**said, **changes})


def load_demo_register() -> None:
    """Load the register of the demo: both cities, their processors and points."""
    from django.conf import settings

    from records.identity.operations import load_register

    load_register(path=settings.REGISTER_FILE)


def submit(
    *,
    actor: Any,
    person: Person | None = ANA,
    said: Any = None,
    now: datetime = NOW,
    **changes: Any,
) -> Any:
    """Hand in an application at the person's own city's point.

    `said` replaces what the person says; `changes` are arguments of submit_application.
    """
    from records.cards.rules import Channel
    from records.contracts.operations import submit_application

    home = person.home_city if person else HOME_CITY
    given: dict[str, Any] = {
        "details": make_application_details(),
        "person": said or (make_details(person) if person else None),
        "point": POINT if home == HOME_CITY else OTHER_POINT,
        "received_on": legal_day(now),
        "channel": Channel.COUNTER,
    }
    return submit_application(actor=actor, now=now, **{**given, **changes})


@dataclass(frozen=True)
class Holder:
    """A person whose card is in use."""

    person: Person
    subject_id: UUID
    application_id: UUID
    card_id: UUID
    holder_id: str
    token: bytes


def make_holder(*, actor: Any, person: Person = ANA, now: datetime = NOW) -> Holder:
    """Take a person from the application to a card in use."""
    from records.contracts.operations import (
        accept_application,
        activate_card,
        deliver_card,
        issue_card,
    )

    standing = submit(actor=actor, person=person, now=now)
    accept_application(actor=actor, application_id=standing.application_id, now=now)
    issued = issue_card(actor=actor, application_id=standing.application_id, now=now)
    deliver_card(actor=actor, card_id=issued.card_id, now=now)
    activate_card(actor=actor, card_id=issued.card_id, now=now)
    return Holder(
        person=person,
        subject_id=standing.subject_id,
        application_id=standing.application_id,
        card_id=issued.card_id,
        holder_id=issued.holder_id,
        token=issued.presentation_token,
    )
