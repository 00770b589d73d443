"""Invented people. Names are common ones put together at random; numbers come from ranges nobody
has.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from records.identity.rules import PersonDetails

_GIVEN = [
    "Ajda", "Aljaž", "Ana", "Anže", "Blaž", "Bojan", "Eva", "Filip", "Gašper", "Iva", "Jaka",
    "Janez", "Jerneja", "Katja", "Lara", "Luka", "Maja", "Marko", "Matija", "Mojca", "Neža",
    "Nika", "Petra", "Rok", "Sara", "Špela", "Tadej", "Tina", "Urška", "Vid", "Zala", "Žiga",
]  # fmt: skip
_FAMILY = [
    "Brezovar", "Cvetko", "Čebular", "Dolinar", "Erjavčič", "Fajdiga", "Gričar", "Hrastnik",
    "Jelšnik", "Kamnar", "Lipovšek", "Medvešek", "Novinec", "Ogorelec", "Podlogar", "Resnik",
    "Smrekar", "Šumenjak", "Travnik", "Urbančič", "Vrbnjak", "Zagoričnik", "Žlebnik",
]  # fmt: skip
_STREETS = ("Lipova ulica", "Pot ob potoku", "Na griču", "Sončna pot", "Kratka ulica", "Pri mlinu")
_TOWNS = {"novo-mesto": "8000 Novo mesto", "nova-gorica": "5000 Nova Gorica"}


def invent_people(*, count: int, city: str, seed: int, today: date) -> Iterator[PersonDetails]:
    """Yield invented adults of a city; the same seed gives the same people."""
    draw = random.Random(f"{seed}/{city}")
    town = _TOWNS.get(city, city)
    for number in range(count):
        given, family = draw.choice(_GIVEN), draw.choice(_FAMILY)
        yield PersonDetails(
            given_name=given,
            family_name=family,
            residence=f"{draw.choice(_STREETS)} {draw.randint(900, 999)}, {town}",
            birth_date=today - timedelta(days=draw.randint(19 * 366, 80 * 365)),
            phone=None,
            email=f"{city}.{seed}.{number}@example.org",
        )
