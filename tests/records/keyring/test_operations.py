"""Making, rolling, rotating and destroying keys, on both root providers, killed at every step."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from records.crypto.errors import CannotOpen
from records.keyring.errors import (
    KeyringKeyDestroyed,
    RootMissing,
    StillInUse,
    UnknownKey,
)
from records.keyring.operations import (
    create_missing,
    destroy_kek_epoch,
    destroy_log_link_key,
    retire_index_version,
    rotate_root,
    start_index_version,
    start_kek_epoch,
)
from records.keyring.queries import forget_keyring, get_keyring, load_keyring
from records.keyring.rules import LINK_NAMES, SEALED_STORES
from tests.factories import NOW
from tests.records.keyring.looks import (
    lasting_keys,
    opens_probe,
    read_raw,
    root_labels,
    start_over,
    wrap_probe,
    wrapped_labels,
)
from tests.records.keyring.processes import killed_after


def test_every_first_key_is_made(provider: str) -> None:
    keyring = get_keyring()

    assert [keyring.current_epoch(store) for store in SEALED_STORES] == [1, 1]
    assert [keyring.index_version(store) for store in SEALED_STORES] == [1, 1]
    assert len({bytes(keyring.link_key(name)) for name in LINK_NAMES}) == len(LINK_NAMES)
    assert len(keyring.ledger_key()) == 32
    assert keyring.log_signing_key().name == "varuh-log"


def test_making_what_is_missing_again_changes_nothing(provider: str, key_file: Path) -> None:
    before = key_file.read_bytes()

    made = create_missing(now=NOW)

    assert made == []
    assert key_file.read_bytes() == before


def test_a_rolled_epoch_is_current_and_the_one_before_still_opens(provider: str) -> None:
    probe = wrap_probe("default", 1)

    number = start_kek_epoch(store="default", now=NOW)

    first, second = get_keyring().epochs("default")
    assert number == get_keyring().current_epoch("default") == second.number == 2
    assert (first.number, first.retired_at, second.retired_at) == (1, NOW, None)
    assert opens_probe("default", 1, probe)
    assert get_keyring().current_epoch("payments") == 1


def test_another_epoch_does_not_open_what_one_wrapped(provider: str) -> None:
    probe = wrap_probe("default", 1)
    start_kek_epoch(store="default", now=NOW)
    assert opens_probe("default", 1, probe)

    with pytest.raises(CannotOpen):
        opens_probe("default", 2, probe)


def test_a_destroyed_epoch_is_gone_from_file_and_provider(provider: str, key_file: Path) -> None:
    start_kek_epoch(store="default", now=NOW)
    wrapped = read_raw()["keys"]["kek/default/1"]["wrapped"]
    assert wrapped.encode() in key_file.read_bytes()
    assert "default/1#1" in root_labels()

    destroy_kek_epoch(store="default", epoch=1)

    assert wrapped.encode() not in key_file.read_bytes()
    assert "default/1#1" not in root_labels()
    assert read_raw()["doomed"] == []
    with pytest.raises(KeyringKeyDestroyed):
        get_keyring().kek("default", 1)
    assert [epoch.number for epoch in get_keyring().epochs("default")] == [2]


def test_destroying_again_does_nothing(provider: str, key_file: Path) -> None:
    start_kek_epoch(store="default", now=NOW)
    destroy_kek_epoch(store="default", epoch=1)
    before = key_file.read_bytes()

    destroy_kek_epoch(store="default", epoch=1)

    assert key_file.read_bytes() == before


def test_the_current_epoch_is_not_destroyed(provider: str) -> None:
    with pytest.raises(StillInUse):
        destroy_kek_epoch(store="default", epoch=1)

    assert get_keyring().current_epoch("default") == 1


def test_an_epoch_that_never_was_is_not_destroyed(provider: str) -> None:
    with pytest.raises(UnknownKey):
        destroy_kek_epoch(store="default", epoch=7)


@pytest.mark.parametrize("store", ["audit", "keys", "", "../x"])
def test_a_store_without_sealed_values_has_no_epoch(provider: str, store: str) -> None:
    with pytest.raises(UnknownKey):
        start_kek_epoch(store=store, now=NOW)


def test_the_number_of_a_destroyed_epoch_is_never_used_again(provider: str) -> None:
    start_kek_epoch(store="default", now=NOW)
    destroy_kek_epoch(store="default", epoch=1)
    create_missing(now=NOW)

    assert start_kek_epoch(store="default", now=NOW) == 3
    with pytest.raises(KeyringKeyDestroyed):
        get_keyring().kek("default", 1)


def test_rotation_gives_new_roots_and_changes_no_key(provider: str) -> None:
    keyring = get_keyring()
    year = bytes(keyring.log_link_key(2026))
    before, probe, old_roots = lasting_keys(keyring), wrap_probe("payments", 1), root_labels()
    entries = read_raw()["keys"]

    generation = rotate_root(now=NOW)

    assert generation == read_raw()["generation"] == 2
    assert lasting_keys(get_keyring()) == before
    assert get_keyring().log_link_key(2026) == year
    assert opens_probe("payments", 1, probe)
    assert root_labels() == wrapped_labels()
    assert set(root_labels()).isdisjoint(old_roots)
    assert {name: entry["created_at"] for name, entry in entries.items()} == {
        name: entry["created_at"] for name, entry in read_raw()["keys"].items()
    }


def test_rotation_tells_how_far_it_is(provider: str) -> None:
    told: list[tuple[int, int]] = []

    rotate_root(now=NOW, progress=lambda done, total: told.append((done, total)))

    total = len(root_labels())
    assert told == [(done, total) for done in range(total + 1)]


def test_each_epoch_version_and_log_year_has_a_root_of_its_own(provider: str) -> None:
    get_keyring().log_link_key(2026)
    get_keyring().log_link_key(2027)
    start_kek_epoch(store="default", now=NOW)
    start_index_version(store="default", now=NOW)

    roots = {name: entry["root"] for name, entry in read_raw()["keys"].items()}

    links = {name: roots.pop(name) for name in [*roots] if name.startswith("link/")}
    assert set(links.values()) == {"links#1"}
    assert len(set(roots.values())) == len(roots)


@pytest.mark.token
def test_a_copy_of_the_file_from_before_a_destruction_opens_nothing(token: Path) -> None:
    create_missing(now=NOW)
    start_kek_epoch(store="default", now=NOW)
    copy = shutil.copy2(token, token.with_name("copy"))
    load_keyring(Path(copy))

    destroy_kek_epoch(store="default", epoch=1)

    with pytest.raises(RootMissing) as caught:
        load_keyring(Path(copy))
    assert caught.value.facts == {"label": "default/1#1"}


@pytest.mark.token
def test_a_copy_of_the_file_from_before_a_rotation_opens_nothing(token: Path) -> None:
    create_missing(now=NOW)
    copy = shutil.copy2(token, token.with_name("copy"))
    load_keyring(Path(copy))

    rotate_root(now=NOW)

    with pytest.raises(RootMissing):
        load_keyring(Path(copy))


def test_a_copy_of_an_embedded_file_still_opens_what_was_destroyed_since(key_file: Path) -> None:
    # Said in the decision record and by varuh.keyring.W001: only the token reaches the copies.
    create_missing(now=NOW)
    start_kek_epoch(store="default", now=NOW)
    copy = shutil.copy2(key_file, key_file.with_name("copy"))
    destroy_kek_epoch(store="default", epoch=1)

    keyring, _ = load_keyring(Path(copy))

    assert keyring.kek("default", 1)


def test_a_new_index_version_stands_beside_the_old_one(provider: str) -> None:
    old = bytes(get_keyring().index_key("default", "table.column", 1))

    version = start_index_version(store="default", now=NOW)

    keyring = get_keyring()
    assert (version, keyring.index_version("default")) == (2, 2)
    assert keyring.index_versions("default") == [1, 2]
    assert keyring.index_key("default", "table.column", 1) == old
    assert keyring.index_key("default", "table.column", 2) != old


def test_a_retired_index_version_is_gone(provider: str) -> None:
    start_index_version(store="default", now=NOW)

    retire_index_version(store="default", version=1)

    assert get_keyring().index_versions("default") == [2]
    assert "index/default/1#1" not in root_labels()
    with pytest.raises(KeyringKeyDestroyed):
        get_keyring().index_key("default", "table.column", 1)


def test_the_newest_index_version_is_not_retired(provider: str) -> None:
    with pytest.raises(StillInUse):
        retire_index_version(store="default", version=1)


def test_the_link_key_of_a_destroyed_log_year_never_comes_back(provider: str) -> None:
    kept = bytes(get_keyring().log_link_key(2027))
    get_keyring().log_link_key(2026)
    assert "log/2026#1" in root_labels()

    destroy_log_link_key(year=2026)

    assert "log/2026#1" not in root_labels()
    with pytest.raises(KeyringKeyDestroyed):
        get_keyring().log_link_key(2026)
    assert get_keyring().log_link_key(2027) == kept


def _with_two_epochs() -> None:
    start_kek_epoch(store="default", now=NOW)


def _with_two_versions() -> None:
    start_index_version(store="default", now=NOW)


def _with_a_log_year() -> None:
    get_keyring().log_link_key(2026)


def _nothing() -> None:
    pass


KILLABLE: dict[str, tuple[Callable[[], object], Callable[[], object], int]] = {
    # what comes before, what is killed, and the steps that it has at least
    "start epoch": (_nothing, lambda: start_kek_epoch(store="default", now=NOW), 3),
    "destroy epoch": (_with_two_epochs, lambda: destroy_kek_epoch(store="default", epoch=1), 5),
    "start index": (_nothing, lambda: start_index_version(store="default", now=NOW), 3),
    "retire index": (
        _with_two_versions,
        lambda: retire_index_version(store="default", version=1),
        5,
    ),
    "first use of a log year": (_nothing, lambda: get_keyring().log_link_key(2026), 3),
    "destroy a log year": (_with_a_log_year, lambda: destroy_log_link_key(year=2026), 5),
    "rotate": (_with_two_epochs, lambda: rotate_root(now=NOW), 40),
}


@pytest.mark.parametrize("case", KILLABLE)
def test_killed_at_any_step_it_is_finished_by_the_next_run(
    case: str, provider: str, key_file: Path
) -> None:
    before, operation, least = KILLABLE[case]
    steps = 0
    killed = True
    while killed:
        steps += 1
        start_over()
        create_missing(now=NOW)
        before()
        lasting, probe = lasting_keys(get_keyring()), wrap_probe("payments", 1)

        killed = killed_after(steps, operation)

        forget_keyring()
        assert lasting_keys(get_keyring()) == lasting, f"in use after {steps} steps"
        if killed:
            operation()
        assert lasting_keys(get_keyring()) == lasting, f"finished after {steps} steps"
        assert opens_probe("payments", 1, probe)
        assert read_raw()["doomed"] == []
        assert read_raw()["rotating_to"] is None
        assert root_labels() == wrapped_labels(), f"an orphan after {steps} steps"
        retired = [epoch.retired_at for epoch in get_keyring().epochs("default")]
        assert retired.index(None) == len(retired) - 1
    assert steps > least


def test_making_the_first_keys_killed_at_any_step_is_finished_by_the_next_run(
    provider: str, key_file: Path
) -> None:
    steps = 0
    killed = True
    while killed:
        steps += 1
        start_over()

        killed = killed_after(steps, lambda: create_missing(now=NOW))

        if killed:
            create_missing(now=NOW)
        assert len(lasting_keys(get_keyring())) == 8
        assert root_labels() == wrapped_labels()
    assert steps > 12


def test_a_rotation_that_was_killed_goes_on_to_the_same_generation(
    provider: str, key_file: Path
) -> None:
    assert killed_after(15, lambda: rotate_root(now=NOW))
    forget_keyring()
    assert read_raw()["rotating_to"] == 2
    assert len({label.rpartition("#")[2] for label in wrapped_labels()}) == 2

    start_kek_epoch(store="payments", now=NOW)

    assert rotate_root(now=NOW) == 2
    assert {label.rpartition("#")[2] for label in wrapped_labels()} == {"2"}
    assert rotate_root(now=NOW) == 3
