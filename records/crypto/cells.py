"""Sealed values.

    format 0x01 (1) | key generation (4, big-endian) | nonce (12) | ciphertext and tag (16)

A cell carries the generation of its key, not whose key it is. The value is padded inside `seal`, so
that no cell is ever made without it.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.crypto.aad import row_suffix
from records.crypto.errors import CannotOpen, UnusableKey
from records.crypto.labels import (
    CELL_FORMAT,
    GENERATION_SIZE,
    KEY_SIZE,
    MOST_GENERATIONS,
    NONCE_SIZE,
    TAG_SIZE,
)
from records.crypto.padding import ZERO, pad, unpad
from records.crypto.secret import Unprintable

_UUID_SIZE = 16
_UUID_AHEAD = _UUID_SIZE.to_bytes(4, "big")
_NONCE_AT = 1 + GENERATION_SIZE
_BODY_AT = _NONCE_AT + NONCE_SIZE
_SHORTEST = _BODY_AT + TAG_SIZE


@lru_cache(maxsize=64)
def _header_of(generation: int) -> bytes:
    """Return what stands before the nonce of every cell of that generation."""
    return bytes((CELL_FORMAT,)) + generation.to_bytes(GENERATION_SIZE, "big")


class CellKey(Unprintable):
    """One data key of one generation, ready for use. Keep it: making it costs more than opening a
    cell.
    """

    __slots__ = ("_aead", "_header", "generation")

    def __init__(self, key: bytes, generation: int) -> None:
        if len(key) != KEY_SIZE or not 0 <= generation <= MOST_GENERATIONS:
            raise UnusableKey(size=len(key), generation=generation)
        self._aead = AESGCM(key)
        self._header = _header_of(generation)
        self.generation = generation

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Return the cell of the plaintext, padded, under a fresh random nonce."""
        nonce = urandom(NONCE_SIZE)
        return self._header + nonce + self._aead.encrypt(nonce, pad(plaintext), aad)

    def open(self, cell: bytes, aad: bytes) -> bytes:
        """Return the plaintext; raise CannotOpen, always the same, where key, place or bytes are
        not right.
        """
        try:
            if cell[:_NONCE_AT] != self._header:
                raise CannotOpen
            return unpad(self._aead.decrypt(cell[_NONCE_AT:_BODY_AT], cell[_BODY_AT:], aad))
        except (InvalidTag, ValueError, TypeError):
            raise CannotOpen from None

    def _suffix(self, row: bytes, subject: bytes) -> bytes:
        if len(row) == len(subject) == _UUID_SIZE:
            return _UUID_AHEAD + row + _UUID_AHEAD + subject + self._header[1:]
        return row_suffix(row, subject, self.generation)

    def seal_row(
        self, plaintexts: Sequence[bytes], prefixes: Iterable[bytes], row: bytes, subject: bytes
    ) -> list[bytes]:
        """Return the cells of several columns of one row, as `seal` makes them.

        `prefixes` are the columns' (records.crypto.aad.cell_prefix), in the plaintexts' order.
        """
        encrypt, header = self._aead.encrypt, self._header
        suffix = self._suffix(row, subject)
        nonces = urandom(NONCE_SIZE * len(plaintexts))
        cells = []
        start = 0
        for plaintext, prefix in zip(plaintexts, prefixes, strict=True):
            nonce = nonces[start : start + NONCE_SIZE]
            start += NONCE_SIZE
            cells.append(header + nonce + encrypt(nonce, pad(plaintext), prefix + suffix))
        return cells

    def open_row(
        self,
        cells: Iterable[bytes | None],
        prefixes: Iterable[bytes],
        row: bytes,
        subject: bytes,
    ) -> list[bytes | None]:
        """Return the plaintexts of several columns of one row, as `open` gives them, None for
        None.
        """
        decrypt, header = self._aead.decrypt, self._header
        suffix = self._suffix(row, subject)
        opened: list[bytes | None] = []
        try:
            for cell, prefix in zip(cells, prefixes, strict=True):
                if cell is None:
                    opened.append(None)
                    continue
                if cell[:_NONCE_AT] != header:
                    raise CannotOpen
                padded = decrypt(cell[_NONCE_AT:_BODY_AT], cell[_BODY_AT:], prefix + suffix)
                # What is padded is authentic here: its last byte that is not zero is the mark.
                opened.append(padded.rstrip(ZERO)[:-1])
        except (InvalidTag, ValueError, TypeError):
            raise CannotOpen from None
        return opened

    def open_texts(
        self,
        cells: Iterable[bytes | None],
        prefixes: Iterable[bytes],
        row: bytes,
        subject: bytes,
    ) -> tuple[str | None, ...]:
        """Return what `open_row` gives, decoded: the way of pages and exports, in one go."""
        decrypt, header = self._aead.decrypt, self._header
        suffix = self._suffix(row, subject)
        texts: list[str | None] = []
        try:
            for cell, prefix in zip(cells, prefixes, strict=True):
                if cell is None:
                    texts.append(None)
                    continue
                if cell[:_NONCE_AT] != header:
                    raise CannotOpen
                padded = decrypt(cell[_NONCE_AT:_BODY_AT], cell[_BODY_AT:], prefix + suffix)
                texts.append(padded.rstrip(ZERO)[:-1].decode())
        except (InvalidTag, ValueError, TypeError):
            raise CannotOpen from None
        return tuple(texts)


def generation_of(cell: bytes) -> int:
    """Return the generation of the key that seals the cell; raise CannotOpen where it is not a
    cell.

    It is read before anything is authenticated: use it to choose the key, and for nothing else.
    """
    if len(cell) < _SHORTEST or cell[0] != CELL_FORMAT:
        raise CannotOpen
    return int.from_bytes(cell[1:_NONCE_AT], "big")
