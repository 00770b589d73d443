"""The facts of a person's contracts, as the rules read them."""

from datetime import date
from uuid import UUID

from records.access.grants import Grant
from records.cards.rules import CardForm
from records.contracts.queries import ContractFacts, contract_facts
from records.wallet.queries import OpenItems
from retention.rules import EndFacts, Form, Obligation, ObligationFacts, Settled


def list_end_facts(grant: Grant, *, subject_id: UUID, today: date) -> list[EndFacts]:
    """Return the facts of each contract of a person, one per application (T4.1.12a, C9)."""
    return [_facts_of(contract, today) for contract in contract_facts(grant, subject_id)]


def _facts_of(contract: ContractFacts, today: date) -> EndFacts:
    return EndFacts(
        form=Form.VIRTUAL if contract.form is CardForm.VIRTUAL else Form.PHYSICAL,
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
