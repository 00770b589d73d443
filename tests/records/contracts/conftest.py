"""The demo register, a clerk, and tills at which cards are tried."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from records.keys.links import presentation_digest
from records.wallet import operations as wallet_operations
from records.wallet.queries import Slip, get_terminal
from tests import factories

MakeHolder = Callable[..., factories.Holder]


@pytest.fixture
def world(keyring: Any, db: Any) -> None:
    """The keys and the register, and nobody in it yet."""
    factories.load_demo_register()


@pytest.fixture
def make_holder(world: None, cene: Any, now: datetime) -> MakeHolder:
    """Take a person from the application to a card in use."""

    def make(person: factories.Person = factories.ANA) -> factories.Holder:
        return factories.make_holder(actor=cene, person=person, now=now)

    return make


class Tills:
    """A cash desk and a shop; each presents a chip's token."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        desk = wallet_operations.register_terminal(
            name="desk", organisation="knjiznica", can_topup=True
        )
        shop = wallet_operations.register_terminal(
            name="shop", organisation="avtobusi", can_sell=True
        )
        self.desk, self.shop = get_terminal(terminal=desk.id), get_terminal(terminal=shop.id)

    def top_up(self, token: bytes, amount_minor: int = 20_00, now: datetime | None = None) -> Slip:
        return wallet_operations.top_up(**self._request(self.desk, token, amount_minor, now))

    def pay(self, token: bytes, amount_minor: int = 1_00, now: datetime | None = None) -> Slip:
        return wallet_operations.authorise_payment(
            **self._request(self.shop, token, amount_minor, now)
        )

    def _request(
        self, terminal: Any, token: bytes, amount_minor: int, now: datetime | None
    ) -> dict[str, Any]:
        return {
            "terminal": terminal,
            "presentation": presentation_digest(token),
            "amount_minor": amount_minor,
            "currency": "EUR",
            "idempotency_key": uuid4().hex,
            "now": now or self.now,
        }


@pytest.fixture
def tills(world: None, now: datetime) -> Tills:
    """The two terminals."""
    return Tills(now)
