"""The keys of a process: loaded once, known anew when another process changes them."""

import copy
import os
import pickle
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from records.crypto.secret import Secret
from records.keyring import queries
from records.keyring.errors import KeyringKeyDestroyed, UnknownKey
from records.keyring.operations import destroy_kek_epoch, rotate_root, start_kek_epoch
from records.keyring.queries import LOOK_AGAIN_SECONDS, forget_keyring, get_keyring
from tests.factories import NOW
from tests.records.keyring.looks import lasting_keys, read_raw
from tests.records.keyring.processes import in_child


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A monotonic clock that stands still, and a way to let it run."""
    at = [1000.0]

    def run(seconds: float) -> None:
        at[0] += seconds

    monkeypatch.setattr(queries, "monotonic", lambda: at[0])
    forget_keyring()
    return run


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often the key file was looked at, and how often it was loaded."""
    counts = {"looks": 0, "loads": 0}
    signature_of, load_keyring = queries.signature_of, queries.load_keyring

    def look(path: Path) -> queries.Signature:
        counts["looks"] += 1
        return signature_of(path)

    def load(path: Path) -> tuple[queries.Keyring, queries.Signature]:
        counts["loads"] += 1
        return load_keyring(path)

    monkeypatch.setattr(queries, "signature_of", look)
    monkeypatch.setattr(queries, "load_keyring", load)
    return counts


def test_keys_are_loaded_once_and_the_file_is_not_looked_at_for_half_a_second(
    provider: str, clock: Callable[[float], None], counted: dict[str, int]
) -> None:
    held = {id(get_keyring()) for _ in range(1000)}

    assert len(held) == 1
    assert counted == {"looks": 0, "loads": 1}


def test_a_file_that_did_not_change_is_looked_at_and_not_loaded_again(
    provider: str, clock: Callable[[float], None], counted: dict[str, int]
) -> None:
    before = get_keyring()

    clock(LOOK_AGAIN_SECONDS)

    assert {id(get_keyring()) for _ in range(1000)} == {id(before)}
    assert counted == {"looks": 1, "loads": 1}


def test_what_another_process_started_is_known_after_half_a_second(
    provider: str, clock: Callable[[float], None]
) -> None:
    assert get_keyring().current_epoch("default") == 1
    assert in_child(lambda: start_kek_epoch(store="default", now=NOW)) == 0
    assert get_keyring().current_epoch("default") == 1

    clock(LOOK_AGAIN_SECONDS)

    assert get_keyring().current_epoch("default") == 2


def test_what_another_process_destroyed_is_gone_after_half_a_second(
    provider: str, clock: Callable[[float], None]
) -> None:
    start_kek_epoch(store="default", now=NOW)
    assert get_keyring().kek("default", 1)
    assert in_child(lambda: destroy_kek_epoch(store="default", epoch=1)) == 0

    clock(LOOK_AGAIN_SECONDS)

    with pytest.raises(KeyringKeyDestroyed):
        get_keyring().kek("default", 1)


def test_a_forked_process_loads_its_own_keys(provider: str, counted: dict[str, int]) -> None:
    parent = get_keyring()  # held, so that its address is not given to the child's
    before = lasting_keys(parent)
    assert counted["loads"] == 1

    def look() -> None:
        assert queries._held is None
        assert lasting_keys(get_keyring()) == before
        assert get_keyring() is not parent
        assert counted["loads"] == 2

    assert in_child(look) == 0


def test_a_fork_while_another_thread_loads_does_not_hang(provider: str) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with queries._loading:
            inside.set()
            go_on.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(30)
    try:
        forget_keyring()
        assert in_child(get_keyring) == 0
    finally:
        go_on.set()
        thread.join()


