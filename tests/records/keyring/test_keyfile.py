"""The key file: its mode, its format, and that it is replaced whole or not at all."""

import json
import os
import pickle
import shutil
import time
from collections.abc import Callable
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.crypto.secret import Secret, new_key
from records.crypto.wrapping import WrappingKey
from records.keyring import keyfile
from records.keyring.changes import changing
from records.keyring.errors import (
    KeyFileExposed,
    KeyFileMissing,
    KeyFileNotWritable,
    KeyFileUnreadable,
    KeyringKeyDestroyed,
    ProviderDiffers,
    RootMissing,
    WrongRoot,
)
from records.keyring.keyfile import (
    FileRoots,
    KeyEntry,
    KeyFile,
    locked,
    parse,
    read_key_file,
    serialise,
)
from records.keyring.operations import create_missing, start_kek_epoch
from records.keyring.queries import forget_keyring, get_keyring, load_keyring
from tests.factories import NOW
from tests.records.keyring.looks import read_raw
from tests.records.keyring.processes import in_child
from tests.vectors import read_vectors

FROZEN = read_vectors("key_file_1")


def _write_raw(path: Path, raw: object) -> None:
    path.write_text(json.dumps(raw))
    path.chmod(0o600)
    forget_keyring()


@pytest.fixture
def made(key_file: Path) -> Path:
    """A key file with every first key."""
    create_missing(now=NOW)
    return key_file


def test_the_frozen_file_opens(key_file: Path) -> None:
    key_file.parent.mkdir()
    _write_raw(key_file, FROZEN["file"])
    expect, keyring = FROZEN["expect"], get_keyring()

    def digest(key: bytes) -> str:
        return sha256(key).hexdigest()

    assert {name: digest(keyring.link_key(name)) for name in expect["links"]} == expect["links"]
    assert digest(keyring.log_link_key(2026)) == expect["log"]["2026"]
    assert digest(keyring.index_key("default", "t.c", 1)) == expect["index"]["default/1"]
    assert digest(keyring.index_key("payments", "t.c", 2)) == expect["index"]["payments/2"]
    assert digest(keyring.ledger_key()) == expect["ledger"]
    assert digest(keyring.secret("sessions")) == expect["secret"]
    assert keyring.log_signing_key().verifier == expect["verifier"]
    for place, wrapped in expect["keks"].items():
        store, _, epoch = place.partition("/")
        opened = keyring.kek(store, int(epoch)).unwrap(
            bytes.fromhex(wrapped), bytes.fromhex(expect["kek_aad"])
        )
        assert bytes(opened).hex() == expect["kek_wraps"]
    with pytest.raises(KeyringKeyDestroyed):
        keyring.kek("default", 1)
    with pytest.raises(KeyringKeyDestroyed):
        keyring.log_link_key(2025)


def test_the_frozen_file_is_written_as_it_was_read() -> None:
    data = json.dumps(FROZEN["file"]).encode()

    assert json.loads(serialise(parse(data))) == FROZEN["file"]


def test_it_is_made_for_its_owner_only(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o600


def test_it_stays_for_its_owner_only_whatever_the_umask(made: Path) -> None:
    before = os.umask(0)
    try:
        start_kek_epoch(store="default", now=NOW)
    finally:
        os.umask(before)

    assert made.stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o077 for path in made.parent.iterdir()} == {0}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o620, 0o610])
def test_one_that_others_have_a_right_to_is_refused(made: Path, mode: int) -> None:
    made.chmod(mode)
    forget_keyring()

    with pytest.raises(KeyFileExposed) as caught:
        get_keyring()
    assert caught.value.facts["mode"] == f"{mode:04o}"
    with pytest.raises(KeyFileExposed):
        start_kek_epoch(store="default", now=NOW)


def test_one_that_is_missing_is_told_so_and_not_made_by_reading(key_file: Path) -> None:
    with pytest.raises(KeyFileMissing):
        get_keyring()
    with pytest.raises(KeyFileMissing):
        start_kek_epoch(store="default", now=NOW)
    key_file.parent.mkdir()
    with pytest.raises(KeyFileMissing):
        start_kek_epoch(store="default", now=NOW)

    assert not key_file.exists()


