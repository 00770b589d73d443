"""One change of the key file, under its lock, with the roots at hand."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from records.crypto.aad import root_aad
from records.crypto.secret import Secret, new_key
from records.keyring.errors import (
    KeyFileMissing,
    KeyringKeyDestroyed,
    ProviderDiffers,
    ProviderUnavailable,
    UnknownKey,
)
from records.keyring.keyfile import (
    FileRoots,
    KeyEntry,
    KeyFile,
    locked,
    read_key_file,
    write_key_file,
)
from records.keyring.ports import RootProvider
from records.keyring.rules import root_label


def open_provider(file: KeyFile) -> RootProvider:
    """Return the root provider of the settings; raise ProviderDiffers where the key file names
    another.
    """
    chosen = settings.KEY_PROVIDER
    if file.provider != chosen:
        raise ProviderDiffers(file=file.provider, settings=chosen)
    if chosen == "file":
        return FileRoots(file)
    if chosen == "pkcs11":
        from records.keyring.pkcs11 import TokenRoots

        return TokenRoots(prefix=f"varuh/{file.id}/")
    raise ProviderUnavailable(provider=chosen, reason="unknown provider")


class Change:
    """The key file and its roots while they are changed. Nothing lasts before `save`."""

    def __init__(self, *, path: Path, file: KeyFile, roots: RootProvider) -> None:
        self.path = path
        self.file = file
        self.roots = roots

    def save(self) -> None:
        """Write the key file."""
        write_key_file(self.path, self.file)

    def add(self, *, name: str, now: datetime) -> None:
        """Make a random key of that name under its root. Raises KeyringKeyDestroyed."""
        self._put(name, new_key(), created_at=now, retired_at=None)

    def reveal(self, name: str) -> Secret:
        """Return the key of that name. Raises UnknownKey, WrongRoot, RootMissing."""
        entry = self.entry(name)
        aad = root_aad(self.file.id, name, entry.root)
        return Secret(self.roots.unwrap(entry.root, entry.wrapped, aad))

    def rewrap(self, name: str) -> str:
        """Wrap the key by its root of the file's newest generation; return the label of the root
        before.
        """
        entry = self.entry(name)
        self._put(name, self.reveal(name), created_at=entry.created_at, retired_at=entry.retired_at)
        return entry.root

    def retire(self, *, name: str, now: datetime) -> None:
        """Write down since when nothing new is made with the key."""
        self.file.keys[name] = replace(self.entry(name), retired_at=now)

    def destroy(self, name: str) -> None:
        """Destroy the key and its root for good: written down, then done. Safe to do again."""
        entry = self.file.keys.pop(name, None)
        if entry is None and name not in self.file.destroyed:
            raise UnknownKey(name=name)
        if entry is not None:
            self.file.destroyed.add(name)
            self.doom([entry.root])
            self.save()
        self.finish()

    def doom(self, labels: Iterable[str]) -> None:
        """Write down roots that are to be destroyed, but for those that still wrap a key."""
        in_use = {entry.root for entry in self.file.keys.values()}
        self.file.doomed = sorted({*self.file.doomed, *labels} - in_use)

    def finish(self) -> None:
        """Destroy the roots that are written down for it."""
        if not self.file.doomed:
            return
        for label in self.file.doomed:
            self.roots.destroy(label)
        self.file.doomed = []
        self.save()

    def entry(self, name: str) -> KeyEntry:
        """Return the wrapped key. Raises KeyringKeyDestroyed, UnknownKey."""
        if name in self.file.destroyed:
            raise KeyringKeyDestroyed(name=name)
        if name not in self.file.keys:
            raise UnknownKey(name=name)
        return self.file.keys[name]

    def _put(
        self, name: str, key: bytes, *, created_at: datetime, retired_at: datetime | None
    ) -> None:
        if name in self.file.destroyed:
            raise KeyringKeyDestroyed(name=name)
        root = root_label(name, self.file.rotating_to or self.file.generation)
        self.roots.create(root)
        wrapped = self.roots.wrap(root, key, root_aad(self.file.id, name, root))
        self.file.keys[name] = KeyEntry(root, wrapped, created_at, retired_at)


@contextmanager
def changing(path: Path, *, or_new: bool = False) -> Iterator[Change]:
    """Hold the lock and hand out the key file as it is now, with its roots; make it where `or_new`
    says so.

    What a killed change left to be destroyed is destroyed first. Raises as `read_key_file` and
    `open_provider`.
    """
    with locked(path):
        try:
            file, _ = read_key_file(path)
        except KeyFileMissing:
            if not or_new:
                raise
            # Written before the first root is made: the roots' labels carry the id.
            file = KeyFile(id=uuid4().hex, provider=settings.KEY_PROVIDER)
            write_key_file(path, file)
        with open_provider(file) as roots:
            change = Change(path=path, file=file, roots=roots)
            change.finish()
            yield change
