"""A wallet with an active card, a shop and a cash desk; money moves through the real ledger."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from records.access.purposes import CardForm
from records.wallet import operations
from records.wallet.models import Terminal
from records.wallet.queries import get_terminal
from records.wallet.rules import Limits
from tests.factories import HOME_CITY


class Till:
    """A wallet and two terminals of the same city, for short tests."""

    def __init__(self, *, now: datetime, form: CardForm = CardForm.PHYSICAL) -> None:
        self.now = now
        self.wallet = uuid4()
        self.card = uuid4()
        operations.open_wallet(wallet=self.wallet, city=HOME_CITY, limits=Limits(), now=now)
        operations.register_instrument(wallet=self.wallet, presentation=self.card, form=form)
        operations.activate_wallet(wallet=self.wallet)
        self.shop = make_terminal(organisation="avtobusi", can_sell=True)
        self.desk = make_terminal(organisation="knjiznica", can_topup=True)

    def top_up(self, amount_minor: int, **changes: Any) -> Any:
        return operations.top_up(**self._request(self.desk, amount_minor, changes))

    def pay(self, amount_minor: int, **changes: Any) -> Any:
        return operations.authorise_payment(**self._request(self.shop, amount_minor, changes))

    def reverse(self, authorisation: UUID, kind: str = "payment", **changes: Any) -> Any:
        from records.wallet.models import RequestKind

        arguments = {
            "terminal": self.shop if kind == "payment" else self.desk,
            "authorisation": authorisation,
            "kind": RequestKind(kind),
            "idempotency_key": uuid4().hex,
            "now": self.now,
        }
        return operations.reverse(**(arguments | changes))

    def _request(self, terminal: Terminal, amount: int, changes: dict[str, Any]) -> dict[str, Any]:
        return {
            "terminal": terminal,
            "presentation": self.card,
            "amount_minor": amount,
            "currency": "EUR",
            "idempotency_key": uuid4().hex,
            "now": self.now,
        } | changes

    @property
    def balance(self) -> Any:
        from records.wallet.queries import get_balance

        return get_balance(self.wallet)


def make_terminal(**rights: Any) -> Terminal:
    """Return a registered terminal."""
    made = operations.register_terminal(name="terminal", **rights)
    return get_terminal(terminal=made.id)


@pytest.fixture
def till(now: datetime) -> Till:
    """Ana's wallet, empty."""
    return Till(now=now)


@pytest.fixture
def make_till(now: datetime) -> Callable[..., Till]:
    """More wallets."""
    return lambda **changes: Till(**({"now": now} | changes))
