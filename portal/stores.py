"""Which app's tables live in which store."""

from typing import Any

from records.access.purposes import Store

STORE_OF_APP: dict[str, Store] = {
    "access": Store.AUDIT,
    "keys": Store.KEYS,
    "wallet": Store.PAYMENTS,
}
"""Apps that are not named here live in the identity store."""


def store_of(app_label: str) -> str:
    """Return the alias of the store that holds the app's tables."""
    return STORE_OF_APP.get(app_label, Store.IDENTITY).value


class StoreRouter:
    """Sends each app to its store and refuses relations that would cross stores (design: no shared
    identifier).
    """

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """Return the alias of the model's store."""
        return store_of(model._meta.app_label)

    db_for_write = db_for_read

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        """Allow a relation only inside one store."""
        return store_of(first._meta.app_label) == store_of(second._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Migrate each app in its own store only."""
        return db == store_of(app_label)
