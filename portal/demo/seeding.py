"""Seeding the demo city once: staff, a terminal, two well-known holders and as many others as asked
for.
"""

import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.demo.holders import DemoCard, give_card
from portal.demo.people import invent_people
from portal.demo.staff import POSTS, hire
from portal.models import StaffProfile
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.identity.rules import PersonDetails
from records.keys.links import presentation_digest
from records.wallet.models import Terminal
from records.wallet.operations import authorise_payment, register_terminal, top_up

CENTS = "EUR"
WELL_KNOWN = (
    ("novo-mesto", "Ana", "Zupan Primer", "Sončna pot 998, 8000 Novo mesto", "ana@example.org"),
    (
        "nova-gorica",
        "Erik",
        "Vodopivec Primer",
        "Na griču 997, 5000 Nova Gorica",
        "erik@example.org",
    ),
)
_POINTS = {"novo-mesto": "nm-knjiznica", "nova-gorica": "ng-mestne-storitve"}


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the seeding made."""

    content: dict[str, Any]
    holders: int


def demo_file() -> Path:
    """Return the file in which the demo keeps its sign-ins."""
    return Path(settings.VAR_DIR) / "demo.json"


def read_demo() -> dict[str, Any] | None:
    """Return the demo's sign-ins; None where the demo was not seeded."""
    path = demo_file()
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def seed(*, holders: int, now: datetime, progress: Callable[[int], None]) -> Seeded:
    """Make staff and terminals where there are none, the well-known holders and `holders` more.

    `progress` is told each finished holder. Safe to call again: what is there stays, holders are
    added.
    """
    content = read_demo() or {"staff": [], "holders": [], "terminals": []}
    have = {entry["username"] for entry in content["staff"]}
    content["staff"] += [hire(post).as_json() for post in POSTS if post.username not in have]
    if not content["terminals"]:
        content["terminals"].append(_terminal())
    _write(content)
    clerks = _clerks()
    if not content["holders"]:
        for city, given, family, residence, email in WELL_KNOWN:
            person = PersonDetails(
                given_name=given,
                family_name=family,
                residence=residence,
                birth_date=now.date() - timedelta(days=12_345),
                email=email,
            )
            card = _card(clerks[city], person, city, now)
            _live(card, content["terminals"][0]["id"], now, random.Random(family))
            content["holders"].append(card.as_json())
            _write(content)
            progress(1)
    _seed_others(holders, clerks, content["terminals"][0]["id"], now, progress)
    return Seeded(content, holders)


def _seed_others(
    holders: int,
    clerks: dict[str, Actor],
    terminal: str,
    now: datetime,
    progress: Callable[[int], None],
) -> None:
    cities = sorted(clerks)
    seed_number = random.SystemRandom().randrange(10**6)
    draw = random.Random(seed_number)
    for position, city in enumerate(cities):
        share = holders // len(cities) + (position < holders % len(cities))
        today = now.date()
        for person in invent_people(count=share, city=city, seed=seed_number, today=today):
            _live(_card(clerks[city], person, city, now), terminal, now, draw)
            progress(1)


def _clerks() -> dict[str, Actor]:
    return {
        profile.city: Actor(
            role=ActorRole.CLERK, id=str(profile.pk), organisation=profile.organisation
        )
        for profile in StaffProfile.objects.filter(role="clerk")
    }


def _terminal() -> dict[str, str]:
    made = register_terminal(
        organisation="knjiznica", name="Knjižnica, izposoja", can_topup=True, can_sell=True
    )
    return {"id": str(made.id), "credentials": made.credentials, "name": "Knjižnica, izposoja"}


def _card(clerk: Actor, person: PersonDetails, city: str, now: datetime) -> DemoCard:
    return give_card(clerk=clerk, person=person, city=city, point=_POINTS[city], now=now)


def _live(card: DemoCard, terminal_id: str, now: datetime, draw: random.Random) -> None:
    """Top the card up and pay a little, as people do."""
    terminal = Terminal.objects.get(pk=terminal_id)
    presentation = presentation_digest(bytes.fromhex(card.chip_token))
    key = random.SystemRandom().getrandbits(64)
    common = {"terminal": terminal, "presentation": presentation, "currency": CENTS}
    top_up(
        amount_minor=draw.choice((2000, 3000, 4000)),
        idempotency_key=f"{key:x}-t",
        now=now,
        **common,
    )
    for number in range(draw.randint(1, 4)):
        authorise_payment(
            amount_minor=draw.randint(50, 450),
            idempotency_key=f"{key:x}-{number}",
            now=now + timedelta(seconds=number + 1),
            **common,
        )


def _write(content: dict[str, Any]) -> None:
    path = demo_file()
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    part.replace(path)
