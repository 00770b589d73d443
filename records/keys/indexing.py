"""Computing blind indexes of plain values."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model

from records.crypto.blind_index import blind_index
from records.crypto.encoding import encode_parts
from records.keyring.queries import Keyring, get_keyring
from records.keys.errors import IndexIncomplete
from records.keys.fields.blind import BlindIndexField, IndexValue
from records.keys.normalising import normaliser
from records.keys.plans import SealedPlan
from records.keys.values import TO_BYTES


class IndexMaker:
    """One blind index, with its keys at hand: newest version first, or one version alone."""

    def __init__(
        self, plan: SealedPlan, index: BlindIndexField, *, version: int | None = None
    ) -> None:
        keyring = get_keyring()
        versions = keyring.index_versions(plan.store)[::-1] if version is None else [version]
        column = f"{plan.model._meta.db_table}.{index.column}"
        self.index = index
        self._keys = [keyring.index_key(plan.store, column, one) for one in versions]
        self._kinds = [plan.column(name).kind for name in index.of]
        self._normal: Callable[[str], str] = normaliser(index.normalise)

    def normalised(self, values: Sequence[object]) -> bytes:
        """Return the one form of these values that is hashed and compared."""
        if len(values) != len(self._kinds) or any(value is None for value in values):
            raise IndexIncomplete(index=self.index.name, parts=len(self._kinds))
        parts = []
        for kind, value in zip(self._kinds, values, strict=True):
            seen = self._normal(value) if kind == "text" and isinstance(value, str) else value
            parts.append(TO_BYTES[kind](seen))
        return encode_parts(*parts)

    def value(self, values: Sequence[object]) -> IndexValue:
        """Return what to look for: the index value under every version in use."""
        message, bits = self.normalised(values), self.index.bits
        return IndexValue.of_versions([blind_index(key, message, bits=bits) for key in self._keys])

    def newest(self, values: Sequence[object]) -> int:
        """Return what to store: the index value under the newest version."""
        return blind_index(self._keys[0], self.normalised(values), bits=self.index.bits)


class _Makers:
    """The makers of one state of the keyring, so that a search need not prepare them again."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self.made: dict[tuple[type[Model], str], IndexMaker] = {}


_makers: _Makers | None = None


def maker_of(plan: SealedPlan, index: BlindIndexField) -> IndexMaker:
    """Return the maker of this index, under the versions in use."""
    global _makers  # noqa: PLW0603  # one keyring a process, and so one set of makers
    keyring = get_keyring()
    makers = _makers
    if makers is None or makers.keyring is not keyring:
        makers = _makers = _Makers(keyring)
    place = plan.model, index.attname
    maker = makers.made.get(place)
    if maker is None:
        maker = makers.made[place] = IndexMaker(plan, index)
    return maker


def index_columns(
    makers: Sequence[IndexMaker], mapping: Any, *, whole: bool = False
) -> dict[str, int | None]:
    """Return the index columns of one row that follow from the given plain values.

    An index of which some parts are given and some are not raises IndexIncomplete; one of which a
    part is None is NULL. `whole` demands every part of every index.
    """
    found: dict[str, int | None] = {}
    for maker in makers:
        index = maker.index
        given = [name for name in index.of if name in mapping]
        if not given and not whole:
            continue
        if len(given) != len(index.of):
            raise IndexIncomplete(index=index.name, parts=len(index.of), given=len(given))
        parts = [mapping[name] for name in index.of]
        missing = any(part is None for part in parts)
        found[index.attname] = None if missing else maker.newest(parts)
    return found
