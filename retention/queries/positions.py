"""Which store was restored to a state before an erasure."""

from records.access import erasure_ledger
from records.access.purposes import Store
from retention.errors import StoresBehind

APPLYING = (Store.IDENTITY, Store.PAYMENTS, Store.KEYS)
"""The stores that hold people. The audit store holds the ledger itself."""


def stores_behind() -> tuple[Store, ...]:
    """Return the stores that have not applied all of the erasure ledger (threat 14).

    While there are any, the service must not start: a restored backup shows people who were erased.
    `manage.py purge --replay` erases them again.
    """
    written = erasure_ledger.positions()
    return tuple(
        store
        for store in APPLYING
        if (erasure_ledger.applied_position(store) or 0) < written[store]
    )


def require_stores_current() -> None:
    """Raise StoresBehind where a store was restored to a state before an erasure.

    Every process that serves or works calls this before it begins.
    """
    behind = stores_behind()
    if behind:
        raise StoresBehind(stores=",".join(store.value for store in behind))
