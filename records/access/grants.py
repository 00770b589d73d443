"""Who acts, and the Grant: the only argument with which a sealed value opens
(docs/adr/0003-the-log.md).
"""

import os
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, Never
from uuid import UUID
from weakref import WeakSet

from records.access.errors import (
    GrantCannotTravel,
    GrantDoesNotCover,
    GrantExpired,
    GrantNotLive,
)
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store

GRANT_LIFE_SECONDS: Final = 300.0
"""Long enough for an export of ten thousand rows, short enough to be of no use to whoever keeps
one.
"""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `id` is a user's UUID as text, "system:<name>" or "terminal:<id>"; `organisation`
    is its code.
    """

    role: ActorRole
    id: str
    organisation: str


class Grant:
    """What the gate gives once the entry is committed. Made by `records.access.gate` alone; ask it
    with `require`.
    """

    __slots__ = (
        "__weakref__",
        "_covered",
        "_expires",
        "_reported",
        "action",
        "actor",
        "categories",
        "entry_id",
        "opened_at",
        "purpose",
        "subjects",
        "task",
    )

    entry_id: int
    actor: Actor
    purpose: Purpose
    action: Action
    task: str
    subjects: frozenset[UUID]
    categories: frozenset[DataCategory]
    opened_at: datetime
    _covered: dict[Store, set[UUID]]
    _expires: float
    _reported: bool

    def __init__(self) -> None:
        raise GrantNotLive

    def __setattr__(self, name: str, value: object) -> Never:
        raise GrantNotLive

    def __repr__(self) -> str:
        if self not in _live:
            return "<Grant: not live>"
        return f"<Grant {self.entry_id} {self.purpose}>"

    def __reduce_ex__(self, protocol: object) -> Never:
        raise GrantCannotTravel

    def __copy__(self) -> Never:
        raise GrantCannotTravel

    def __deepcopy__(self, memo: object) -> Never:
        raise GrantCannotTravel

    def require_live(self) -> None:
        """Return if the gate of this process made this Grant and it has not expired; else raise."""
        if self not in _live:
            raise GrantNotLive
        if monotonic() >= self._expires:
            raise GrantExpired(entry_id=self.entry_id)

    def require_purpose(self, purpose: Purpose, category: DataCategory) -> None:
        """Raise GrantDoesNotCover where this is another purpose or does not open the category."""
        self.require_live()
        if self.purpose is not purpose or category not in self.categories:
            raise GrantDoesNotCover(entry_id=self.entry_id, purpose=purpose.value)

    def require(self, store: Store, subject: UUID, category: DataCategory) -> None:
        """Return if this subject, under its name in that store, and this category are covered; else
        raise.
        """
        Grant.require_live(self)
        if category not in self.categories or subject not in self._covered[store]:
            raise GrantDoesNotCover(
                entry_id=self.entry_id, store=store.value, category=category.value
            )

    def require_all(
        self, store: Store, subjects: frozenset[UUID], categories: frozenset[DataCategory]
    ) -> None:
        """Return if all these subjects and categories are covered; else raise. One look for a whole
        page.
        """
        Grant.require_live(self)
        if not (categories <= self.categories and subjects <= self._covered[store]):
            raise GrantDoesNotCover(entry_id=self.entry_id, store=store.value)

    def require_search(self) -> None:
        """Return if the gate was opened for a search; else raise."""
        Grant.require_live(self)
        if self.action is not Action.SEARCH:
            raise GrantDoesNotCover(entry_id=self.entry_id, action=Action.SEARCH.value)

    def extend(self, store: Store, subject: UUID) -> None:
        """Cover one more name of a covered subject. For records.keys.links alone, which derives
        such names.
        """
        Grant.require_live(self)
        self._covered[store].add(subject)


_live: WeakSet[Grant] = WeakSet()
os.register_at_fork(after_in_child=_live.clear)


def make_grant(
    *,
    entry_id: int,
    actor: Actor,
    purpose: Purpose,
    action: Action,
    task: str,
    subjects: frozenset[UUID],
    wallets: frozenset[UUID],
    categories: frozenset[DataCategory],
    opened_at: datetime,
) -> Grant:
    """Return a live Grant for a committed entry. The gate alone calls this (import contract and
    test).
    """
    grant = object.__new__(Grant)
    values = {
        "entry_id": entry_id,
        "actor": actor,
        "purpose": purpose,
        "action": action,
        "task": task,
        "subjects": subjects,
        "categories": categories,
        "opened_at": opened_at,
        "_covered": {
            Store.IDENTITY: set(subjects),
            Store.PAYMENTS: set(wallets),
            Store.KEYS: set(),
            Store.AUDIT: set(),
        },
        "_expires": monotonic() + GRANT_LIFE_SECONDS,
        "_reported": False,
    }
    for name, value in values.items():
        object.__setattr__(grant, name, value)
    _live.add(grant)
    return grant


def mark_reported(grant: Grant) -> bool:
    """Note that the Grant's outcome is told; return False where it was told before. Raises
    GrantNotLive.
    """
    if grant not in _live:
        raise GrantNotLive
    if grant._reported:
        return False
    object.__setattr__(grant, "_reported", True)
    return True
