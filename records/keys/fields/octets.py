"""A plain column of bytes.

Not a BinaryField: its `get_placeholder` switches off Django's UNNEST bulk insert on PostgreSQL, and
its conversions cost more than the column itself.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class OctetsField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """A column of bytes: BLOB on SQLite, bytea on PostgreSQL."""

    empty_strings_allowed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out what is always so."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        """Name the type that the database backends know."""
        return "BinaryField"

    def value_to_string(self, obj: models.Model) -> str:
        """Return the bytes in hexadecimal, for serialisers."""
        value = self.value_from_object(obj)
        return bytes(value).hex()

    def to_python(self, value: Any) -> Any:
        """Return bytes, also from the hexadecimal text of a serialiser."""
        return bytes.fromhex(value) if isinstance(value, str) else value

    def get_db_prep_value(
        self,
        value: Any,
        connection: BaseDatabaseWrapper,  # noqa: ARG002  # Django's signature
        prepared: bool = False,  # noqa: ARG002  # Django's signature
    ) -> Any:
        """Pass bytes through to the driver."""
        return value
