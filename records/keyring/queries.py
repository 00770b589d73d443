"""The keys of this process: unwrapped once, kept in memory, looked up by name."""

import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from django.conf import settings

from records.crypto.aad import root_aad
from records.crypto.checkpoints import SigningKey
from records.crypto.derive import derive_key
from records.crypto.pseudonyms import Pseudonymiser
from records.crypto.secret import Secret, Unprintable
from records.crypto.wrapping import WrappingKey
from records.keyring.changes import changing, open_provider
from records.keyring.errors import KeyringKeyDestroyed, RootMissing, UnknownKey
from records.keyring.keyfile import KeyEntry, KeyFile, Signature, read_key_file, signature_of
from records.keyring.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    LEDGER,
    LOG_SIGNER,
    SECRETS,
    SIGNING,
    index_name,
    kek_name,
    link_name,
    log_link_name,
    numbers_of,
)

LOOK_AGAIN_SECONDS: Final = 0.5
"""How long a process may go on with keys that another one has destroyed or replaced."""

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One KEK epoch of a store. New data keys are wrapped by the one that is not retired."""

    number: int
    created_at: datetime
    retired_at: datetime | None


class Keyring(Unprintable):
    """The keys of one state of the key file. Ask for it anew with `get_keyring`; do not keep it."""

    __slots__ = (
        "_derived",
        "_destroyed",
        "_entries",
        "_keks",
        "_keys",
        "_path",
        "_ready",
        "_signing",
        "serial",
    )

    def __init__(self, *, path: Path, file: KeyFile, keys: dict[str, Secret]) -> None:
        self.serial = file.serial
        self._path = path
        self._entries: dict[str, KeyEntry] = dict(file.keys)
        self._destroyed = frozenset(file.destroyed)
        self._keys = keys
        self._keks = {
            name: WrappingKey(key) for name, key in keys.items() if name.startswith("kek/")
        }
        self._derived: dict[tuple[str, str], Secret] = {}
        self._ready: dict[tuple[bytes, str], Pseudonymiser] = {}
        self._signing = SigningKey(keys[SIGNING], LOG_SIGNER) if SIGNING in keys else None

    def kek(self, store: str, epoch: int) -> WrappingKey:
        """Return the store's KEK of that epoch. Raises KeyringKeyDestroyed, UnknownKey."""
        return self._find(self._keks, kek_name(store, epoch))

    def current_epoch(self, store: str) -> int:
        """Return the number of the epoch that wraps new data keys. Raises UnknownKey."""
        return self.epochs(store)[-1].number

    def epochs(self, store: str) -> list[Epoch]:
        """Return the store's KEK epochs that are still there, oldest first. Raises UnknownKey."""
        prefix = kek_name(store, 0)[:-1]
        numbers = numbers_of(prefix, self._entries)
        if not numbers:
            raise UnknownKey(name=prefix)
        entries = ((number, self._entries[kek_name(store, number)]) for number in numbers)
        return [Epoch(number, entry.created_at, entry.retired_at) for number, entry in entries]

    def link_key(self, name: str) -> bytes:
        """Return the link key of that name (rules.LINK_NAMES). Raises UnknownKey."""
        return self._find(self._keys, link_name(name))

    def log_link_key(self, year: int) -> bytes:
        """Return the audit link key of a log year, made at random when it is first asked for.

        Raises KeyringKeyDestroyed for a year whose key was destroyed: it is never made again.
        """
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise UnknownKey(name=log_link_name(year))
        name = log_link_name(year)
        if name in self._destroyed:
            raise KeyringKeyDestroyed(name=name)
        if name not in self._keys:
            self._keys[name] = _reveal_or_create(self._path, name)
        return self._keys[name]

    def index_key(self, store: str, column: str, version: int) -> bytes:
        """Return the blind-index key of a column of the store. Raises KeyringKeyDestroyed,
        UnknownKey.
        """
        return self._derive(index_name(store, version), f"index/{column}")

    def index_version(self, store: str) -> int:
        """Return the version that new index values are made with. Raises UnknownKey."""
        return self.index_versions(store)[-1]

    def index_versions(self, store: str) -> list[int]:
        """Return the versions whose index values may still stand in rows, oldest first. Raises
        UnknownKey.
        """
        prefix = index_name(store, 0)[:-1]
        versions = numbers_of(prefix, self._entries)
        if not versions:
            raise UnknownKey(name=prefix)
        return versions

    def ledger_key(self) -> bytes:
        """Return the key of the erasure ledger's entries."""
        return self._find(self._keys, LEDGER)

    def log_signing_key(self) -> SigningKey:
        """Return the key that signs tree heads."""
        if self._signing is None:
            raise UnknownKey(name=SIGNING)
        return self._signing

    def secret(self, name: str) -> bytes:
        """Return the service's own secret of that name (sessions, one-time codes …)."""
        return self._derive(SECRETS, f"secret/{name}")

    def pseudonymiser(self, key: bytes, label: str) -> Pseudonymiser:
        """Return one of these keys made ready for names of a kind; it is forgotten with them."""
        ready = self._ready.get((key, label))
        if ready is None:
            ready = self._ready[key, label] = Pseudonymiser(key, label)
        return ready

    def _derive(self, name: str, label: str) -> Secret:
        derived = self._derived.get((name, label))
        if derived is None:
            derived = derive_key(self._find(self._keys, name), label)
            self._derived[name, label] = derived
        return derived

    def _find(self, among: dict[str, _Key], name: str) -> _Key:
        found = among.get(name)
        if found is not None:
            return found
        if name in self._destroyed:
            raise KeyringKeyDestroyed(name=name)
        raise UnknownKey(name=name)