def test_threads_that_ask_at_once_get_one_keyring(provider: str, counted: dict[str, int]) -> None:
    forget_keyring()
    together, got = threading.Barrier(8), []

    def ask() -> None:
        together.wait(30)
        got.append(id(get_keyring()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 8
    assert len(set(got)) == 1
    assert counted["loads"] == 1


def test_threads_that_use_a_log_year_first_get_one_key(provider: str) -> None:
    together, got = threading.Barrier(6), []

    def ask() -> None:
        together.wait(30)
        got.append(bytes(get_keyring().log_link_key(2031)))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 6
    assert len(set(got)) == 1


def test_processes_that_use_a_log_year_first_get_one_key(provider: str, tmp_path: Path) -> None:
    start, children = tmp_path / "start", []

    def ask(number: int) -> None:
        while not start.exists():
            pass
        key = get_keyring().log_link_key(2031)
        (tmp_path / f"got-{number}").write_text(sha256(key).hexdigest())

    for number in range(5):
        child = os.fork()
        if child == 0:
            try:
                ask(number)
            finally:
                os._exit(0)
        children.append(child)
    start.touch()
    for child in children:
        os.waitpid(child, 0)

    got = [path.read_text() for path in tmp_path.glob("got-*")]
    assert got == [sha256(get_keyring().log_link_key(2031)).hexdigest()] * 5
    assert [name for name in read_raw()["keys"] if name.startswith("log/")] == ["log/2031"]


def test_a_reader_never_stumbles_over_a_rotation(provider: str) -> None:
    wallet = bytes(get_keyring().link_key("wallet"))
    turns, had_a_turn = os.pipe()

    def rotate_and_rotate() -> None:
        for _ in range(4):
            rotate_root(now=NOW)
            # Locks are not fair: the reader would get its turn after the last one.
            os.read(turns, 1)

    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(had_a_turn)
            rotate_and_rotate()
            status = 0
        finally:
            os._exit(status)
    loads, ended = 0, (0, 0)
    while ended == (0, 0):
        forget_keyring()
        assert get_keyring().link_key("wallet") == wallet
        loads += 1
        os.write(had_a_turn, b".")
        ended = os.waitpid(child, os.WNOHANG)
    os.close(had_a_turn)
    os.close(turns)

    assert os.waitstatus_to_exitcode(ended[1]) == 0
    assert loads >= 4
    assert read_raw()["generation"] == 5


def test_each_log_year_has_a_key_of_its_own(provider: str) -> None:
    keys = {bytes(get_keyring().log_link_key(year)) for year in (2025, 2026, 2027)}

    assert len(keys) == 3


@pytest.mark.parametrize("year", [0, 1999, 2200, -2026])
def test_a_year_that_is_none_gets_no_key(provider: str, year: int) -> None:
    with pytest.raises(UnknownKey):
        get_keyring().log_link_key(year)

    assert not [name for name in read_raw()["keys"] if name.startswith("log/")]


def test_what_is_not_there_is_unknown(provider: str) -> None:
    keyring = get_keyring()

    for ask in (
        lambda: keyring.kek("default", 2),
        lambda: keyring.kek("audit", 1),
        lambda: keyring.current_epoch("audit"),
        lambda: keyring.epochs("default/1"),
        lambda: keyring.link_key("other"),
        lambda: keyring.index_key("default", "table.column", 2),
        lambda: keyring.index_version("keys"),
    ):
        with pytest.raises(UnknownKey):
            ask()


def test_columns_and_secrets_have_keys_of_their_own(provider: str) -> None:
    keyring = get_keyring()

    keys = {
        bytes(keyring.index_key("default", "person.phone", 1)),
        bytes(keyring.index_key("default", "person.email", 1)),
        bytes(keyring.index_key("payments", "person.phone", 1)),
        bytes(keyring.secret("sessions")),
        bytes(keyring.secret("one-time codes")),
        bytes(keyring.ledger_key()),
    }

    assert len(keys) == 6


def test_the_keyring_shows_and_hands_on_no_key(provider: str) -> None:
    keyring = get_keyring()
    secrets = [keyring.link_key("wallet"), keyring.ledger_key(), keyring.secret("sessions")]
    secrets += [keyring.index_key("default", "t.c", 1), keyring.log_link_key(2026)]

    assert repr(keyring) == str(keyring) == "<Keyring>"
    assert {type(secret) for secret in secrets} == {Secret}
    assert {f"{secret}{secret!r}{secret!s}" for secret in secrets} == {"<secret>" * 3}
    with pytest.raises(TypeError):
        vars(keyring)
    for hand_on in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            hand_on(keyring)
