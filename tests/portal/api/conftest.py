"""A terminal that speaks HTTP, and a card whose token it reads."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from records.access.purposes import CardForm
from records.keys.links import presentation_digest
from records.wallet import operations, queries
from records.wallet.rules import Limits
from tests.factories import HOME_CITY

TOKEN = bytes(range(32))


class Device:
    """One terminal and the HTTP requests that it sends."""

    def __init__(self, **rights: Any) -> None:
        self.made = operations.register_terminal(name="till", **rights)
        self.credentials = self.made.credentials
        self.client = Client()

    def post(self, path: str, body: Any = None, **changes: Any) -> HttpResponse:
        headers = {
            "Authorization": f"Bearer {self.credentials}",
            "Idempotency-Key": uuid4().hex,
        } | changes
        present = {name: value for name, value in headers.items() if value is not None}
        return self.client.post(
            f"/api/v1/{path}",
            {} if body is None else body,
            content_type="application/json",
            headers=present,
        )

    def get(self, path: str) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.credentials}"}
        return self.client.get(f"/api/v1/{path}", headers=headers)


def money(amount_minor: int, **changes: Any) -> dict[str, Any]:
    """Return the body of a top-up or payment with the test's card."""
    return {"card": TOKEN.hex(), "amount_minor": amount_minor, "currency": "EUR"} | changes


@pytest.fixture(autouse=True)
def _fresh_door(settings: Any) -> Iterator[None]:
    """Plain HTTP, and no failures counted yet."""
    settings.SECURE_SSL_REDIRECT = False
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def wallet(keyring: Any) -> Any:
    """A wallet with an active card of this token, opened long ago."""
    opened = uuid4()
    then = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    operations.open_wallet(wallet=opened, city=HOME_CITY, limits=Limits(), now=then)
    operations.register_instrument(
        wallet=opened, presentation=presentation_digest(TOKEN), form=CardForm.PHYSICAL
    )
    operations.activate_wallet(wallet=opened)
    return opened


@pytest.fixture
def balance(wallet: Any) -> Callable[[], int]:
    """Ask for the balance."""
    return lambda: queries.get_balance(wallet).balance_minor


@pytest.fixture
def shop() -> Device:
    """A provider's terminal."""
    return Device(organisation="avtobusi", can_sell=True)


@pytest.fixture
def desk() -> Device:
    """A cash desk."""
    return Device(organisation="knjiznica", can_topup=True)
