"""The blind index: exact search over sealed values.

What leaks stands beside each declaration, in `leakage`: equal values have equal index values, so a
reader of the database learns who shares a value, and how often it occurs. A truncated index blurs
this: it gives the same value to strangers, too. Index values outlive a destroyed data key: erasure
deletes them with the row.
"""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import models
from django.db.models.lookups import Exact, In, IsNull

from records.crypto.blind_index import check_bits
from records.crypto.labels import LEAST_CANDIDATES, MOST_INDEX_BITS
from records.keys.errors import IndexForbidden, LookupRefused
from records.keys.normalising import normaliser

SHORTEST_LEAKAGE = 20
"""Letters; a shorter text is no sentence."""


class IndexValue(int):
    """An index value under the newest key version; `also` holds it under older versions still in
    use.
    """

    also: tuple[int, ...] = ()

    @classmethod
    def of_versions(cls, values: Sequence[int]) -> "IndexValue":
        """Return the first value, with the others beside it."""
        made = cls(values[0])
        made.also = tuple(values[1:])
        return made

    def all(self) -> tuple[int, ...]:
        """Return the values under all versions."""
        return (int(self), *self.also)


class BlindIndexField(models.BigIntegerField):  # type: ignore[type-arg]  # not generic at run time
    """A column of keyed, by default truncated hashes of one or more sealed columns of the same row.

    `bits` is left out for the longest truncation that CipherSweet's bound lets among
    `expected_rows`. A full index (64 bits) needs `unique=True` or `full=True`: it says which rows
    hold the same value.
    """

    def __init__(
        self,
        *,
        of: Sequence[str],
        leakage: str,
        expected_rows: int = 0,
        bits: int | None = None,
        full: bool = False,
        normalise: str = "words",
        unique: bool = False,
        db_index: bool = True,
        null: bool = True,
        **options: Any,
    ) -> None:
        self.of = (of,) if isinstance(of, str) else tuple(of)
        self.leakage = leakage
        self.expected_rows = expected_rows
        self.full = full or unique
        self.normalise = normalise
        self.bits = _choose_bits(bits=bits, expected_rows=expected_rows, full=self.full)
        self._asked_index = db_index
        self._asked = {"bits": bits, "full": full}
        if len(leakage.strip()) < SHORTEST_LEAKAGE:
            raise IndexForbidden(reason="say what the index leaks", of=self.of)
        normaliser(normalise)
        options["editable"] = False
        super().__init__(
            unique=unique, db_index=db_index and not unique, null=null, blank=null, **options
        )

    def deconstruct(self) -> Any:
        """Write the declaration into migrations."""
        name, _path, args, kwargs = super().deconstruct()
        for implied in ("editable", "blank"):
            kwargs.pop(implied, None)
        kwargs.update(of=self.of, leakage=self.leakage, expected_rows=self.expected_rows)
        kwargs.update({key: value for key, value in self._asked.items() if value})
        kwargs["normalise"] = self.normalise
        kwargs["db_index"] = self._asked_index
        kwargs["null"] = self.null
        return name, "records.keys.fields.BlindIndexField", args, kwargs

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookups that make sense for a keyed hash: exact, in, isnull."""
        found = {"exact": IndexExact, "in": IndexIn, "isnull": IsNull}.get(lookup_name)
        if found is None:
            raise LookupRefused(column=self.name, lookup=lookup_name)
        return found

    def get_transform(self, lookup_name: str) -> Any:
        """Refuse."""
        raise LookupRefused(column=self.name, lookup=lookup_name)

    def get_prep_value(self, value: Any) -> Any:
        """Pass index values through; refuse what is searched for in plain, for it would never be
        found.
        """
        if value is None or type(value) in {int, IndexValue} or hasattr(value, "as_sql"):
            return value
        raise LookupRefused(column=self.name, lookup="exact")

    def formfield(self, *args: Any, **kwargs: Any) -> None:
        """Give forms nothing: nobody types an index value."""

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Report an index over columns that it must not or cannot be made of."""
        from records.keys.plans import check_index

        return [*super().check(**kwargs), *check_index(self)]


def _choose_bits(*, bits: int | None, expected_rows: int, full: bool) -> int:
    """Return the length of the index; raise IndexForbidden or crypto.IndexLeaks where it would say
    too much.
    """
    if full:
        if bits not in {None, MOST_INDEX_BITS}:
            raise IndexForbidden(reason="a full index has 64 bits", bits=bits)
        return MOST_INDEX_BITS
    if bits is None:
        if expected_rows < 1:
            raise IndexForbidden(reason="say how many rows are expected", bits=bits)
        bits = max(expected_rows // LEAST_CANDIDATES, 1).bit_length() - 1
    check_bits(bits=bits, expected_rows=expected_rows)
    return bits


class IndexExact(Exact):
    """Finds an index value under every key version that is in use."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return `=` for one version, `IN` while an index is being rebuilt."""
        if isinstance(self.rhs, IndexValue) and self.rhs.also:
            return IndexIn(self.lhs, [self.rhs]).as_sql(compiler, connection)
        return super().as_sql(compiler, connection)


class IndexIn(In):
    """Finds any of several index values under every key version that is in use."""

    def get_prep_lookup(self) -> Any:
        """Spread each value over its versions."""
        if not self.rhs_is_direct_value():
            raise LookupRefused(lookup="in")
        spread: list[Any] = []
        for value in self.rhs:
            spread.extend(value.all() if isinstance(value, IndexValue) else (value,))
        self.rhs = spread
        return super().get_prep_lookup()
