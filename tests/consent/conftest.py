"""A city with its texts, and people who may speak."""

from uuid import UUID, uuid4

import pytest

from consent.operations import load_texts
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.identity.models import Controller
from tests import factories


@pytest.fixture
def city(db_stores: None) -> None:
    """Two issuers and the first version of every text."""
    for code in (factories.HOME_CITY, factories.OTHER_CITY):
        Controller.objects.create(code=code, name=code)
    load_texts()


@pytest.fixture
def db_stores(db: None, keyring: object) -> None:
    """The stores, with keys."""


@pytest.fixture
def ana_id() -> UUID:
    """Ana's data subject."""
    return uuid4()


@pytest.fixture
def bor_id() -> UUID:
    """Bor's data subject."""
    return uuid4()


@pytest.fixture
def holder(ana_id: UUID) -> Actor:
    """Ana, signed in."""
    return Actor(role=ActorRole.HOLDER, id=str(ana_id), organisation="")
