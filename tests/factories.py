"""Invented people and one maker per row, minimal and valid.

Ana holds a card; Bor, her neighbour of the same surname, must never be touched by what happens to
Ana; Erik is a stranger to both. Cene is a clerk, Darja a data protection officer. All are invented.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from records.access.purposes import ActorRole, Store

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
