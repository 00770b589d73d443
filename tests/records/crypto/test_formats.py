"""Every frozen value still opens: the formats last longer than the code."""

from typing import Any
from uuid import UUID

import pytest

from records.crypto.aad import cell_aad, key_aad
from records.crypto.blind_index import blind_index
from records.crypto.cells import CellKey, generation_of
from records.crypto.checkpoints import SigningKey, parse_checkpoint, verify
from records.crypto.derive import derive_key
from records.crypto.merkle import MerkleFrontier, leaf_hash
from records.crypto.pseudonyms import pseudonym
from records.crypto.wrapping import WrappingKey
from tests.vectors import read_vectors

FROZEN = read_vectors("formats_1")


@pytest.mark.parametrize("frozen", FROZEN["cells"], ids=lambda one: str(one["generation"]))
def test_a_frozen_cell_opens(frozen: dict[str, Any]) -> None:
    row, subject = bytes.fromhex(frozen["row"]), bytes.fromhex(frozen["subject"])
    generation = frozen["generation"]
    aad = cell_aad(frozen["store"], frozen["table"], frozen["column"], row, subject, generation)
    cell = bytes.fromhex(frozen["cell"])

    opened = CellKey(bytes.fromhex(frozen["key"]), generation).open(cell, aad)

    assert aad.hex() == frozen["aad"]
    assert generation_of(cell) == generation
    assert opened.decode() == frozen["plaintext"]


def test_a_frozen_wrapped_key_unwraps() -> None:
    frozen = FROZEN["wrapped_data_key"]
    aad = key_aad(
        frozen["store"],
        bytes.fromhex(frozen["pseudonym"]),
        frozen["generation"],
        frozen["epoch"],
    )

    key = WrappingKey(bytes.fromhex(frozen["kek"])).unwrap(bytes.fromhex(frozen["wrapped"]), aad)

    assert aad.hex() == frozen["aad"]
    assert bytes(key).hex() == frozen["key"]


def test_a_frozen_pseudonym_is_the_same() -> None:
    frozen = FROZEN["pseudonym"]
    row, text = frozen["parts"]

    made = pseudonym(bytes.fromhex(frozen["key"]), bytes.fromhex(row), text)

    assert made == UUID(frozen["uuid"])


@pytest.mark.parametrize("frozen", FROZEN["blind_index"], ids=lambda one: str(one["bits"]))
def test_a_frozen_index_value_is_the_same(frozen: dict[str, Any]) -> None:
    key, value = bytes.fromhex(frozen["key"]), frozen["value"].encode()

    assert blind_index(key, value, bits=frozen["bits"]) == frozen["index"]


def test_a_frozen_derived_key_is_the_same() -> None:
    frozen = FROZEN["derived_key"]

    derived = derive_key(bytes.fromhex(frozen["key"]), frozen["label"])

    assert bytes(derived).hex() == frozen["derived"]


def test_a_frozen_frontier_is_taken_up() -> None:
    frozen = FROZEN["frontier"]
    made = MerkleFrontier()
    made.extend(leaf_hash(bytes((number,))) for number in range(frozen["leaves"]))

    taken_up = MerkleFrontier.parse(bytes.fromhex(frozen["serialised"]))

    assert (taken_up.size, taken_up.root().hex()) == (frozen["leaves"], frozen["root"])
    assert made.serialise() == taken_up.serialise()


def test_a_frozen_checkpoint_verifies() -> None:
    frozen = FROZEN["checkpoint"]
    key = SigningKey(bytes.fromhex(frozen["seed"]), frozen["name"])

    body = verify(frozen["note"], name=frozen["name"], public_key=key.public_key)

    assert key.verifier == frozen["verifier"]
    assert parse_checkpoint(body).origin == frozen["origin"]
    assert parse_checkpoint(body).root.hex() == FROZEN["frontier"]["root"]
