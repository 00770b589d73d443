"""Two stolen stores do not say who paid what: no identifier of one occurs in another (K9, C6,
threat 20).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from consent.operations import give_consent
from consent.queries import get_notice_on
from consent.rules import WORDING_OF, Channel
from portal.demo.seeding import seed
from portal.installation import prepare_installation
from portal.walkthrough.scan import Dump, as_text, dump_store
from records.access.grants import Actor
from records.access.purposes import ActorRole, Purpose, Store
from records.cards.models import Card
from records.keys.links import wallet_pseudonym_for_blocking
from records.legal_days import legal_day
from tests.architecture.stores import haystack, identifiers
from tests.factories import ALL_STORES

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PEOPLE = 12

pytestmark = [pytest.mark.django_db(databases=ALL_STORES, transaction=True)]


@pytest.fixture
def lived(settings: Any, tmp_path: Path) -> Iterator[dict[str, Dump]]:
    """A city in which people applied, paid, consented and were looked at, as four raw dumps."""
    settings.VAR_DIR = tmp_path
    settings.KEY_FILE = tmp_path / "varuh.keys"
    list(prepare_installation(now=NOW))
    seed(holders=PEOPLE, now=NOW, progress=lambda _: None)
    for card in Card.objects.all():
        give_consent(
            actor=Actor(role=ActorRole.HOLDER, id=str(card.subject_id), organisation=""),
            subject_id=card.subject_id,
            purpose=Purpose.NEWS,
            notice=get_notice_on(kind=WORDING_OF[Purpose.NEWS], language="sl", day=legal_day(NOW)),
            screen="test",
            channel=Channel.PORTAL,
            now=NOW + timedelta(minutes=5),
        )
    return {store.value: dump_store(store.value) for store in Store}


@pytest.mark.rule("K9", "T4.3.6", "T5.2.5", "PP intro")
def test_no_identifier_of_one_store_occurs_in_another(lived: dict[str, Dump]) -> None:
    named = {alias: identifiers(dump) for alias, dump in lived.items()}
    hay = {alias: haystack(dump) for alias, dump in lived.items()}

    shared = {
        (one, other, place)
        for one, other in permutations(lived, 2)
        for name, place in named[one].items()
        if name in hay[other]
    }

    assert all(len(found) > PEOPLE for found in named.values())
    assert shared == set()


def test_the_search_finds_an_identifier_that_is_there(lived: dict[str, Dump]) -> None:
    card = Card.objects.first()
    assert card is not None

    planted = {**lived["payments"], ("planted", "note"): [f"card {card.pk.hex}"]}

    assert as_text(card.pk) in identifiers(lived["default"])
    assert as_text(card.pk) in haystack(planted)


def test_the_pairing_exists_for_whoever_holds_the_link_key(lived: dict[str, Dump]) -> None:
    wallets = {as_text(value) for value in lived["payments"]["wallet_account", "id"]}

    pairs = {as_text(wallet_pseudonym_for_blocking(card.pk)) for card in Card.objects.all()}

    assert pairs <= wallets
    assert len(pairs) == Card.objects.count()


@pytest.mark.rule("K9")
def test_ordering_both_stores_by_any_column_does_not_pair_them(lived: dict[str, Dump]) -> None:
    wallet_of = {
        as_text(c.pk): as_text(wallet_pseudonym_for_blocking(c.pk)) for c in Card.objects.all()
    }
    cards = _ranks(lived["default"], "cards_card", "id")
    wallets = _ranks(lived["payments"], "wallet_account", "id")

    close = {
        (left, right): round(value, 2)
        for left, ranks in cards.items()
        for right, others in wallets.items()
        if abs(value := _correlation([(ranks[c], others[w]) for c, w in wallet_of.items()])) > 0.9
    }

    assert close == {}


def _ranks(dump: Dump, table: str, key: str) -> dict[str, dict[str, float]]:
    """Return, for every column that orders the rows, each row's value as a number."""
    keys = [as_text(value) for value in dump[table, key]]
    found: dict[str, dict[str, float]] = {}
    for (name, column), values in dump.items():
        if name != table or any(value is None for value in values):
            continue
        ordered = {value: rank for rank, value in enumerate(sorted({as_text(v) for v in values}))}
        if len(ordered) > 2:
            found[column] = {
                k: float(ordered[as_text(v)]) for k, v in zip(keys, values, strict=True)
            }
    return found


def _correlation(pairs: list[tuple[float, float]]) -> float:
    size = len(pairs)
    left, right = sum(a for a, _ in pairs) / size, sum(b for _, b in pairs) / size
    above = sum((a - left) * (b - right) for a, b in pairs)
    below = (
        sum((a - left) ** 2 for a, _ in pairs) * sum((b - right) ** 2 for _, b in pairs)
    ) ** 0.5
    return above / below if below else 0.0
