"""The Merkle tree of RFC 9162 (section 2.1; hashes as in RFC 6962)."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Self

from records.crypto.errors import NoSuchLeaf, NotAFrontier

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
_SIZE_BYTES = 8


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of 0x00 and the data."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 of 0x01 and its two children."""
    return sha256(b"\x01" + left + right).digest()


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    above = [
        sha256(b"\x01" + left + right).digest()
        for left, right in zip(level[::2], level[1::2], strict=False)
    ]
    if len(level) % 2:
        above.append(level[-1])
    return above


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes, that of the empty tree for none."""
    level: Sequence[bytes] = leaf_hashes
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


class MerkleFrontier:
    """The right edge of a growing tree: one hash per full subtree (compact range), enough to append
    and to get the root.
    """

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if (
            size < 0
            or size.bit_count() != len(peaks)
            or any(len(peak) != HASH_SIZE for peak in peaks)
        ):
            raise NotAFrontier(size=size, hashes=len(peaks))
        self.size = size
        self._peaks = list(peaks)

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf hash at the right."""
        peaks, joined, size = self._peaks, leaf_hash, self.size
        while size & 1:
            joined = sha256(b"\x01" + peaks.pop() + joined).digest()
            size >>= 1
        peaks.append(joined)
        self.size += 1

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add leaf hashes at the right, in their order: full subtrees at once, which takes half the
        time.
        """
        leaves = list(leaf_hashes)
        start = 0
        while start < len(leaves):
            room = self.size & -self.size or 1 << len(leaves).bit_length()
            width = min(room, 1 << (len(leaves) - start).bit_length() - 1)
            peaks, size = self._peaks, self.size // width
            joined = root_of(leaves[start : start + width])
            while size & 1:
                joined = sha256(b"\x01" + peaks.pop() + joined).digest()
                size >>= 1
            peaks.append(joined)
            self.size += width
            start += width

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def serialise(self) -> bytes:
        """Return the size in 8 bytes, big-endian, and the hashes from the largest subtree to the
        smallest.
        """
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self._peaks)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the frontier that `serialise` wrote; raise NotAFrontier where size and hashes do
        not fit.
        """
        body = data[_SIZE_BYTES:]
        if len(data) < _SIZE_BYTES or len(body) % HASH_SIZE:
            raise NotAFrontier(size=0, hashes=0)
        peaks = [body[start : start + HASH_SIZE] for start in range(0, len(body), HASH_SIZE)]
        return cls(int.from_bytes(data[:_SIZE_BYTES], "big"), peaks)


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of the leaf at `index`, from the bottom up (RFC 9162 2.1.3.1)."""
    if not 0 <= index < len(leaf_hashes):
        raise NoSuchLeaf(index=index, size=len(leaf_hashes))
    proof: list[bytes] = []
    level: Sequence[bytes] = leaf_hashes
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        level, index = _level_above(level), index >> 1
    return proof


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Return whether the proof shows the leaf hash at `index` of the tree of that size and root
    (RFC 9162 2.1.3.2).
    """
    if not 0 <= index < size:
        return False
    here, last, running = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            running = node_hash(step, running)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            running = node_hash(running, step)
        here, last = here >> 1, last >> 1
    return last == 0 and running == root


def consistency_proof(leaf_hashes: Sequence[bytes], first: int) -> list[bytes]:
    """Return the proof that the first `first` leaves were the tree then (RFC 9162 2.1.4.1)."""
    size = len(leaf_hashes)
    if not 0 < first <= size:
        raise NoSuchLeaf(index=first, size=size)
    start, end, whole = 0, size, True
    collected: list[bytes] = []
    while first != end - start:
        split = 1 << (end - start - 1).bit_length() - 1
        if first <= split:
            collected.append(root_of(leaf_hashes[start + split : end]))
            end = start + split
        else:
            collected.append(root_of(leaf_hashes[start : start + split]))
            start, first, whole = start + split, first - split, False
    if not whole:
        collected.append(root_of(leaf_hashes[start:end]))
    return collected[::-1]


def verify_consistency(
    *, first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether the proof shows that the second tree only appended to the first (RFC 9162
    2.1.4.2).
    """
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
