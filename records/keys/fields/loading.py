"""Loading of rows with sealed columns.

What comes from the database goes past the attribute, which takes cells only, straight into the
instance; a cell object is made when somebody asks for it. This keeps every assignment in code
checked, and loading cheap.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models.base import DEFERRED

_MARK = "_varuh_sealed_positions"


def load_sealed(cls: Any) -> None:
    """Give the model class a `from_db` that knows its sealed columns; once per class."""
    if _MARK in cls.__dict__:
        return
    inherited = cls.from_db.__func__
    build = getattr(inherited, "builds_with", inherited)
    setattr(cls, _MARK, None)

    def from_db(
        model: Any, db: str | None, field_names: Sequence[str], values: Sequence[Any]
    ) -> models.Model:
        positions = model.__dict__.get(_MARK) or _find_positions(model)
        total, sealed = positions
        if len(values) != total:
            given = dict(zip(field_names, values, strict=True))
            values = [given.get(field.attname, DEFERRED) for field in model._meta.concrete_fields]
        plain = list(values)
        for position, _name in sealed:
            plain[position] = DEFERRED
        row: models.Model = build(model, db, field_names, plain)
        data = row.__dict__
        for position, name in sealed:
            value = values[position]
            if value is not DEFERRED:
                data[name] = value
        return row

    from_db.builds_with = build  # type: ignore[attr-defined]
    cls.from_db = classmethod(from_db)


def _find_positions(model: Any) -> tuple[int, tuple[tuple[int, str], ...]]:
    from records.keys.fields.sealed import SealedField

    fields = model._meta.concrete_fields
    found = (
        len(fields),
        tuple(
            (position, field.attname)
            for position, field in enumerate(fields)
            if isinstance(field, SealedField)
        ),
    )
    setattr(model, _MARK, found)
    return found
