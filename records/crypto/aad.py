"""The additional authenticated data that binds every ciphertext to its place.

Canonical: each part stands behind its length, in a fixed order, after a label. A cell that is moved
to another row, column, table, store or subject, or read as another generation, does not open. AAD
does not stop a cell from being put back to its own older value; what was changed when stands in the
log.
"""

from functools import lru_cache
from uuid import UUID

from records.crypto.encoding import encode_parts
from records.crypto.errors import UnusableKey
from records.crypto.labels import CELL, DATA_KEY, GENERATION_SIZE, PSEUDONYM_SIZE, ROOT_WRAP


def cell_prefix(store: str, table: str, column: str) -> bytes:
    """Return the part of a cell's AAD that all rows of a column share; keep it and pass it to
    `complete`.
    """
    return encode_parts(CELL, store.encode(), table.encode(), column.encode())


def row_suffix(row: bytes, subject: bytes, generation: int) -> bytes:
    """Return the part of a cell's AAD that all columns of a row share: it stands behind the
    prefix.
    """
    return (
        len(row).to_bytes(4, "big")
        + row
        + len(subject).to_bytes(4, "big")
        + subject
        + generation.to_bytes(GENERATION_SIZE, "big")
    )


def complete(prefix: bytes, row: bytes, subject: bytes, generation: int) -> bytes:
    """Return the AAD of one cell, from its column's prefix, its row, its subject and its key's
    generation.
    """
    return prefix + row_suffix(row, subject, generation)


def cell_aad(
    store: str, table: str, column: str, row: bytes, subject: bytes, generation: int
) -> bytes:
    """Return the AAD of the cell in that store, table, column and row, of that subject and key
    generation.
    """
    return complete(cell_prefix(store, table, column), row, subject, generation)


@lru_cache(maxsize=8)
def key_prefix(store: str) -> bytes:
    """Return the part of a wrapped data key's AAD that all keys of a store share, up to the owner.

    The owner is always a pseudonym of 16 bytes, so its length stands here.
    """
    return encode_parts(DATA_KEY, store.encode()) + PSEUDONYM_SIZE.to_bytes(4, "big")


def key_suffix(generation: int, epoch: int) -> bytes:
    """Return the part of a wrapped data key's AAD that stands behind the owner."""
    return generation.to_bytes(GENERATION_SIZE, "big") + epoch.to_bytes(GENERATION_SIZE, "big")


def key_aad(store: str, pseudonym: UUID | bytes, generation: int, epoch: int) -> bytes:
    """Return the AAD of a wrapped data key: whose it is, which generation, under which KEK
    epoch.
    """
    owner = pseudonym.bytes if isinstance(pseudonym, UUID) else pseudonym
    if len(owner) != PSEUDONYM_SIZE:
        raise UnusableKey(size=len(owner))
    return key_prefix(store) + owner + key_suffix(generation, epoch)


def root_aad(keyring_id: str, name: str, root: str) -> bytes:
    """Return the AAD of a key in the key file: of which keyring, under which name, wrapped by which
    root.
    """
    return encode_parts(ROOT_WRAP, keyring_id.encode(), name.encode(), root.encode())
