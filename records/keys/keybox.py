"""Data keys on their way from the key store to the cells: one query a call, and a bounded box of
kept keys.

A kept key must not outlive its destruction, in any process: every call reads the number of
`KeyState`, in the same query as the key rows, and a changed number empties the box. The time to
live is the second fence, for keys that nobody asks for. Keys that were read or written inside a
transaction are not kept: it might be rolled back.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice
from threading import Lock
from time import monotonic
from typing import Any, Final

from django.db import connections

from records.access.purposes import Store
from records.crypto.aad import key_prefix, key_suffix
from records.crypto.cells import CellKey
from records.crypto.pseudonyms import Pseudonymiser
from records.crypto.wrapping import WrappingKey
from records.keyring.errors import UnknownKey
from records.keyring.queries import forget_keyring, get_keyring
from records.keys.errors import KeyDestroyed
from records.keys.statements import run_direct

MOST_KEPT: Final = 4096
"""Subjects; one kept AES object takes 2.4 kB, so the box stays at about 10 MB."""
KEPT_SECONDS: Final = 60.0
"""Short beside a shift at the desk, long beside one request."""
CHUNK: Final = {"sqlite": 2_000, "postgresql": 10_000}
"""Subjects in one query. SQLite takes each as a parameter of its own (32,766 at most), PostgreSQL
takes one array where they are more than a few."""
FEW: Final = 64
"""Up to here PostgreSQL finds them faster by parameters of their own, without planning anew for the
length of the array."""

_ROWS = "SELECT pseudonym, generation, epoch, wrapped FROM keys_datakey WHERE pseudonym "
_VERSION = "SELECT version FROM keys_keystate WHERE id = 1"
_AND_VERSION = " UNION ALL SELECT NULL, version, 0, NULL FROM keys_keystate WHERE id = 1"

_Kept = tuple[float, CellKey, tuple[CellKey, ...]]


class Keys:
    """The data keys of some subjects in one store: of each the newest, and the older ones."""

    __slots__ = ("current", "older")

    def __init__(self) -> None:
        self.current: dict[bytes, CellKey] = {}
        self.older: dict[bytes, tuple[CellKey, ...]] = {}

    def add(self, subject: bytes, key: CellKey) -> None:
        """Add one key of the subject."""
        newest = self.current.get(subject)
        if newest is None:
            self.current[subject] = key
            return
        if newest.generation < key.generation:
            newest, key = key, newest
            self.current[subject] = newest
        self.older[subject] = (*self.older.get(subject, ()), key)

    def find(self, subject: bytes, generation: int) -> CellKey | None:
        """Return the subject's key of that generation, None where there is none."""
        for key in (self.current[subject], *self.older.get(subject, ())):
            if key.generation == generation:
                return key
        return None


class KeyBox:
    """The kept keys of this process."""

    def __init__(self) -> None:
        self.version = 0
        self._kept: dict[tuple[str, bytes], _Kept] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, store: str, subjects: Iterable[bytes]) -> Keys:
        """Return what is kept for these subjects and not too old."""
        found = Keys()
        kept = self._kept
        if not kept:
            return found
        now = monotonic()
        for subject in subjects:
            one = kept.get((store, subject))
            if one is not None and one[0] > now:
                found.current[subject] = one[1]
                if one[2]:
                    found.older[subject] = one[2]
        return found

    def keep(self, store: str, version: int, keys: Keys) -> None:
        """Keep keys that were read under that version; the oldest make room."""
        until = monotonic() + KEPT_SECONDS
        with self._lock:
            if version != self.version:
                return
            kept, older = self._kept, keys.older
            for subject, key in keys.current.items():
                place = store, subject
                kept.pop(place, None)
                kept[place] = until, key, older.get(subject, ())
            for oldest in list(islice(kept, max(len(kept) - MOST_KEPT, 0))):
                del kept[oldest]

    def stands(self, version: int) -> bool:
        """Return whether the kept keys belong to that version; forget them all where they do
        not.
        """
        if version == self.version:
            return True
        with self._lock:
            self._kept.clear()
            self.version = version
        return False

    def forget(self) -> None:
        """Forget every kept key."""
        with self._lock:
            self._kept.clear()


box: Final = KeyBox()


@lru_cache(maxsize=4)
def _pseudonymiser(key: bytes) -> Pseudonymiser:
    return Pseudonymiser(key)


def owners(store: Store) -> Callable[[bytes], bytes]:
    """Return what turns a subject into the pseudonym under which the store's key rows are
    filed.
    """
    return _pseudonymiser(get_keyring().link_key(f"keys/{store.value}")).octets


def get_subject_keys(*, store: Store, subjects: set[bytes], keep: bool = True) -> Keys:
    """Return the data keys of all these subjects, in one query; raise KeyDestroyed where one has
    none.

    An export does not `keep` what it reads: it would push out the keys that people work with.
    """
    keys = box.get(store.value, subjects)
    kept = keys.current
    missing = [subject for subject in subjects if subject not in kept] if kept else list(subjects)
    version, fetched = _fetch(store, missing)
    if not box.stands(version) and kept:
        kept = {}
        version, fetched = _fetch(store, list(subjects))
    if keep and fetched.current and not connections[Store.KEYS].in_atomic_block:
        box.keep(store.value, version, fetched)
    if kept:
        fetched.current.update(kept)
        fetched.older.update(keys.older)
    if len(fetched.current) != len(subjects):
        raise KeyDestroyed(store=store.value, subjects=len(subjects) - len(fetched.current))
    return fetched


def _fetch(store: Store, subjects: Sequence[bytes]) -> tuple[int, Keys]:
    """Return the state's number and the keys of those subjects that have one."""
    connection = connections[Store.KEYS]
    found = Keys()
    if not subjects:
        rows = run_direct(connection, _VERSION, ())
        return (rows[0][0] if rows else 0), found
    owner_of = owners(store)
    filed = {owner_of(subject): subject for subject in subjects}
    prefix = key_prefix(store.value)
    ways: dict[tuple[int, int], Any] = {}
    current = found.current
    names, size, version = list(filed), CHUNK[connection.vendor], 0
    for start in range(0, len(names), size):
        for owner, generation, epoch, wrapped in _read(connection, names[start : start + size]):
            if owner is None:
                version = generation
                continue
            way = ways.get((generation, epoch))
            if way is None:
                way = _find_kek(store, epoch).unwrap, key_suffix(generation, epoch)
                ways[generation, epoch] = way
            subject = filed[owner]
            key = CellKey(way[0](wrapped, prefix + owner + way[1]), generation)
            if subject in current:
                found.add(subject, key)
            else:
                current[subject] = key
    return version, found


def _find_kek(store: Store, epoch: int) -> WrappingKey:
    """Return the KEK; look into the key file again for one that another process has just begun."""
    try:
        return get_keyring().kek(store, epoch)
    except UnknownKey:
        forget_keyring()
        return get_keyring().kek(store, epoch)


def _read(connection: Any, names: list[bytes]) -> list[tuple[bytes | None, int, int, bytes]]:
    """Return the key rows of these pseudonyms, and the state's number as a row without owner."""
    postgresql = connection.vendor == "postgresql"
    if postgresql and len(names) > FEW:
        return run_direct(connection, f"{_ROWS}= ANY(%b){_AND_VERSION}", [names])
    # As many places as the next power of two, so that few statements are kept prepared.
    size = 1 << (len(names) - 1).bit_length()
    places = ",".join(["%s" if postgresql else "?"] * size)
    padded = names + names[-1:] * (size - len(names))
    return run_direct(connection, f"{_ROWS}IN ({places}){_AND_VERSION}", padded)
