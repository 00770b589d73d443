"""The facts of a person's contracts, as the rules read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from records.access.grants import Grant
from records.contracts.queries import ContractFacts, contract_facts
from records.legal_days import legal_day
from records.wallet.queries import OpenItems
from retention.models import LegalHold
from retention.rules import (
    EndFacts,
    Obligation,
    ObligationFacts,
    Settled,
    contract_end,
)

_KIND_OF_GROUND = {"freeze": Obligation.FREEZE, "dispute": Obligation.DISPUTE}


def list_end_facts(grant: Grant, *, subject_id: UUID, today: date) -> list[EndFacts]:
    """Return the facts of each contract of a person, one per application (T4.1.12a, C9)."""
    return [_facts_of(contract, today) for contract in contract_facts(grant, subject_id)]


def _facts_of(contract: ContractFacts, today: date) -> EndFacts:
    return EndFacts(
        form=contract.form,
        valid_until=contract.valid_until,
        cancelled_on=contract.cancelled_on,
        closed_on=contract.closed_on,
        destroyed_on=contract.destroyed_on,
        refused_on=contract.refused_on,
        withdrawn_on=contract.withdrawn_on,
        open=_open(contract.items) if contract.items else (),
        settled=_settled(contract.items) if contract.items else (),
        as_of=today,
    )


def _open(items: OpenItems) -> tuple[ObligationFacts, ...]:
    standing = {
        Obligation.BALANCE: items.balance_minor,
        Obligation.REFUND: items.held_minor,
        Obligation.PENDING_PAYOUT: items.open_payouts,
        Obligation.FREEZE: items.frozen,
    }
    return tuple(ObligationFacts(kind) for kind, there in standing.items() if there)


def _settled(items: OpenItems) -> tuple[Settled, ...]:
    if items.last_settled_on is None:
        return ()
    return (Settled(Obligation.BALANCE, items.last_settled_on),)


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """One hold as the rules read it: an obligation that is open, or was settled on a day."""

    placed_on: date
    open: ObligationFacts | None
    settled: Settled | None


def list_hold_facts(*, subject_id: UUID, today: date) -> list[HoldFacts]:
    """Return a person's holds in the order in which they were placed (T7.6.6)."""
    rows = LegalHold.objects.filter(subject_id=subject_id).order_by("placed_at", "pk")
    return [_hold_facts(row, today) for row in rows]


def _hold_facts(row: LegalHold, today: date) -> HoldFacts:
    kind = _KIND_OF_GROUND.get(row.ground, Obligation.LEGAL_HOLD)
    lifted = legal_day(row.lifted_at) if row.lifted_at else None
    over = min((day for day in (lifted, row.until_date) if day is not None), default=None)
    placed = legal_day(row.placed_at)
    if lifted is not None or (over is not None and over < today):
        return HoldFacts(placed, None, Settled(kind, over or today))
    return HoldFacts(placed, ObligationFacts(kind, row.until_date), None)


def with_holds(facts: EndFacts, holds: Sequence[HoldFacts]) -> EndFacts:
    """Return the facts with the holds that were placed before the contract ended.

    A later one keeps the data, not the contract: an ended contract stays ended.
    """
    for hold in holds:
        end = contract_end(facts).contract_end
        if end is not None and hold.placed_on > end:
            continue
        if hold.open is not None:
            facts = replace(facts, open=(*facts.open, hold.open))
        if hold.settled is not None:
            facts = replace(facts, settled=(*facts.settled, hold.settled))
    return facts
