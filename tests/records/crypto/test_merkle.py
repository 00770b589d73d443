"""The Merkle tree, against the reference tree of Certificate Transparency."""

from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.crypto.errors import NoSuchLeaf, NotAFrontier
from records.crypto.merkle import (
    MerkleFrontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.vectors import read_vectors

VECTORS = read_vectors("merkle")
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in VECTORS["roots"]]
OTHER = sha256(b"other").digest()

trees = st.integers(min_value=1, max_value=70).map(
    lambda size: [leaf_hash(bytes((number,))) for number in range(size)]
)


def _hashes(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(step) for step in proof]


def test_the_empty_tree_has_the_published_root() -> None:
    assert root_of([]).hex() == VECTORS["empty_root"]
    assert MerkleFrontier().root().hex() == VECTORS["empty_root"]


@pytest.mark.parametrize("size", range(1, 9))
def test_a_tree_has_the_published_root(size: int) -> None:
    frontier = MerkleFrontier()
    frontier.extend(LEAVES[:size])

    assert root_of(LEAVES[:size]) == ROOTS[size - 1]
    assert frontier.root() == ROOTS[size - 1]


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=str)
def test_a_published_inclusion_proof_is_made_and_verified(case: dict[str, Any]) -> None:
    index, size, proof = case["index"], case["size"], _hashes(case["proof"])

    assert inclusion_proof(LEAVES[:size], index) == proof
    assert verify_inclusion(
        leaf=LEAVES[index], index=index, size=size, proof=proof, root=ROOTS[size - 1]
    )


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=str)
def test_a_published_consistency_proof_is_made_and_verified(case: dict[str, Any]) -> None:
    first, second, proof = case["first"], case["second"], _hashes(case["proof"])

    assert consistency_proof(LEAVES[:second], first) == proof
    assert verify_consistency(
        first=first,
        second=second,
        first_root=ROOTS[first - 1],
        second_root=ROOTS[second - 1],
        proof=proof,
    )


@pytest.mark.parametrize("case", VECTORS["inclusion"][1:], ids=str)
def test_a_spoilt_inclusion_proof_does_not_verify(case: dict[str, Any]) -> None:
    index, size, proof = case["index"], case["size"], _hashes(case["proof"])
    leaf, root = LEAVES[index], ROOTS[size - 1]
    good = {"leaf": leaf, "index": index, "size": size, "proof": proof, "root": root}
    spoilt: list[dict[str, Any]] = [
        {"index": index - 1},
        {"index": index + 1},
        {"index": index ^ 2},
        {"size": size * 2},
        {"size": size // 2},
        {"size": 0},
        {"leaf": OTHER},
        {"root": OTHER},
        {"proof": [*proof, b""]},
        {"proof": [*proof, root]},
        {"proof": [root, *proof]},
        {"proof": proof[:-1]},
        {"proof": [OTHER, *proof[1:]]},
        {"proof": [proof[0], OTHER, *proof[1:]]},
    ]

    assert verify_inclusion(**good)
    assert [change for change in spoilt if verify_inclusion(**{**good, **change})] == []


@pytest.mark.parametrize("case", VECTORS["consistency"][1:], ids=str)
def test_a_spoilt_consistency_proof_does_not_verify(case: dict[str, Any]) -> None:
    first, second, proof = case["first"], case["second"], _hashes(case["proof"])
    old, new = ROOTS[first - 1], ROOTS[second - 1]
    good = {
        "first": first,
        "second": second,
        "first_root": old,
        "second_root": new,
        "proof": proof,
    }
    spoilt: list[dict[str, Any]] = [
        {"first": first - 1},
        {"first": first + 1},
        {"first": first ^ 2},
        {"second": second * 2},
        {"second": second // 2},
        {"first_root": OTHER},
        {"second_root": OTHER},
        {"first_root": new, "second_root": old},
        {"proof": []},
        {"proof": [*proof, old]},
        {"proof": [*proof, new]},
        {"proof": [old, *proof]},
        {"proof": [new, *proof]},
        {"proof": [proof[0], *proof]},
        {"proof": proof[:-1]},
        {"proof": [OTHER, *proof[1:]]},
    ]

    assert verify_consistency(**good)
    assert [change for change in spoilt if verify_consistency(**{**good, **change})] == []


@given(leaves=trees)
def test_every_leaf_of_any_tree_is_proved(leaves: list[bytes]) -> None:
    root = root_of(leaves)

    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert verify_inclusion(leaf=leaf, index=index, size=len(leaves), proof=proof, root=root)
        assert not verify_inclusion(
            leaf=OTHER, index=index, size=len(leaves), proof=proof, root=root
        )


@given(leaves=trees)
def test_every_earlier_tree_is_proved_to_be_a_beginning(leaves: list[bytes]) -> None:
    root = root_of(leaves)

    for first in range(1, len(leaves) + 1):
        assert verify_consistency(
            first=first,
            second=len(leaves),
            first_root=root_of(leaves[:first]),
            second_root=root,
            proof=consistency_proof(leaves, first),
        )


@given(leaves=trees, data=st.data())
def test_a_tree_whose_past_was_changed_is_not_consistent(
    leaves: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(min_value=1, max_value=len(leaves)))
    changed = [*leaves]
    changed[data.draw(st.integers(min_value=0, max_value=first - 1))] = OTHER

    assert not verify_consistency(
        first=first,
        second=len(leaves),
        first_root=root_of(leaves[:first]),
        second_root=root_of(changed),
        proof=consistency_proof(changed, first),
    )


@given(leaves=trees)
def test_a_frontier_put_down_and_taken_up_at_every_leaf_has_the_same_root(
    leaves: list[bytes],
) -> None:
    frontier = MerkleFrontier()

    for size, leaf in enumerate(leaves, start=1):
        frontier.append(leaf)
        frontier = MerkleFrontier.parse(frontier.serialise())
        assert (frontier.size, frontier.root()) == (size, root_of(leaves[:size]))


def test_changed_order_changes_the_root() -> None:
    roots = {root_of(LEAVES), root_of(LEAVES[::-1]), root_of([*LEAVES[1:], LEAVES[0]])}

    assert len(roots) == 3


def test_an_inner_node_is_not_taken_for_a_leaf() -> None:
    for left, right in pairwise(LEAVES):
        assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(7),
        (1).to_bytes(8, "big"),
        (0).to_bytes(8, "big") + bytes(32),
        (3).to_bytes(8, "big") + bytes(63),
        (3).to_bytes(8, "big") + bytes(96),
    ],
)
def test_a_frontier_that_does_not_fit_its_size_is_refused(data: bytes) -> None:
    with pytest.raises(NotAFrontier):
        MerkleFrontier.parse(data)


@pytest.mark.parametrize("index", [-1, 8, 9])
def test_a_leaf_that_is_not_there_has_no_proof(index: int) -> None:
    with pytest.raises(NoSuchLeaf):
        inclusion_proof(LEAVES, index)


@pytest.mark.parametrize("first", [-1, 0, 9])
def test_a_size_that_the_tree_never_had_has_no_proof(first: int) -> None:
    with pytest.raises(NoSuchLeaf):
        consistency_proof(LEAVES, first)


@given(st.lists(st.integers(0, 40), max_size=8))
def test_extending_by_any_pieces_is_appending_one_by_one(pieces: list[int]) -> None:
    extended, appended = MerkleFrontier(), MerkleFrontier()
    for number, piece in enumerate(pieces):
        leaves = [leaf_hash(bytes([number, place])) for place in range(piece)]
        extended.extend(leaves)
        for leaf in leaves:
            appended.append(leaf)

    assert extended.serialise() == appended.serialise()