def test_one_that_cannot_be_written_stays_as_it_was(made: Path) -> None:
    before = made.read_bytes()
    made.with_name("varuh.keys.new").mkdir()

    with pytest.raises(KeyFileNotWritable):
        start_kek_epoch(store="default", now=NOW)

    assert made.read_bytes() == before
    assert get_keyring().current_epoch("default") == 1


def test_a_lock_that_cannot_be_taken_is_told(made: Path) -> None:
    lock = made.with_name("varuh.keys.lock")
    lock.unlink()
    lock.mkdir()

    with pytest.raises(KeyFileNotWritable):
        get_keyring().log_link_key(2026)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"\x00\xff" + data,
        lambda data: data.replace(b'"format": 1', b'"format": 2'),
        lambda data: data.replace(b'"serial"', b'"cereal"'),
        lambda data: data.replace(b'"wrapped": "', b'"wrapped": "*'),
        lambda data: data.replace(b"+00:00", b""),
        lambda _data: b"[]",
        lambda _data: b'"varuh"',
    ],
    ids=["empty", "cut", "junk", "format", "field", "base64", "time", "list", "text"],
)
def test_one_that_is_no_key_file_is_refused(made: Path, spoil: Callable[[bytes], bytes]) -> None:
    made.write_bytes(spoil(made.read_bytes()))
    forget_keyring()

    with pytest.raises(KeyFileUnreadable) as caught:
        get_keyring()
    assert caught.value.__cause__ is None


def test_two_keys_that_changed_places_do_not_open(made: Path) -> None:
    raw = read_raw()
    keys = raw["keys"]
    keys["link/wallet"], keys["link/presentation"] = keys["link/presentation"], keys["link/wallet"]
    _write_raw(made, raw)

    with pytest.raises(WrongRoot):
        get_keyring()


def test_an_epoch_that_pretends_to_be_another_does_not_open(made: Path) -> None:
    raw = read_raw()
    raw["keys"]["kek/default/2"] = raw["keys"]["kek/default/1"]
    _write_raw(made, raw)

    with pytest.raises(WrongRoot):
        get_keyring()


def test_a_key_of_another_installation_does_not_open(made: Path) -> None:
    raw = read_raw()
    raw["id"] = "0" * 32
    _write_raw(made, raw)

    with pytest.raises(WrongRoot):
        get_keyring()


def test_another_root_does_not_open(made: Path) -> None:
    raw = read_raw()
    raw["roots"]["links#1"] = raw["roots"]["ledger#1"]
    _write_raw(made, raw)

    with pytest.raises(WrongRoot):
        get_keyring()


@pytest.mark.parametrize("key", ["", "AAAA"])
def test_a_root_of_another_length_is_a_wrong_root(made: Path, key: str) -> None:
    raw = read_raw()
    raw["roots"]["links#1"] = key
    _write_raw(made, raw)

    with pytest.raises(WrongRoot):
        get_keyring()


def test_a_missing_root_is_told_by_its_label(made: Path) -> None:
    raw = read_raw()
    del raw["roots"]["links#1"]
    _write_raw(made, raw)

    with pytest.raises(RootMissing) as caught:
        get_keyring()
    assert caught.value.facts == {"label": "links#1"}


def test_the_file_of_another_provider_is_refused(made: Path, settings: Any) -> None:
    settings.KEY_PROVIDER = "pkcs11"

    with pytest.raises(ProviderDiffers):
        get_keyring()


def test_a_writer_killed_before_the_end_leaves_the_old_file(made: Path) -> None:
    before = made.read_bytes()

    def die_half_way() -> None:
        keyfile.serialise = lambda _file: os._exit(9)
        start_kek_epoch(store="default", now=NOW)

    assert in_child(die_half_way) == 9

    assert made.read_bytes() == before
    assert made.with_name("varuh.keys.new").exists()
    assert start_kek_epoch(store="default", now=NOW) == 2
    assert not made.with_name("varuh.keys.new").exists()


