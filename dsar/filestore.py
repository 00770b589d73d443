"""Encrypted files of cases: packages and letters. Each has a key of its own, which its row keeps
sealed with the person's data key; without either the file is noise.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.conf import settings

from dsar.errors import PackageDamaged
from records.access.purposes import Store
from records.crypto.aad import cell_aad
from records.crypto.cells import CellKey
from records.crypto.errors import CannotOpen
from records.crypto.labels import KEY_SIZE

FILE_GENERATION = 1
"""A file's key is used once, for one file."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An encrypted file on disk, and the key that no row holds yet."""

    name: str
    sha256: str
    size: int
    key: str = field(repr=False)
    """In base64, as it is sealed into the row."""


def file_path(name: str) -> Path:
    """Return where a file lies."""
    return Path(settings.PACKAGES_DIR) / name


def write_file(*, table: str, row: UUID, subject: UUID, data: bytes) -> StoredFile:
    """Write the bytes, encrypted with a key of their own, whole or not at all.

    The file is bound to the table, the row and the person: it opens as nobody else's.
    """
    name, key = secrets.token_hex(16), os.urandom(KEY_SIZE)
    folder = Path(settings.PACKAGES_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as file:
        try:
            file.write(CellKey(key, FILE_GENERATION).seal(data, _aad(table, row, subject)))
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).rename(folder / name)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    digest = hashlib.sha256(data).hexdigest()
    return StoredFile(name, digest, len(data), base64.b64encode(key).decode())


def open_file(*, table: str, row: UUID, subject: UUID, name: str, key: str, sha256: str) -> bytes:
    """Return the bytes of a file; raise PackageDamaged where it is missing or not what was sealed.

    Whoever calls this has revealed the key under a Grant that covers the person.
    """
    try:
        cell = file_path(name).read_bytes()
        opener = CellKey(base64.b64decode(key), FILE_GENERATION)
        data = opener.open(cell, _aad(table, row, subject))
    except (OSError, CannotOpen):
        raise PackageDamaged(row=row) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PackageDamaged(row=row)
    return data


def remove_files(names: Iterable[str]) -> None:
    """Remove files whose keys are gone; what a crash leaves, the sweep removes."""
    for name in names:
        file_path(name).unlink(missing_ok=True)


def stray_files(*, known: Collection[str], older_than: float) -> list[Path]:
    """Return the files that no row names and that a killed worker left behind before `older_than`
    (seconds since 1970).
    """
    folder = Path(settings.PACKAGES_DIR)
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if path.name not in known and path.stat().st_mtime < older_than
    ]


def _aad(table: str, row: UUID, subject: UUID) -> bytes:
    return cell_aad(Store.IDENTITY, table, "file", row.bytes, subject.bytes, FILE_GENERATION)
