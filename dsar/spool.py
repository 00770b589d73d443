"""Rows that do not fit into memory: kept in an encrypted file without a name while a package is
made.

The key lives in the process, the file has no name in any folder: whatever becomes of the worker,
nothing that can be read is left.
"""

import os
import pickle
import tempfile
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import BinaryIO
from weakref import finalize

from dsar.filestore import packages_folder
from records.crypto.cells import CellKey
from records.crypto.labels import KEY_SIZE

Row = tuple[object, ...]
BATCH = 1_000
"""So many rows are kept as they are; more of them go to the file, in batches of this size."""


class SpooledRows(Collection[Row]):
    """Rows of one table, in their order, that can be read any number of times."""

    def __init__(self, first: list[Row], rest: Iterator[Row]) -> None:
        self._key = CellKey(os.urandom(KEY_SIZE), 1)
        self._file: BinaryIO = tempfile.TemporaryFile(dir=packages_folder())  # noqa: SIM115  # it lives as long as the rows
        finalize(self, self._file.close)
        self._places: list[tuple[int, int]] = []
        self._count = 0
        batch = first
        while batch:
            self._write(batch)
            batch = list(islice(rest, BATCH))

    def _write(self, batch: list[Row]) -> None:
        number = len(self._places)
        cell = self._key.seal(pickle.dumps(batch, protocol=5), number.to_bytes(8, "big"))
        self._places.append((self._file.tell(), len(cell)))
        self._file.write(cell)
        self._count += len(batch)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._count

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in their order."""
        for number, (start, length) in enumerate(self._places):
            self._file.flush()
            cell = os.pread(self._file.fileno(), length, start)
            opened = self._key.open(cell, number.to_bytes(8, "big"))
            # Authenticated bytes of this very process; no other source of pickles exists.
            yield from pickle.loads(opened)  # noqa: S301

    def __contains__(self, row: object) -> bool:
        """Return whether the row is among them."""
        return any(one == row for one in self)


def keep_rows(rows: Iterable[Row]) -> Collection[Row]:
    """Return the rows as something that can be read again: in memory while they are few."""
    ahead = iter(rows)
    first = list(islice(ahead, BATCH))
    if len(first) < BATCH:
        return tuple(first)
    return SpooledRows(first, ahead)
