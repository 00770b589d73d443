"""Loading of rows with sealed columns.

What comes from the database goes past the attribute, which takes cells only, straight into the
instance; a cell object is made when somebody asks for it. This keeps every assignment in code
checked, and loading cheap.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model
from django.db.models.base import DEFERRED, ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

_MARK = "_varuh_sealed_layout"


class Layout:
    """Where the sealed columns of a model stand, and whether its instances may be made directly."""

    __slots__ = ("direct", "names", "sealed")

    def __init__(self, model: Any) -> None:
        from records.keys.fields.sealed import SealedAttribute, SealedField

        fields = model._meta.concrete_fields
        self.names = tuple(field.attname for field in fields)
        self.sealed = tuple(
            (position, field.attname)
            for position, field in enumerate(fields)
            if isinstance(field, SealedField)
        )
        plain = {DeferredAttribute, ForeignKeyDeferredAttribute, SealedAttribute}
        self.direct = model.__init__ is Model.__init__ and all(
            type(getattr(model, name)) in plain for name in self.names
        )
        """Whether the attributes do nothing but keep their values, so that loading may do that."""


def load_sealed(cls: Any) -> None:
    """Give the model class a `from_db` that knows its sealed columns; once per class."""
    if _MARK in cls.__dict__:
        return
    inherited = cls.from_db.__func__
    build: Callable[..., Any] = getattr(inherited, "builds_with", inherited)
    stock = build is Model.from_db.__func__  # type: ignore[attr-defined]
    setattr(cls, _MARK, None)

    def from_db(model: Any, db: str | None, field_names: Sequence[str], values: Any) -> Model:
        layout = model.__dict__.get(_MARK)
        if layout is None:
            layout = Layout(model)
            setattr(model, _MARK, layout)
        if len(values) != len(layout.names):
            given = dict(zip(field_names, values, strict=True))
            values = [given.get(name, DEFERRED) for name in layout.names]
        elif stock and layout.direct and not _watched(model):
            return _make_directly(model, db, layout.names, values)
        plain = list(values)
        for position, _name in layout.sealed:
            plain[position] = DEFERRED
        row: Model = build(model, db, field_names, plain)
        data = row.__dict__
        for position, name in layout.sealed:
            if values[position] is not DEFERRED:
                data[name] = values[position]
        return row

    from_db.builds_with = build  # type: ignore[attr-defined]
    cls.from_db = classmethod(from_db)


def _watched(model: Any) -> bool:
    """Return whether a signal's receiver waits for instances of the model."""
    return bool(pre_init.receivers and pre_init.has_listeners(model)) or bool(
        post_init.receivers and post_init.has_listeners(model)
    )


def _make_directly(model: Any, db: str | None, names: Sequence[str], values: Any) -> Model:
    """Return the instance that `Model.__init__` would make, without its walk through the fields."""
    row: Model = model.__new__(model)
    state = ModelState()
    state.adding = False
    state.db = db
    data = row.__dict__
    data["_state"] = state
    data.update(zip(names, values, strict=False))
    return row
