"""Keys do not print, pickle or copy themselves."""

import copy
import pickle
import traceback

import pytest

from records.crypto.cells import CellKey
from records.crypto.checkpoints import SigningKey
from records.crypto.pseudonyms import Pseudonymiser
from records.crypto.secret import Secret, new_key
from records.crypto.wrapping import WrappingKey

RAW = b"\x41" * 32
HOLDERS = [
    Secret(RAW),
    CellKey(RAW, 1),
    WrappingKey(RAW),
    SigningKey(RAW, "varuh-log"),
    Pseudonymiser(RAW),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_a_key_does_not_show_itself(holder: object) -> None:
    shown = f"{holder!r} {holder} {holder!s} %s %r" % (holder, holder)

    assert "AAAA" not in shown
    assert RAW.hex() not in shown


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_key_is_not_pickled(holder: object, protocol: int) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(holder, protocol)


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
def test_a_key_is_not_copied(holder: object, way: object) -> None:
    with pytest.raises(TypeError, match="not pickled or copied"):
        way(holder)  # type: ignore[operator]


@pytest.mark.parametrize("holder", HOLDERS[1:], ids=lambda holder: type(holder).__name__)
def test_a_key_has_no_dictionary_to_look_into(holder: object) -> None:
    with pytest.raises(TypeError):
        vars(holder)


def test_a_traceback_with_its_variables_shows_no_key() -> None:
    def fail(key: bytes) -> None:
        held = {"key": key}
        raise RuntimeError(str(held))

    with pytest.raises(RuntimeError) as caught:
        fail(Secret(RAW))

    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "<secret>" in "".join(told.format())
    assert "AAAA" not in "".join(told.format())


def test_a_secret_is_used_as_bytes_are() -> None:
    secret = Secret(RAW)

    assert secret == RAW
    assert bytes(secret).hex() == RAW.hex()
    assert hash(secret) == hash(RAW)


def test_new_keys_are_of_32_bytes_and_never_the_same() -> None:
    keys = {bytes(new_key()) for _ in range(100)}

    assert len(keys) == 100
    assert {len(key) for key in keys} == {32}
