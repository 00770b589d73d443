"""Whatever people do in whatever order: no cent is made or lost, and no limit is passed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.wallet import operations, rules
from records.wallet.errors import NotReversible
from records.wallet.models import Account
from records.wallet.operations import Block
from records.wallet.operations.accounting import state_of
from records.wallet.reconciliation import reconcile
from tests.factories import NOW
from tests.records.wallet.conftest import Till

pytestmark = pytest.mark.django_db(databases=["payments"])

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["pay", "pay", "top_up", "top_up", "reverse", "replay", "block", "unblock"]
        ),
        st.integers(1, 60_00),
        # Up to three weeks between two steps, so that months turn on the way.
        st.integers(0, 21 * 24 * 3600),
    ),
    min_size=1,
    max_size=14,
)


class _Model:
    """The same wallet in plain Python: what every step must answer and leave behind."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.now = till.now
        self.slips: list[tuple[Any, str, int, str]] = []

    def step(self, action: str, amount: int, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        getattr(self, f"_{action}")(amount)
        row = Account.objects.get(pk=self.till.wallet)
        assert 0 <= row.balance_minor <= 50_00
        assert 0 <= row.month_payments_minor <= 150_00
        assert 0 <= row.month_top_ups_minor <= 150_00

    def _ask(self, kind: str, amount: int) -> None:
        state = state_of(Account.objects.get(pk=self.till.wallet))
        decide = rules.decline_payment if kind == "pay" else rules.decline_top_up
        expected = decide(wallet=state, amount_minor=amount, month=rules.month_of(self.now))
        key = f"k-{len(self.slips)}"

        slip = getattr(self.till, kind)(amount, now=self.now, idempotency_key=key)

        assert slip.reason == (expected or "")
        after = self.till.balance.balance_minor - state.balance_minor
        sign = -1 if kind == "pay" else 1
        assert after == (sign * amount if slip.approved else 0)
        self.slips.append((slip, kind, amount, key))

    def _pay(self, amount: int) -> None:
        self._ask("pay", amount)

    def _top_up(self, amount: int) -> None:
        self._ask("top_up", amount)

    def _replay(self, amount: int) -> None:
        if not self.slips:
            return
        slip, kind, asked, key = self.slips[amount % len(self.slips)]
        before = self.till.balance
        again = getattr(self.till, kind)(asked, now=self.now, idempotency_key=key)
        assert (again.id, again.reason) == (slip.id, slip.reason)
        assert self.till.balance == before

    def _reverse(self, amount: int) -> None:
        if not self.slips:
            return
        slip, kind, asked, _key = self.slips[amount % len(self.slips)]
        before = self.till.balance
        try:
            done = self.till.reverse(
                slip.id, "payment" if kind == "pay" else "top_up", now=self.now
            )
        except NotReversible:
            assert self.till.balance == before
            return
        moved = (self.till.balance.balance_minor + self.till.balance.held_minor) - (
            before.balance_minor + before.held_minor
        )
        sign = 1 if kind == "pay" else -1
        assert moved == (sign * asked if done.approved else 0)

    def _block(self, _amount: int) -> None:
        operations.block_wallet(wallet=self.till.wallet, now=self.now, block=Block.SUSPICION)

    def _unblock(self, _amount: int) -> None:
        operations.unblock_wallet(wallet=self.till.wallet, now=self.now, block=Block.SUSPICION)


@pytest.mark.rule("T7.1.1a", "T7.1.1b", "T7.5.2", "C19")
@settings(max_examples=60, deadline=None)
@given(steps=STEPS, start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001  # the zone follows
def test_the_update_decides_as_the_rules_do_and_no_cent_is_lost(
    steps: list[tuple[str, int, int]], start: datetime
) -> None:
    model = _Model(Till(now=start.replace(tzinfo=NOW.tzinfo)))

    for action, amount, seconds in steps:
        model.step(action, amount, seconds)

    result = reconcile()
    assert (result.findings, result.total_minor) == ((), 0)
