"""The key file, format 1: JSON, mode 0600, replaced as a whole.

    format       1
    id           random; every wrapped key is bound to it, and token objects are labelled with it
    provider     "file" or "pkcs11"
    serial       goes up by one with every write
    generation   of the roots; rotation counts it up
    rotating_to  the generation that a begun rotation goes to, null otherwise
    rotated_at   when the last rotation was begun, null before the first
    keys         name -> root (label), wrapped (base64), created_at, retired_at
    destroyed    names whose keys are gone for good and are never made again
    doomed       labels of roots that are to be destroyed, written down before it is done
    roots        label -> key (base64); provider "file" only

Readers take no lock: a write is a new file that takes the old one's place. Writers hold a lock on
the file beside it.
"""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from records.crypto.errors import CannotOpen, UnusableKey
from records.crypto.secret import Secret, new_key
from records.crypto.wrapping import WrappingKey
from records.keyring.errors import (
    KeyFileExposed,
    KeyFileMissing,
    KeyFileNotWritable,
    KeyFileUnreadable,
    RootMissing,
    WrongRoot,
)

FORMAT: Final = 1
MODE: Final = 0o600
OTHERS: Final = 0o077

Signature = tuple[int, int, int]
"""What tells a replaced file from the one before: time of change in nanoseconds, inode, size."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One wrapped key."""

    root: str
    wrapped: bytes = field(repr=False)
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(slots=True)
class KeyFile:
    """What the key file says."""

    id: str
    provider: str
    serial: int = 0
    generation: int = 1
    rotating_to: int | None = None
    rotated_at: datetime | None = None
    keys: dict[str, KeyEntry] = field(default_factory=dict, repr=False)
    destroyed: set[str] = field(default_factory=set)
    doomed: list[str] = field(default_factory=list)
    roots: dict[str, Secret] = field(default_factory=dict, repr=False)


def parse(data: bytes) -> KeyFile:
    """Return what the bytes of a key file say; raise KeyFileUnreadable."""
    try:
        raw = json.loads(data)
        if raw["format"] != FORMAT:
            raise KeyFileUnreadable(format=raw["format"])
        return KeyFile(
            id=str(raw["id"]),
            provider=str(raw["provider"]),
            serial=int(raw["serial"]),
            generation=int(raw["generation"]),
            rotating_to=None if raw["rotating_to"] is None else int(raw["rotating_to"]),
            rotated_at=_parse_optional_time(raw["rotated_at"]),
            keys={name: _parse_entry(entry) for name, entry in raw["keys"].items()},
            destroyed=set(raw["destroyed"]),
            doomed=list(raw["doomed"]),
            roots={
                label: Secret(b64decode(key, validate=True))
                for label, key in raw.get("roots", {}).items()
            },
        )
    except (ValueError, TypeError, KeyError, AttributeError, BadBase64):
        # The cause may quote what stands in the file, so it is not chained.
        raise KeyFileUnreadable(reason="not a key file") from None


def _parse_entry(raw: dict[str, Any]) -> KeyEntry:
    return KeyEntry(
        root=str(raw["root"]),
        wrapped=b64decode(raw["wrapped"], validate=True),
        created_at=_parse_time(raw["created_at"]),
        retired_at=_parse_optional_time(raw["retired_at"]),
    )


def _parse_time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time.astimezone(UTC)


def _parse_optional_time(text: str | None) -> datetime | None:
    return None if text is None else _parse_time(text)


