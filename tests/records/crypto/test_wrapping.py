"""AES-256-GCM against published vectors, and keys that wrap keys."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.crypto import wrapping
from records.crypto.errors import CannotOpen, UnusableKey
from records.crypto.secret import Secret, new_key
from records.crypto.wrapping import WrappingKey
from tests.vectors import read_vectors

VECTORS = read_vectors("aes_gcm")


def _wrapped(vector: dict[str, str]) -> bytes:
    return b"\x01" + bytes.fromhex(vector["iv"] + vector["ciphertext"] + vector["tag"])


def _names(vectors: list[dict[str, str]]) -> list[str]:
    return [vector["name"] for vector in vectors]


@pytest.mark.parametrize("vector", VECTORS["opens"], ids=_names(VECTORS["opens"]))
def test_a_published_ciphertext_opens(vector: dict[str, str]) -> None:
    key = WrappingKey(bytes.fromhex(vector["key"]))

    opened = key.unwrap(_wrapped(vector), bytes.fromhex(vector["aad"]))

    assert opened.hex() == vector["plaintext"]


@pytest.mark.parametrize("vector", VECTORS["opens"], ids=_names(VECTORS["opens"]))
def test_a_published_plaintext_gives_its_ciphertext(
    vector: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = WrappingKey(bytes.fromhex(vector["key"]))
    monkeypatch.setattr(wrapping, "urandom", lambda _size: bytes.fromhex(vector["iv"]))

    wrapped = key.wrap(bytes.fromhex(vector["plaintext"]), bytes.fromhex(vector["aad"]))

    assert wrapped == _wrapped(vector)


@pytest.mark.parametrize("vector", VECTORS["fails"], ids=_names(VECTORS["fails"]))
def test_a_published_forgery_does_not_open(vector: dict[str, Any]) -> None:
    key = WrappingKey(bytes.fromhex(vector["key"]))

    with pytest.raises(CannotOpen):
        key.unwrap(_wrapped(vector), bytes.fromhex(vector["aad"]))


@given(key=st.binary(min_size=32, max_size=32), aad=st.binary(max_size=80))
def test_a_wrapped_key_unwraps_to_itself(key: bytes, aad: bytes) -> None:
    kek = WrappingKey(new_key())

    unwrapped = kek.unwrap(kek.wrap(key, aad), aad)

    assert unwrapped == key
    assert type(unwrapped) is Secret


def test_two_wraps_of_one_key_differ() -> None:
    kek, key = WrappingKey(new_key()), new_key()

    assert kek.wrap(key, b"") != kek.wrap(key, b"")


def test_another_kek_does_not_unwrap() -> None:
    wrapped = WrappingKey(new_key()).wrap(new_key(), b"aad")

    with pytest.raises(CannotOpen):
        WrappingKey(new_key()).unwrap(wrapped, b"aad")


@pytest.mark.parametrize("size", [0, 16, 24, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(UnusableKey):
        WrappingKey(bytes(size))


def test_many_keys_are_wrapped_as_one_is() -> None:
    root = WrappingKey(new_key())
    keys = [new_key() for _ in range(3)]
    aads = [b"1", b"2", b"3"]

    wrapped = root.wrap_all(keys, aads)

    assert [root.unwrap(one, aad) for one, aad in zip(wrapped, aads, strict=True)] == keys
    assert len({one[1:13] for one in wrapped}) == 3
    with pytest.raises(CannotOpen):
        root.unwrap(wrapped[0], aads[1])
    with pytest.raises(ValueError, match="shorter"):
        root.wrap_all(keys, aads[:2])
