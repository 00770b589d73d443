"""Data keys on their way from the key store to the cells: one query a call, and a bounded box of kept keys.

A kept key must not outlive its destruction, in any process: every call reads the number of `KeyState`, in the same
query as the key rows, and a changed number empties the box. The time to live is the second fence, for a reader who
never asks. Keys that were read or written inside a transaction are not kept: it might be rolled back.
"""

from collections.abc import Iterable, Sequence
from threading import Lock
from time import monotonic

from django.db import connections

from records.access.purposes import Store
from records.crypto.aad import key_aad
from records.crypto.cells import CellKey
from records.crypto.pseudonyms import pseudonym
from records.keyring.queries import get_keyring
from records.keys.errors import KeyDestroyed

MOST_KEPT = 4096
"""Keys; one kept AES object takes 2.4 kB, so the box stays under 10 MB."""
KEPT_SECONDS = 60
"""Short beside a shift at the desk, long beside one request."""
CHUNK = {"sqlite": 2_000, "postgresql": 10_000}
"""Subjects in one query; SQLite takes each as a parameter of its own (at most 32,766), PostgreSQL takes one array."""

_ROWS = "SELECT pseudonym, generation, epoch, wrapped FROM keys_datakey WHERE pseudonym {condition}"
_VERSION = "SELECT version FROM keys_keystate WHERE id = 1"
_BOTH = f"{_ROWS} UNION ALL SELECT NULL, version, 0, NULL FROM keys_keystate WHERE id = 1"  # noqa: S608


class SubjectKeys:
    """The data keys of one subject in one store, ready for use."""

    __slots__ = ("by_generation", "current", "until")

    def __init__(self, keys: Sequence[CellKey], until: float) -> None:
        self.by_generation = {key.generation: key for key in keys}
        self.current = self.by_generation[max(self.by_generation)]
        self.until = until


class KeyBox:
    """The kept keys of this process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bytes], SubjectKeys] = {}
        self.version = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, store: str, subjects: Iterable[bytes]) -> dict[bytes, SubjectKeys]:
        """Return what is kept for these subjects and not too old."""
        now = monotonic()
        kept = self._kept
        found = {}
        for subject in subjects:
            keys = kept.get((store, subject))
            if keys is not None and keys.until > now:
                found[subject] = keys
        return found

    def keep(self, store: str, version: int, keys: dict[bytes, SubjectKeys]) -> None:
        """Keep keys that were read under that version; the oldest make room."""
        with self._lock:
            if version != self.version:
                return
            kept = self._kept
            for subject, one in keys.items():
                kept.pop((store, subject), None)
                kept[store, subject] = one
            for oldest in list(kept)[: max(len(kept) - MOST_KEPT, 0)]:
                del kept[oldest]

    def stands(self, version: int) -> bool:
        """Return whether the kept keys belong to that version; forget them all where they do not."""
        with self._lock:
            if version == self.version:
                return True
            self._kept.clear()
            self.version = version
            return False

    def forget(self) -> None:
        """Forget every kept key."""
        with self._lock:
            self._kept.clear()


box = KeyBox()


def owner_of(*, store: str, subject: bytes) -> bytes:
    """Return the pseudonym under which the store's key rows of the subject are filed."""
    return pseudonym(get_keyring().link_key(f"keys/{store}"), subject).bytes


def get_subject_keys(*, store: Store, subjects: Iterable[bytes]) -> dict[bytes, SubjectKeys]:
    """Return the data keys of all these subjects; raise KeyDestroyed where one has none. One query."""
    wanted = set(subjects)
    found = box.get(store.value, wanted)
    version, fetched = _fetch(store, [subject for subject in wanted if subject not in found])
    if not box.stands(version) and found:
        found = {}
        version, fetched = _fetch(store, list(wanted))
    if fetched and not connections[Store.KEYS].in_atomic_block:
        box.keep(store.value, version, fetched)
    if found:
        fetched.update(found)
    if len(fetched) != len(wanted):
        raise KeyDestroyed(store=store.value, subjects=len(wanted) - len(fetched))
    return fetched


def _fetch(store: Store, subjects: list[bytes]) -> tuple[int, dict[bytes, SubjectKeys]]:
    """Return the state's number and the keys of those subjects that have one."""
    connection = connections[Store.KEYS]
    if not subjects:
        with connection.cursor() as cursor:
            cursor.execute(_VERSION)
            row = cursor.fetchone()
        return (row[0] if row else 0), {}
    link = get_keyring().link_key(f"keys/{store.value}")
    owners = {pseudonym(link, subject).bytes: subject for subject in subjects}
    version = 0
    opened: dict[bytes, list[CellKey]] = {}
    unwrap = _Unwrapper(store)
    names = list(owners)
    size = CHUNK[connection.vendor]
    for start in range(0, len(names), size):
        for owner, generation, epoch, wrapped in _read(connection, names[start : start + size]):
            if owner is None:
                version = generation
            else:
                key = CellKey(unwrap(owner, generation, epoch, wrapped), generation)
                opened.setdefault(owners[owner], []).append(key)
    until = monotonic() + KEPT_SECONDS
    return version, {subject: SubjectKeys(keys, until) for subject, keys in opened.items()}


def _read(connection: object, names: list[bytes]) -> list[tuple[bytes, int, int, bytes]]:
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        if connection.vendor == "postgresql":  # type: ignore[attr-defined]
            cursor.execute(_BOTH.format(condition="= ANY(%s)"), [names])
        else:
            places = ",".join(["%s"] * len(names))
            cursor.execute(_BOTH.format(condition=f"IN ({places})"), names)
        rows: list[tuple[bytes, int, int, bytes]] = cursor.fetchall()
    return rows


class _Unwrapper:
    """Unwraps data keys, each with the KEK of its epoch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keks: dict[int, object] = {}

    def __call__(self, owner: bytes, generation: int, epoch: int, wrapped: bytes) -> bytes:
        kek = self._keks.get(epoch)
        if kek is None:
            kek = self._keks[epoch] = get_keyring().kek(self._store, epoch)
        key: bytes = kek.unwrap(wrapped, key_aad(self._store.value, owner, generation, epoch))  # type: ignore[attr-defined]
        return key