def _reveal_or_create(path: Path, name: str) -> Secret:
    """Return the key that all processes see: under the lock, from the file as it is now."""
    with changing(path) as change:
        if name not in change.file.keys:
            # No clock comes down here, and the day on which it was made is of no use to anybody.
            change.add(name=name, now=datetime(int(name.rpartition("/")[2]), 1, 1, tzinfo=UTC))
            change.save()
        return change.reveal(name)


def load_keyring(path: Path) -> tuple[Keyring, Signature]:
    """Return the keyring of the key file, all keys unwrapped, and the file's signature.

    Raises KeyFileMissing, KeyFileExposed, KeyFileUnreadable, ProviderDiffers, ProviderUnavailable,
    RootMissing, WrongRoot.
    """
    while True:
        file, signature = read_key_file(path)
        try:
            return Keyring(path=path, file=file, keys=_unwrap_all(file)), signature
        except RootMissing:
            # A rotation may have replaced the file and destroyed its roots since it was read.
            if signature_of(path) == signature:
                raise


def _unwrap_all(file: KeyFile) -> dict[str, Secret]:
    with open_provider(file) as roots:
        return {
            name: Secret(
                roots.unwrap(entry.root, entry.wrapped, root_aad(file.id, name, entry.root))
            )
            for name, entry in file.keys.items()
        }


class _Held:
    """The keyring of this process, and when and from which file it came."""

    __slots__ = ("keyring", "looked_at", "signature", "source")

    def __init__(self, keyring: Keyring, signature: Signature, source: tuple[str, Path]) -> None:
        self.keyring = keyring
        self.signature = signature
        self.source = source
        self.looked_at = monotonic()


_held: _Held | None = None
_loading = threading.Lock()


def get_keyring() -> Keyring:
    """Return the keyring of this process: loaded once, and again after a fork or a change of the
    key file.

    The file is looked at every half second at most. Raises as `load_keyring`.
    """
    held = _held
    if (
        held is not None
        and monotonic() - held.looked_at < LOOK_AGAIN_SECONDS
        and held.source == (settings.KEY_PROVIDER, settings.KEY_FILE)
    ):
        return held.keyring
    return _look_again()


def _look_again() -> Keyring:
    global _held  # noqa: PLW0603  # one keyring a process is the point
    source = (settings.KEY_PROVIDER, Path(settings.KEY_FILE))
    with _loading:
        held = _held
        if held is not None and held.source == source:
            if held.signature == signature_of(source[1]):
                held.looked_at = monotonic()
                return held.keyring
            _held = None
        keyring, signature = load_keyring(source[1])
        _held = _Held(keyring, signature, source)
        return keyring


def forget_keyring() -> None:
    """Drop the keys of this process; the next question loads them anew."""
    global _held  # noqa: PLW0603  # one keyring a process is the point
    _held = None


def _start_anew_in_child() -> None:
    global _loading  # noqa: PLW0603  # one keyring a process is the point
    forget_keyring()
    # A lock that another thread of the parent held would never open here.
    _loading = threading.Lock()


os.register_at_fork(after_in_child=_start_anew_in_child)
