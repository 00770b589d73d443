"""Encrypted files in chunks: authentic as a whole, or not opened."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from dsar import filestore
from dsar.errors import PackageDamaged
from dsar.filestore import CHUNK, MARK, StoredFile, file_path, open_file, write_chunks
from dsar.spool import BATCH, SpooledRows, keep_rows
from records.crypto.cells import CellKey

ROW, SUBJECT = UUID(int=1), UUID(int=2)
DATA = bytes(range(256)) * (3 * CHUNK // 256) + b"the rest"


@pytest.fixture
def stored(folders: Path) -> StoredFile:
    """A file of four chunks, written in odd pieces."""
    pieces = [DATA[start : start + 100_001] for start in range(0, len(DATA), 100_001)]
    return write_chunks(table="t", row=ROW, subject=SUBJECT, data=pieces)


def read(stored: StoredFile, **changes: Any) -> bytes:
    given = {"table": "t", "row": ROW, "subject": SUBJECT, "name": stored.name}
    return open_file(**{**given, "key": stored.key, "sha256": stored.sha256, **changes})


def cells_of(path: Path) -> list[bytes]:
    """Return the cells of a file, each with its length ahead."""
    data, cells = path.read_bytes()[len(MARK) :], []
    while data:
        size = 4 + int.from_bytes(data[:4], "big")
        cells.append(data[:size])
        data = data[size:]
    return cells


def test_what_is_written_in_pieces_is_read_back(stored: StoredFile) -> None:
    assert read(stored) == DATA
    assert stored.size == len(DATA)
    assert len(cells_of(file_path(stored.name))) == 4
    assert b"the rest" not in file_path(stored.name).read_bytes()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1])
def test_every_size_comes_back(folders: Path, size: int) -> None:
    data = b"x" * size

    assert read(write_chunks(table="t", row=ROW, subject=SUBJECT, data=[data])) == data


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[:-1],
        lambda cells: cells[1:],
        lambda cells: [cells[1], cells[0], *cells[2:]],
        lambda cells: [*cells, cells[-1]],
        lambda cells: [cells[0], *cells],
        lambda cells: [*cells[:-1], cells[-1][:-1]],
        lambda _cells: [],
        lambda cells: [b"\xff\xff\xff\xff", *cells],
    ],
    ids=["cut", "beheaded", "swapped", "repeated", "doubled", "shortened", "emptied", "endless"],
)
def test_a_file_that_was_touched_does_not_open(
    stored: StoredFile, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    path = file_path(stored.name)
    assert read(stored) == DATA

    path.write_bytes(MARK + b"".join(change(cells_of(path))))

    with pytest.raises(PackageDamaged):
        read(stored)


@pytest.mark.parametrize("changes", [{"row": uuid4()}, {"subject": uuid4()}, {"table": "other"}])
def test_a_file_opens_in_its_own_place_only(stored: StoredFile, changes: dict[str, Any]) -> None:
    assert read(stored) == DATA

    with pytest.raises(PackageDamaged):
        read(stored, **changes)


def test_a_chunk_of_another_file_does_not_fit(stored: StoredFile) -> None:
    other = write_chunks(table="t", row=ROW, subject=SUBJECT, data=[DATA])
    path = file_path(stored.name)
    mixed = [cells_of(path)[0], *cells_of(file_path(other.name))[1:]]

    path.write_bytes(MARK + b"".join(mixed))

    with pytest.raises(PackageDamaged):
        read(stored)


def test_files_from_before_there_were_chunks_still_open(stored: StoredFile) -> None:
    key = CellKey(filestore.base64.b64decode(stored.key), filestore.FILE_GENERATION)

    file_path(stored.name).write_bytes(key.seal(DATA, filestore._aad("t", ROW, SUBJECT)))

    assert read(stored) == DATA


def test_many_rows_are_kept_on_disk_unreadable_and_come_back_as_often_as_asked(
    folders: Path,
) -> None:
    rows = [(number, f"secret {number}") for number in range(3 * BATCH + 1)]

    kept = keep_rows(iter(rows))

    assert isinstance(kept, SpooledRows)
    assert len(kept) == len(rows)
    assert list(kept) == rows
    assert list(kept) == rows
    assert rows[-1] in kept
    kept._file.seek(0)
    assert b"secret" not in kept._file.read()
    assert list((folders / "packages").iterdir()) == []


def test_few_rows_stay_in_memory(folders: Path) -> None:
    assert keep_rows(iter([(1,), (2,)])) == ((1,), (2,))
