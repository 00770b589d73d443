"""How the keys of the keyring are named, and which root wraps which."""

from collections.abc import Iterable
from typing import Final

SEALED_STORES: Final = ("default", "payments")
"""Stores that hold sealed values: each has KEK epochs and index keys of its own."""

LINK_NAMES: Final = ("keys/default", "keys/payments", "wallet", "presentation")
"""The links between stores. Their keys never change: a changed one would cut every link it makes.
"""

LEDGER: Final = "ledger"
SIGNING: Final = "signing"
SECRETS: Final = "secrets"

LOG_SIGNER: Final = "varuh-log"
"""The name under which tree heads are signed."""

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199


def kek_name(store: str, epoch: int) -> str:
    """Return the name of a store's KEK of an epoch."""
    return f"kek/{store}/{epoch}"


def index_name(store: str, version: int) -> str:
    """Return the name of a store's index key of a version."""
    return f"index/{store}/{version}"


def link_name(name: str) -> str:
    """Return the name of a link key."""
    return f"link/{name}"


def log_link_name(year: int) -> str:
    """Return the name of the audit link key of a log year."""
    return f"log/{year}"


def root_group(name: str) -> str:
    """Return the label of the root that wraps the key: one for each thing that is destroyed on its
    own.

    KEK epochs, index versions and log years have a root each, so that destroying it reaches every
    copy of the key file; the links share one, because they live as long as the service.
    """
    kind, _, rest = name.partition("/")
    if kind == "kek":
        return rest
    if kind == "link":
        return "links"
    return name


def root_label(name: str, generation: int) -> str:
    """Return the label of the key's root in that generation of roots."""
    return f"{root_group(name)}#{generation}"


def first_names() -> list[str]:
    """Return the names of the keys that every keyring has from the start."""
    names = [LEDGER, SIGNING, SECRETS]
    names += [link_name(name) for name in LINK_NAMES]
    for store in SEALED_STORES:
        names += [kek_name(store, 1), index_name(store, 1)]
    return names


def numbers_of(prefix: str, names: Iterable[str]) -> list[int]:
    """Return the numbers at the end of the names that begin with the prefix, in order."""
    ends = (name.removeprefix(prefix) for name in names if name.startswith(prefix))
    return sorted(int(end) for end in ends if end.isdigit())
