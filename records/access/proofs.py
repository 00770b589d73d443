"""Proofs for somebody who holds a signed tree head: that an entry is in the tree, that one head
grew from another.
"""

from dataclasses import dataclass

from records.access.errors import EntryNotSealed, NoSuchHead
from records.access.forms import iterate_forms
from records.access.leaves import leaf_of, year_bounds, year_of
from records.access.models import TreeHead
from records.crypto.merkle import HASH_SIZE, consistency_proof, inclusion_proof


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Shows that a leaf stands at a place of the tree under a signed head (RFC 9162 2.1.3)."""

    entry_id: int
    index: int
    size: int
    leaf: bytes
    proof: tuple[bytes, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Consistency:
    """Shows that the later head only appended to the earlier one (RFC 9162 2.1.4)."""

    year: int
    first: int
    second: int
    proof: tuple[bytes, ...]
    first_note: str
    second_note: str


def _leaves_to(head: TreeHead) -> list[bytes]:
    first = year_bounds(head.year)[0]
    batches = TreeHead.objects.filter(id__gt=first, id__lte=head.id).order_by("id")
    return [
        joined[at : at + HASH_SIZE]
        for joined in map(bytes, batches.values_list("leaves", flat=True).iterator(8))
        for at in range(0, len(joined), HASH_SIZE)
    ]


def prove_inclusion(*, entry_id: int) -> Inclusion:
    """Return the proof that the entry stands in its year's newest sealed tree. Raises
    EntryNotSealed.
    """
    first, after = year_bounds(year_of(entry_id))
    heads = TreeHead.objects.filter(id__gt=first, id__lt=after)
    newest = heads.order_by("-id").first()
    batch = heads.filter(first_entry__lte=entry_id, last_entry__gte=entry_id).order_by("id").first()
    form = next(iter(list(iterate_forms(after=entry_id - 1, last=entry_id))), None)
    if newest is None or batch is None or form is None:
        raise EntryNotSealed(entry_id=entry_id)
    leaf, leaves = leaf_of(form), _leaves_to(newest)
    start = batch.size - len(batch.leaves) // HASH_SIZE
    if leaf not in leaves[start : batch.size]:
        raise EntryNotSealed(entry_id=entry_id)
    index = leaves.index(leaf, start)
    return Inclusion(
        entry_id=entry_id,
        index=index,
        size=newest.size,
        leaf=leaf,
        proof=tuple(inclusion_proof(leaves, index)),
        note=newest.note,
    )


def prove_consistency(*, year: int, first: int, second: int) -> Consistency:
    """Return the proof that the year's head of size `second` grew from that of size `first`. Raises
    NoSuchHead.
    """
    start = year_bounds(year)[0]
    heads = {
        head.size: head for head in TreeHead.objects.filter(id__in=(start + first, start + second))
    }
    for size in (first, second):
        if size not in heads:
            raise NoSuchHead(year=year, size=size)
    return Consistency(
        year=year,
        first=first,
        second=second,
        proof=tuple(consistency_proof(_leaves_to(heads[second]), first)),
        first_note=heads[first].note,
        second_note=heads[second].note,
    )
