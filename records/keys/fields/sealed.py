"""The sealed column: a field class that has no plaintext (docs/adr/0004)."""

from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from typing import Any, Literal

from django.core import checks
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from records.access.purposes import DataCategory
from records.crypto.cells import generation_of
from records.crypto.errors import CannotOpen
from records.crypto.labels import CELL_FORMAT
from records.keys.cells import SealedCell, raw_cell
from records.keys.errors import LookupRefused, PlaintextRefused
from records.keys.fields.columns import SealedColumn, SealedIsNull, chooses_cells
from records.keys.fields.loading import load_sealed

Kind = Literal["text", "date", "json"]
KINDS: tuple[Kind, ...] = ("text", "date", "json")

SHORTEST_CELL = 65
"""Header 17, tag 16 and the smallest padded value, 32 (records.crypto.cells,
records.crypto.padding).
"""

_TEXT_PREFIX = "sealed:"
_FORBIDDEN_OPTIONS = ("primary_key", "unique", "db_index", "default", "db_default", "choices")


class SealedAttribute(DeferredAttribute):
    """The attribute of a sealed column: gives a cell or None, takes a cell or None."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        data = instance.__dict__
        name = self.field.attname
        if name not in data:
            super().__get__(instance, cls)
        value = data[name]
        return None if value is None else SealedCell(value)

    def __set__(self, instance: Any, value: Any) -> None:
        if value is not None and value.__class__ is not SealedCell:
            raise PlaintextRefused(column=self.field.name)
        instance.__dict__[self.field.attname] = raw_cell(value)


class SealedField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """A column of sealed cells. It says what kind of data it seals; it cannot print, compare or
    order it.
    """

    descriptor_class = SealedAttribute
    empty_strings_allowed = False
    empty_values = [None]

    def __init__(
        self, *, category: DataCategory, kind: Kind = "text", null: bool = False, **options: Any
    ) -> None:
        forbidden = [name for name in _FORBIDDEN_OPTIONS if name in options]
        if forbidden or kind not in KINDS:
            raise TypeError(f"A sealed field cannot take {forbidden or kind}.")
        self.category = DataCategory(category)
        self.kind: Kind = kind
        options["editable"] = False
        super().__init__(null=null, blank=null, **options)

    def deconstruct(self) -> Any:
        """Write category and kind as plain strings into migrations."""
        name, _path, args, kwargs = super().deconstruct()
        for implied in ("editable", "blank"):
            kwargs.pop(implied, None)
        kwargs["category"] = self.category.value
        if self.kind != "text":
            kwargs["kind"] = self.kind
        return name, "records.keys.fields.SealedField", args, kwargs

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Install the attribute, and the loader that puts cells from the database past it."""
        super().contribute_to_class(cls, name, private_only=private_only)
        load_sealed(cls)

    def get_internal_type(self) -> str:
        """Name the type that the backends know: BLOB, bytea. Not a BinaryField: see
        records.keys.fields.octets.
        """
        return "BinaryField"

    def db_check(self, connection: Any) -> str | None:
        """Return the column's CHECK: the database itself refuses what cannot be a cell, whoever
        writes it.
        """
        column = connection.ops.quote_name(self.column)
        if connection.vendor == "sqlite":
            return (
                f"typeof({column}) IN ('blob', 'null') AND length({column}) >= {SHORTEST_CELL}"
                f" AND substr({column}, 1, 1) = x'01'"
            )
        return f"octet_length({column}) >= {SHORTEST_CELL} AND get_byte({column}, 0) = 1"

    # -- Into the database

    def pre_save(self, model_instance: Any, add: bool) -> Any:  # noqa: ARG002  # Django's
        """Return the cell's bytes, without making a cell object of them."""
        data = model_instance.__dict__
        if self.attname not in data:
            getattr(model_instance, self.attname)
        return data[self.attname]

    def get_db_prep_value(
        self,
        value: Any,
        connection: Any,  # noqa: ARG002  # Django's signature
        prepared: bool = False,  # noqa: ARG002  # Django's signature
    ) -> Any:
        """Return the cell's bytes; raise PlaintextRefused for anything that is not a cell."""
        if value is None:
            return None
        raw = value if value.__class__ is bytes else raw_cell(value)
        if raw.__class__ is not bytes or len(raw) < SHORTEST_CELL or raw[0] != CELL_FORMAT:
            raise PlaintextRefused(column=self.name)
        return raw

    def get_prep_value(self, value: Any) -> Any:
        """Pass cells through; get_db_prep_value refuses the rest."""
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Return the cell's bytes, or the expression by which bulk_update chooses among cells.

        Any other SQL expression could only write what is not a cell.
        """
        if value.__class__ is bytes and len(value) >= SHORTEST_CELL and value[0] == CELL_FORMAT:
            return value
        if hasattr(value, "as_sql"):
            if chooses_cells(value):
                return value
            raise PlaintextRefused(column=self.name)
        return self.get_db_prep_value(value, connection)

    # -- Queries

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup for `isnull`; refuse all others, `exact` included."""
        if lookup_name == "isnull":
            return SealedIsNull
        raise LookupRefused(column=self.name, lookup=lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """Refuse."""
        raise LookupRefused(column=self.name, lookup=lookup_name)

    def get_col(self, alias: Any, output_field: Any = None) -> Any:
        """Return the column as it stands in queries."""
        return SealedColumn(alias, self, output_field)

    @property
    def cached_col(self) -> Any:
        """Return the column of its own table."""
        return SealedColumn(self.model._meta.db_table, self)

    # -- Serialisers and forms

    def value_to_string(self, obj: models.Model) -> str:
        """Return the cell in base64; it opens only in the place it was sealed for."""
        raw = raw_cell(self.value_from_object(obj))
        if not isinstance(raw, bytes):
            raise PlaintextRefused(column=self.name)
        return _TEXT_PREFIX + b64encode(raw).decode()

    def to_python(self, value: Any) -> Any:
        """Return a cell from a cell or from its serialised text; raise PlaintextRefused for
        anything else.
        """
        if value is None or isinstance(value, SealedCell):
            return value
        if isinstance(value, str) and value.startswith(_TEXT_PREFIX):
            try:
                raw = b64decode(value.removeprefix(_TEXT_PREFIX), validate=True)
                generation_of(raw)
            except (BadBase64, ValueError, CannotOpen):
                raise PlaintextRefused(column=self.name) from None
            return SealedCell(raw)
        raise PlaintextRefused(column=self.name)

    def formfield(self, *args: Any, **kwargs: Any) -> None:
        """Give forms nothing: a form field would show or take plaintext."""

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Report a model that does not say whose its sealed values are."""
        from records.keys.plans import check_model

        return [*super().check(**kwargs), *check_model(self)]
