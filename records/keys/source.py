"""The inventory of the key store's tables. They hold nothing that a person could be handed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from records.access.grants import Grant
from records.access.inventory import Receipt, Section, Table, not_personal
from records.access.purposes import Store
from records.access.registry import SubjectContext
from records.keys.models import DataKey, ErasurePosition, IndexRebuild, KeyState

_CODE: Final = "keys"

TABLES: Final = (
    Table(
        DataKey._meta.label,
        Store.KEYS,
        "Data keys",
        not_personal(
            ("pseudonym",),
            "a keyed pseudonym of this store alone, by which a subject's key is found; no database "
            "holds the link key, and the row goes when the person is erased",
        )
        + not_personal(
            ("wrapped", "generation", "store", "epoch", "retired_on"),
            "a random key, wrapped, and what it is wrapped with",
        ),
    ),
    Table(
        KeyState._meta.label,
        Store.KEYS,
        "State of the key store",
        whole_because="one random number that changes when keys end",
    ),
    Table(
        IndexRebuild._meta.label,
        Store.KEYS,
        "Rebuilding of indexes",
        whole_because="counts how much of a table has been gone through; names no row",
    ),
    Table(
        ErasurePosition._meta.label,
        Store.KEYS,
        "Position in the erasure ledger",
        whole_because="one number: how far this store has applied the erasure ledger",
    ),
)


class KeysSource:
    """The key store as a data source: nothing to hand over, and keys that erasure destroys last."""

    code = _CODE
    tables: tuple[Table, ...] = TABLES

    def collect(
        self, grant: Grant, context: SubjectContext, now: datetime
    ) -> Sequence[Section]:  # the protocol's signature
        """Return nothing: no column says anything about a person."""
        return []

    def erase(
        self, grant: Grant, context: SubjectContext, now: datetime
    ) -> Receipt:  # the protocol's signature
        """Delete nothing here: the keys go last, by `destroy_data_keys`, when every row is gone."""
        return Receipt(source=_CODE, deleted={})