def _write_time(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat()


def serialise(file: KeyFile) -> bytes:
    """Return the bytes of the key file: JSON, indented, keys in order."""
    raw: dict[str, Any] = {
        "format": FORMAT,
        "id": file.id,
        "provider": file.provider,
        "serial": file.serial,
        "generation": file.generation,
        "rotating_to": file.rotating_to,
        "rotated_at": _write_time(file.rotated_at),
        "keys": {
            name: {
                "root": entry.root,
                "wrapped": b64encode(entry.wrapped).decode(),
                "created_at": _write_time(entry.created_at),
                "retired_at": _write_time(entry.retired_at),
            }
            for name, entry in sorted(file.keys.items())
        },
        "destroyed": sorted(file.destroyed),
        "doomed": sorted(file.doomed),
    }
    if file.provider == "file":
        raw["roots"] = {label: b64encode(key).decode() for label, key in sorted(file.roots.items())}
    return (json.dumps(raw, indent=1) + "\n").encode()


def _signature(status: os.stat_result) -> Signature:
    return status.st_mtime_ns, status.st_ino, status.st_size


def signature_of(path: Path) -> Signature:
    """Return what tells this file from the one before; raise KeyFileMissing."""
    try:
        return _signature(path.stat())
    except FileNotFoundError:
        raise KeyFileMissing(path=path) from None


def read_key_file(path: Path) -> tuple[KeyFile, Signature]:
    """Return what the key file says, and its signature.

    Raises KeyFileMissing, KeyFileUnreadable, and KeyFileExposed where others than the owner have a
    right to it.
    """
    try:
        with path.open("rb") as handle:
            status = os.fstat(handle.fileno())
            if status.st_mode & OTHERS:
                raise KeyFileExposed(path=path, mode=f"{status.st_mode & 0o777:04o}")
            return parse(handle.read()), _signature(status)
    except FileNotFoundError:
        raise KeyFileMissing(path=path) from None
    except OSError as error:
        raise KeyFileUnreadable(path=path, reason=error.strerror) from None


def write_key_file(path: Path, file: KeyFile) -> None:
    """Put the key file in place of the one before, whole or not at all, and have it on the disk on
    return. Raises KeyFileNotWritable; then the one before is still there.
    """
    file.serial += 1
    try:
        _replace(path, file)
    except OSError as error:
        raise KeyFileNotWritable(path=path, reason=error.strerror) from None


def _replace(path: Path, file: KeyFile) -> None:
    new = path.with_name(f"{path.name}.new")
    # A leftover of a writer that was killed; nobody else writes under the lock.
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE)
    with os.fdopen(handle, "wb") as stream:
        os.fchmod(stream.fileno(), MODE)
        stream.write(serialise(file))
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock beside the path, against other processes and other threads.

    Raises KeyFileMissing where not even the folder is there, and KeyFileNotWritable.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
    except FileNotFoundError:
        raise KeyFileMissing(path=path) from None
    except OSError as error:
        raise KeyFileNotWritable(path=lock, reason=error.strerror) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        # Unlocked by name: a child that was forked meanwhile holds a copy of the handle.
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


class FileRoots:
    """The embedded root provider: the roots stand in the key file itself (ports.RootProvider).

    Its changes last when the key file is written.
    """

    def __init__(self, file: KeyFile) -> None:
        self._roots = file.roots

    def __enter__(self) -> Self:
        """Open the provider."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the provider."""

    def _root(self, label: str) -> WrappingKey:
        key = self._roots.get(label)
        if key is None:
            raise RootMissing(label=label)
        try:
            return WrappingKey(key)
        except UnusableKey:
            raise WrongRoot(label=label) from None

    def create(self, label: str) -> None:
        """Make a random root of that label."""
        self._roots.setdefault(label, new_key())

    def wrap(self, label: str, key: bytes, aad: bytes) -> bytes:
        """Return the key, wrapped by the root. Raises RootMissing."""
        return self._root(label).wrap(key, aad)

    def unwrap(self, label: str, wrapped: bytes, aad: bytes) -> bytes:
        """Return the key. Raises RootMissing, WrongRoot."""
        try:
            return self._root(label).unwrap(wrapped, aad)
        except CannotOpen:
            raise WrongRoot(label=label) from None

    def destroy(self, label: str) -> None:
        """Destroy the root, and so what it wraps."""
        self._roots.pop(label, None)

    def labels(self) -> list[str]:
        """Return the labels of the roots that are there."""
        return sorted(self._roots)
