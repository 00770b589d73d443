"""How far each store has applied the erasure ledger."""

from records.access import erasure_ledger
from retention.queries.positions import APPLYING


def record_positions(*, position: int) -> None:
    """Note in every store that the erasure ledger is applied up to this position; never go back."""
    for store in APPLYING:
        erasure_ledger.record_applied(store=store, position=position)
