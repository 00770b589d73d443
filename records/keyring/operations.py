"""What makes, rolls, rotates and destroys keys. Each may be killed at any point and run again."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from records.keyring.changes import Change, changing
from records.keyring.errors import StillInUse, UnknownKey
from records.keyring.queries import forget_keyring
from records.keyring.rules import (
    SEALED_STORES,
    first_names,
    index_name,
    kek_name,
    log_link_name,
    numbers_of,
    root_group,
    root_label,
)

Progress = Callable[[int, int], None]
"""Called with how many steps are done and how many there are."""


def create_missing(*, now: datetime) -> list[str]:
    """Make the key file where there is none, and every key that a keyring has from the start;
    return their names.

    A store or an index that has a later epoch or version needs no first one.
    """
    path = Path(settings.KEY_FILE)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with changing(path, or_new=True) as change:
        missing = [
            name
            for name in first_names()
            if name not in change.file.keys and name not in change.file.destroyed
        ]
        for name in missing:
            change.add(name=name, now=now)
        if missing:
            change.save()
    forget_keyring()
    return missing


def start_kek_epoch(*, store: str, now: datetime) -> int:
    """Start the store's next KEK epoch, retire the one before, and return the new number. Raises
    UnknownKey.

    Data keys of the epoch before still open; re-wrap them, and destroy it when no backup needs it
    any more.
    """
    _check_store(store)
    with changing(Path(settings.KEY_FILE)) as change:
        prefix = kek_name(store, 0)[:-1]
        number = _next_number(change, prefix)
        for before in numbers_of(prefix, change.file.keys):
            name = kek_name(store, before)
            if change.entry(name).retired_at is None:
                change.retire(name=name, now=now)
        change.add(name=kek_name(store, number), now=now)
        change.save()
    forget_keyring()
    return number


def destroy_kek_epoch(*, store: str, epoch: int) -> None:
    """Destroy a retired KEK epoch and its root for good: no data key of it opens again, in no copy
    of a store.

    With the token provider no copy of the key file opens it either. Safe to run again. Raises
    StillInUse, UnknownKey.
    """
    _destroy_unless_newest(kek_name(store, 0)[:-1], epoch)


def start_index_version(*, store: str, now: datetime) -> int:
    """Start the next version of the store's index keys and return its number; rebuild the indexes,
    then retire the old.

    Raises UnknownKey.
    """
    _check_store(store)
    with changing(Path(settings.KEY_FILE)) as change:
        number = _next_number(change, index_name(store, 0)[:-1])
        change.add(name=index_name(store, number), now=now)
        change.save()
    forget_keyring()
    return number


def retire_index_version(*, store: str, version: int) -> None:
    """Destroy an index version that a newer one has replaced, so that its values say nothing in old
    copies.

    Safe to run again. Raises StillInUse, UnknownKey.
    """
    _destroy_unless_newest(index_name(store, 0)[:-1], version)


def destroy_log_link_key(*, year: int) -> None:
    """Destroy the audit link key of a log year for good. Safe to run again. Raises UnknownKey."""
    with changing(Path(settings.KEY_FILE)) as change:
        change.destroy(log_link_name(year))
    forget_keyring()


def rotate_root(*, now: datetime, progress: Progress | None = None) -> int:
    """Give every key a new root, destroy the old roots, and return the new generation; the keys do
    not change.

    Written down at the start and after each root, so that a run which was killed is finished by the
    next one. With the token provider, copies of the key file from before open nothing any more:
    copy the file anew afterwards.
    """
    with changing(Path(settings.KEY_FILE)) as change:
        file = change.file
        if file.rotating_to is None:
            file.rotating_to, file.rotated_at = file.generation + 1, now
            change.save()
        names_of_group: dict[str, list[str]] = {}
        for name in sorted(file.keys):
            names_of_group.setdefault(root_group(name), []).append(name)
        for done, names in enumerate(names_of_group.values()):
            if progress is not None:
                progress(done, len(names_of_group))
            _move_to_new_root(change, names)
        # Only now, so that a process that is just reading the file finds every root it names.
        change.finish()
        file.generation, file.rotating_to = file.rotating_to, None
        change.save()
        if progress is not None:
            progress(len(names_of_group), len(names_of_group))
        generation = file.generation
    forget_keyring()
    return generation


def _move_to_new_root(change: Change, names: list[str]) -> None:
    """Rewrap one group's keys and write their old root down, unless an earlier run has done it."""
    target = change.file.rotating_to or change.file.generation
    old = [name for name in names if change.entry(name).root != root_label(name, target)]
    if not old:
        return
    before = [change.rewrap(name) for name in old]
    change.doom(before)
    change.save()


def _destroy_unless_newest(prefix: str, number: int) -> None:
    with changing(Path(settings.KEY_FILE)) as change:
        if number == max(numbers_of(prefix, change.file.keys), default=0):
            raise StillInUse(name=f"{prefix}{number}")
        change.destroy(f"{prefix}{number}")
    forget_keyring()


def _next_number(change: Change, prefix: str) -> int:
    """Return a number that no key of that prefix has or had."""
    return max(numbers_of(prefix, {*change.file.keys, *change.file.destroyed}), default=0) + 1


def _check_store(store: str) -> None:
    if store not in SEALED_STORES:
        raise UnknownKey(name=kek_name(store, 1))
