"""Encrypted files of cases: packages and letters. Each has a key of its own, which its row keeps
sealed with the person's data key; without either the file is noise.

A file is a mark and then its chunks, each a cell behind its length (docs/adr/0012). Every cell is
bound to the table, the row and the person, to its number and to whether it is the last one: nothing
can be cut off, put in another order or moved to another row, and no file need fit into memory.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
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
MARK = b"VARUHF2\0"
CHUNK = 256 * 1024
_LENGTH = 4
_LONGEST_CELL = 2 * CHUNK


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


def packages_folder() -> Path:
    """Return the folder of encrypted files, made where it is missing."""
    folder = Path(settings.PACKAGES_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_file(*, table: str, row: UUID, subject: UUID, data: bytes) -> StoredFile:
    """Write the bytes, encrypted with a key of their own, whole or not at all."""
    return write_chunks(table=table, row=row, subject=subject, data=[data])


def new_key() -> str:
    """Return a key for one file, in base64, as it is sealed into the row."""
    return base64.b64encode(os.urandom(KEY_SIZE)).decode()


def write_chunks(
    *, table: str, row: UUID, subject: UUID, data: Iterable[bytes], key: str = ""
) -> StoredFile:
    """Write the pieces as they come, encrypted with a key of their own, whole or not at all.

    `key` is a fresh one of `new_key`, where the row is sealed before the pieces are made.
    """
    name, key = secrets.token_hex(16), key or new_key()
    sealer = _Sealer(CellKey(base64.b64decode(key), FILE_GENERATION), _aad(table, row, subject))
    folder = packages_folder()
    with NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as file:
        try:
            file.write(MARK)
            for piece in data:
                file.write(sealer.add(piece))
            file.write(sealer.finish())
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).rename(folder / name)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return StoredFile(name, sealer.sha256, sealer.size, key)


def open_file(*, table: str, row: UUID, subject: UUID, name: str, key: str, sha256: str) -> bytes:
    """Return the bytes of a file; raise PackageDamaged where it is missing or not what was sealed.

    Whoever calls this has revealed the key under a Grant that covers the person.
    """
    return b"".join(
        open_chunks(table=table, row=row, subject=subject, name=name, key=key, sha256=sha256)
    )


def open_chunks(
    *, table: str, row: UUID, subject: UUID, name: str, key: str, sha256: str
) -> Iterator[bytes]:
    """Yield the pieces of a file; raise PackageDamaged where it is missing or not what was sealed.

    Each piece is authentic when it is yielded; that nothing is missing is known at the end.
    """
    opener = CellKey(base64.b64decode(key), FILE_GENERATION)
    aad = _aad(table, row, subject)
    digest = hashlib.sha256()
    try:
        with file_path(name).open("rb") as file:
            for piece in _open_cells(file, opener, aad):
                digest.update(piece)
                yield piece
    except (OSError, CannotOpen):
        raise PackageDamaged(row=row) from None
    if digest.hexdigest() != sha256:
        raise PackageDamaged(row=row)


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


class _Sealer:
    """Gathers pieces into chunks of one size and seals each; it keeps one chunk in memory."""

    def __init__(self, key: CellKey, aad: bytes) -> None:
        self._key, self._aad = key, aad
        self._waiting = bytearray()
        self._number = 0
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def add(self, piece: bytes) -> bytes:
        """Return the cells that became full; the last bytes always wait for what comes."""
        self._digest.update(piece)
        self.size += len(piece)
        self._waiting += piece
        cells = []
        while len(self._waiting) > CHUNK:
            cells.append(self._seal(bytes(self._waiting[:CHUNK]), last=False))
            del self._waiting[:CHUNK]
        return b"".join(cells)

    def finish(self) -> bytes:
        return self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        cell = self._key.seal(chunk, _chunk_aad(self._aad, self._number, last=last))
        self._number += 1
        return len(cell).to_bytes(_LENGTH, "big") + cell


def _open_cells(file: BinaryIO, opener: CellKey, aad: bytes) -> Iterator[bytes]:
    mark = file.read(len(MARK))
    if mark != MARK:
        # What was written before files had chunks: one cell.
        yield opener.open(mark + file.read(), aad)
        return
    number, ahead = 0, file.read(_LENGTH)
    while ahead:
        length = int.from_bytes(ahead, "big")
        if length > _LONGEST_CELL:
            raise CannotOpen
        cell = file.read(length)
        ahead = file.read(_LENGTH)
        yield opener.open(cell, _chunk_aad(aad, number, last=not ahead))
        number += 1
    if not number:
        raise CannotOpen


def _aad(table: str, row: UUID, subject: UUID) -> bytes:
    return cell_aad(Store.IDENTITY, table, "file", row.bytes, subject.bytes, FILE_GENERATION)


def _chunk_aad(aad: bytes, number: int, *, last: bool) -> bytes:
    return aad + number.to_bytes(8, "big") + bytes((last,))
