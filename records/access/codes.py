"""The numbers under which the closed lists stand in the log. Frozen: a number is never given to
another word.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final
from uuid import UUID

from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store


class Stage(IntEnum):
    """What an entry says about its act."""

    OPENED = 0
    """The gate opened, or a record changed."""
    DONE = 1
    """The act that another entry announced was committed."""
    FAILED = 2
    """The act that another entry announced did not happen."""
    REFUSED = 3
    """The gate did not open."""


ACTIONS: Final[dict[Action, int]] = {
    # The first four are django-auditlog's own numbers: create, update, delete, access.
    Action.COLLECT: 0,
    Action.CHANGE: 1,
    Action.ERASE: 2,
    Action.CONSULT: 3,
    Action.DISCLOSE: 4,
    Action.SEARCH: 5,
    Action.BLOCK: 6,
}

NO_PURPOSE: Final = 0
"""Changes of records that are not about anybody have no purpose and no categories."""

PURPOSES: Final[dict[Purpose, int]] = {
    Purpose.CARD_APPLICATION: 1,
    Purpose.CARD_ADMINISTRATION: 2,
    Purpose.WALLET_ADMINISTRATION: 3,
    Purpose.PAYOUT: 4,
    Purpose.SIGN_IN: 5,
    Purpose.OWN_DATA: 6,
    Purpose.SERVICE_MESSAGE: 7,
    Purpose.NEWS: 8,
    Purpose.RIGHTS_REQUEST: 9,
    Purpose.LOG_REVIEW: 10,
    Purpose.CONSENT_ADMINISTRATION: 11,
    Purpose.RETENTION: 12,
    Purpose.KEY_MAINTENANCE: 13,
    Purpose.STAFF_OWN_DATA: 14,
}

ROLES: Final[dict[ActorRole, int]] = {
    ActorRole.HOLDER: 1,
    ActorRole.CLERK: 2,
    ActorRole.CONTROLLER: 3,
    ActorRole.DPO: 4,
    ActorRole.TERMINAL: 5,
    ActorRole.SYSTEM: 6,
}

CATEGORIES: Final[dict[DataCategory, int]] = {
    DataCategory.NAME: 0,
    DataCategory.RESIDENCE: 1,
    DataCategory.BIRTH_DATE: 2,
    DataCategory.CONTACT: 3,
    DataCategory.STATUS: 4,
    DataCategory.CARD: 5,
    DataCategory.APPLICATION: 6,
    DataCategory.WALLET: 7,
    DataCategory.PAYOUT_ACCOUNT: 8,
    DataCategory.CONSENT: 9,
    DataCategory.CASE: 10,
    DataCategory.ACCESS_LOG: 11,
    DataCategory.SIGN_IN: 12,
    DataCategory.STAFF: 13,
}
"""The bit of each category in the mask; 31 fit into the column."""

WHOLE_PERSON: Final = (1 << 31) - 1
"""The mask of a restriction of everything, the categories of later years included."""
NO_CAUSE: Final = UUID(int=0)
"""The cause of a restriction that names none."""

STORES: Final[dict[Store, int]] = {
    Store.IDENTITY: 1,
    Store.PAYMENTS: 2,
    Store.KEYS: 3,
    Store.AUDIT: 4,
}

ACTION_OF: Final = {number: action for action, number in ACTIONS.items()}
PURPOSE_OF: Final = {number: purpose for purpose, number in PURPOSES.items()}
ROLE_OF: Final = {number: role for role, number in ROLES.items()}
STORE_OF: Final = {number: store for store, number in STORES.items()}


def mask_of(categories: Iterable[DataCategory]) -> int:
    """Return the categories as a bit mask."""
    mask = 0
    for category in categories:
        mask |= 1 << CATEGORIES[category]
    return mask


def categories_of(mask: int) -> frozenset[DataCategory]:
    """Return the categories of a bit mask."""
    return frozenset(category for category, bit in CATEGORIES.items() if mask >> bit & 1)
