"""The values that join the stores: keyed, and against a Grant but on two named paths."""

from uuid import uuid4

import pytest

from records.access.errors import GrantDoesNotCover
from records.access.purposes import DataCategory, Store
from records.keys.links import (
    presentation_digest,
    wallet_pseudonym,
    wallet_pseudonym_for_blocking,
)
from tests.factories import ALL_STORES
from tests.records.keys.conftest import Safe

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


def test_a_covered_holders_wallet_is_found_and_covered_from_then_on(safe: Safe) -> None:
    subject, card = uuid4(), uuid4()
    grant = safe.open(subject)

    wallet = wallet_pseudonym(grant, card_id=card, subject_id=subject)

    grant.require(Store.PAYMENTS, wallet, DataCategory.WALLET)
    assert wallet == wallet_pseudonym_for_blocking(card)


def test_a_strangers_wallet_is_not_found(safe: Safe) -> None:
    grant = safe.open(uuid4())

    with pytest.raises(GrantDoesNotCover):
        wallet_pseudonym(grant, card_id=uuid4(), subject_id=uuid4())


def test_a_grant_without_the_wallet_category_does_not_find_it(safe: Safe) -> None:
    subject = uuid4()
    grant = safe.open(subject, categories=[DataCategory.NAME])

    with pytest.raises(GrantDoesNotCover):
        wallet_pseudonym(grant, card_id=uuid4(), subject_id=subject)


@pytest.mark.rule("K9")
def test_a_wallet_and_a_chip_say_nothing_of_their_card(safe: Safe) -> None:
    card = uuid4()
    wallet = wallet_pseudonym_for_blocking(card)
    digest = presentation_digest(card.bytes)

    assert len({card, wallet, digest}) == 3
    assert wallet_pseudonym_for_blocking(uuid4()) != wallet
    assert presentation_digest(b"token") == presentation_digest(b"token")
    assert presentation_digest(b"token") != presentation_digest(b"tokeN")