def test_the_lock_of_a_killed_writer_is_free(made: Path) -> None:
    def die_inside() -> None:
        with locked(made):
            os._exit(9)

    assert in_child(die_inside) == 9

    assert start_kek_epoch(store="default", now=NOW) == 2


def test_a_writer_waits_for_the_other(made: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"

    def hold() -> None:
        with changing(made) as change:
            inside.touch()
            time.sleep(0.5)
            change.file.destroyed.add("held/1")
            change.save()

    child = os.fork()
    if child == 0:
        try:
            hold()
        finally:
            os._exit(0)
    while not inside.exists():
        time.sleep(0.01)
    start_kek_epoch(store="default", now=NOW)
    os.waitpid(child, 0)

    assert "held/1" in read_raw()["destroyed"]
    assert "kek/default/2" in read_raw()["keys"]


def test_a_reader_never_sees_half_a_file(made: Path) -> None:
    def write_and_write() -> None:
        file, _ = read_key_file(made)
        for _number in range(100):
            keyfile.write_key_file(made, file)

    child = os.fork()
    if child == 0:
        try:
            write_and_write()
        finally:
            os._exit(0)
    seen = set()
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        seen.add(load_keyring(made)[0].serial)

    assert read_raw()["serial"] == 102
    assert len(seen) > 1


def test_what_holds_the_file_in_memory_shows_no_key(made: Path) -> None:
    file, _ = read_key_file(made)

    shown = repr(file) + repr(file.keys["ledger"]) + str(file.roots["ledger#1"])

    assert "ledger#1" in shown
    for root in read_raw()["roots"].values():
        assert root not in shown
    for key in file.roots.values():
        assert bytes(key).hex() not in shown
        assert repr(bytes(key)) not in shown
    with pytest.raises(TypeError):
        pickle.dumps(file)


def test_every_write_counts(made: Path) -> None:
    before = read_raw()["serial"]

    start_kek_epoch(store="default", now=NOW)

    assert read_raw()["serial"] == before + 1


def test_roots_in_the_file_do_as_a_provider_does() -> None:
    file = KeyFile(id="x", provider="file")
    key = new_key()

    with FileRoots(file) as roots:
        roots.create("one#1")
        before = file.roots["one#1"]
        roots.create("one#1")
        wrapped = roots.wrap("one#1", key, b"aad")
        assert file.roots["one#1"] is before
        assert roots.labels() == ["one#1"]
        assert roots.unwrap("one#1", wrapped, b"aad") == key
        assert WrappingKey(before).unwrap(wrapped, b"aad") == key
        with pytest.raises(WrongRoot):
            roots.unwrap("one#1", wrapped, b"other")
        roots.destroy("one#1")
        roots.destroy("one#1")
        with pytest.raises(RootMissing):
            roots.unwrap("one#1", wrapped, b"aad")
        assert roots.labels() == []


def test_a_copy_by_name_alone_is_a_whole_key_file(made: Path) -> None:
    copy = made.with_name("escrow")
    shutil.copy2(made, copy)

    assert load_keyring(copy)[0].ledger_key() == get_keyring().ledger_key()


times = st.datetimes(timezones=st.just(UTC))
names = st.text(alphabet="abc/#0123456789", min_size=1, max_size=12)
entries = st.builds(
    KeyEntry,
    root=names,
    wrapped=st.binary(max_size=61),
    created_at=times,
    retired_at=st.none() | times,
)
files = st.builds(
    KeyFile,
    id=names,
    provider=st.just("file"),
    serial=st.integers(min_value=0),
    generation=st.integers(min_value=1),
    rotating_to=st.none() | st.integers(min_value=2),
    rotated_at=st.none() | times,
    keys=st.dictionaries(names, entries, max_size=4),
    destroyed=st.sets(names, max_size=3),
    doomed=st.lists(names, max_size=3).map(sorted),
    roots=st.dictionaries(names, st.binary(min_size=32, max_size=32).map(Secret), max_size=3),
)


@given(file=files)
def test_any_file_is_read_as_it_was_written(file: KeyFile) -> None:
    assert parse(serialise(file)) == file
