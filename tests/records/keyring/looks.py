"""What a test looks at to say that keys are the same, and where roots are."""

import json
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from records.keyring.changes import open_provider
from records.keyring.keyfile import read_key_file
from records.keyring.queries import Keyring, forget_keyring, get_keyring
from records.keyring.rules import LINK_NAMES


def read_raw() -> Any:
    """Return the JSON of the key file."""
    return json.loads(Path(settings.KEY_FILE).read_bytes())


def root_labels() -> list[str]:
    """Return the labels of the roots that the provider holds for this key file."""
    file, _ = read_key_file(Path(settings.KEY_FILE))
    with open_provider(file) as roots:
        return roots.labels()


def start_over() -> None:
    """Take the key file away with its roots, which would slow the token down."""
    path = Path(settings.KEY_FILE)
    if path.exists():
        file, _ = read_key_file(path)
        with open_provider(file) as roots:
            for label in roots.labels():
                roots.destroy(label)
        path.unlink()
    forget_keyring()


def wrapped_labels() -> list[str]:
    """Return the labels of the roots that the key file's keys are wrapped by."""
    return sorted({entry["root"] for entry in read_raw()["keys"].values()})


def lasting_keys(keyring: Keyring) -> dict[str, str]:
    """Return a digest of every key that no rotation and no roll may change."""
    named: dict[str, Callable[[], bytes]] = {
        name: partial(keyring.link_key, name) for name in LINK_NAMES
    }
    named["ledger"] = keyring.ledger_key
    named["secret"] = lambda: keyring.secret("sessions")
    named["index"] = lambda: keyring.index_key("payments", "table.column", 1)
    named["verifier"] = partial(str.encode, keyring.log_signing_key().verifier)
    return {name: sha256(get()).hexdigest() for name, get in named.items()}


def wrap_probe(store: str, epoch: int) -> bytes:
    """Return something that only this KEK epoch opens."""
    return get_keyring().kek(store, epoch).wrap(b"p" * 32, b"probe")


def opens_probe(store: str, epoch: int, probe: bytes) -> bool:
    """Return whether the KEK epoch opens what it wrapped before."""
    return get_keyring().kek(store, epoch).unwrap(probe, b"probe") == b"p" * 32
