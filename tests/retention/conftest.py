"""Ana, whose contract has ended long ago, and Bor beside her, whose card is in use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from consent.operations import accept_notice, give_consent, load_texts
from consent.queries import get_notice_on, list_contract_notices
from consent.rules import Channel, NoticeKind
from records.access.grants import Actor
from records.access.purposes import ActorRole, Purpose
from records.cards.rules import CancelReason
from records.contracts.operations import cancel_card
from records.keys.links import presentation_digest
from records.legal_days import legal_day
from records.wallet import operations as wallet_operations
from records.wallet.queries import get_terminal
from retention.models import Plan
from retention.operations import approve_plan, confirm_clock, make_plan, sweep_clocks
from tests import factories

DUE = datetime(2031, 11, 22, 3, 0, tzinfo=UTC)
"""The night after Ana's last day kept, when her card was cancelled on 2026-11-21."""
WEEK = timedelta(days=7)


def controller(name: str, organisation: str = factories.HOME_CITY) -> Actor:
    """Return a controller's person."""
    return Actor(role=ActorRole.CONTROLLER, id=f"controller:{name}", organisation=organisation)


@dataclass
class Town:
    """Two holders, their money, and what retention does with them."""

    now: datetime
    clerk: Actor
    ana: factories.Holder
    bor: factories.Holder
    desk: Any = field(init=False)
    shop: Any = field(init=False)

    def __post_init__(self) -> None:
        make = wallet_operations.register_terminal
        self.desk = make(name="desk", organisation="library", can_topup=True)
        self.shop = make(name="shop", organisation="buses", can_sell=True)

    def top_up(self, holder: factories.Holder, amount_minor: int, now: datetime) -> None:
        self._move(wallet_operations.top_up, self.desk, holder, amount_minor, now)

    def pay(self, holder: factories.Holder, amount_minor: int, now: datetime) -> None:
        self._move(wallet_operations.authorise_payment, self.shop, holder, amount_minor, now)

    def _move(
        self, what: Any, made: Any, holder: factories.Holder, amount_minor: int, now: datetime
    ) -> None:
        slip = what(
            terminal=get_terminal(terminal=made.id),
            presentation=presentation_digest(holder.token),
            amount_minor=amount_minor,
            currency="EUR",
            idempotency_key=uuid4().hex,
            now=now,
        )
        assert slip.approved, slip.reason

    def cancel(self, holder: factories.Holder, now: datetime) -> None:
        cancel_card(
            actor=self.clerk,
            card_id=holder.card_id,
            reason=CancelReason.HOLDER_REQUEST,
            now=now,
        )


def speak(town: Town, holder: factories.Holder) -> None:
    """Accept the terms and give consent to news."""
    day = legal_day(town.now)
    accept_notice(
        actor=town.clerk,
        subject_id=holder.subject_id,
        notices=list_contract_notices(language="sl", day=day),
        channel=Channel.COUNTER,
        now=town.now,
    )
    give_consent(
        actor=Actor(role=ActorRole.HOLDER, id=str(holder.subject_id), organisation=""),
        subject_id=holder.subject_id,
        purpose=Purpose.NEWS,
        notice=get_notice_on(kind=NoticeKind.NEWS, language="sl", day=day),
        screen="consents/1",
        channel=Channel.PORTAL,
        now=town.now,
    )


def make_town(*, now: datetime, clerk: Actor) -> Town:
    """Return Ana with an ended contract and Bor with a card in use; both have topped up, paid,
    accepted and consented.
    """
    factories.load_demo_register()
    load_texts()
    town = Town(
        now=now,
        clerk=clerk,
        ana=factories.make_holder(actor=clerk, person=factories.ANA, now=now),
        bor=factories.make_holder(actor=clerk, person=factories.BOR, now=now),
    )
    for holder in (town.ana, town.bor):
        town.top_up(holder, 2000, now)
        town.pay(holder, 500, now)
        speak(town, holder)
    town.pay(town.ana, 1500, now)
    town.cancel(town.ana, now)
    return town


@pytest.fixture
def ledger_file(settings: Any, tmp_path: Path) -> Path:
    """The erasure ledger's file of this test."""
    settings.ERASURE_LEDGER_FILE = tmp_path / "erasure-ledger.jsonl"
    return settings.ERASURE_LEDGER_FILE


@pytest.fixture
def town(db: None, keyring: object, ledger_file: Path, cene: Actor, now: datetime) -> Town:
    """Ana, who is gone, and Bor, who is not."""
    return make_town(now=now, clerk=cene)


def prepare_plan(now: datetime = DUE) -> Plan:
    """Compute the clocks, make a plan a week ahead, and let two controllers approve it."""
    confirm_clock(actor=controller("one"), now=now - WEEK)
    sweep_clocks(now - WEEK)
    plan = make_plan(actor=controller("one"), now=now - WEEK, execute_from=now)
    approve_plan(actor=controller("one"), plan_id=plan.pk, now=now - WEEK)
    plan = approve_plan(
        actor=controller("two", factories.OTHER_CITY), plan_id=plan.pk, now=now - WEEK
    )
    confirm_clock(actor=controller("one"), now=now)
    return plan


@pytest.fixture
def approved(town: Town) -> Callable[[], Plan]:
    """A plan for Ana that two controllers have approved."""
    return prepare_plan
