"""What a model says about its sealed columns, read once per model."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core import checks
from django.db import models

from records.access.purposes import DataCategory, Store
from records.crypto.aad import cell_prefix
from records.keys.errors import NotSealed
from records.keys.fields.blind import BlindIndexField
from records.keys.fields.sealed import SealedField


@dataclass(frozen=True, slots=True)
class SealedColumnPlan:
    """One sealed column: where it stands, of which kind and category it is."""

    name: str
    attname: str
    kind: str
    category: DataCategory
    null: bool
    prefix: bytes
    """The part of the AAD that all its cells share."""


@dataclass(frozen=True, slots=True)
class SealedPlan:
    """Store, subject column, sealed columns and blind indexes of one model."""

    model: type[models.Model]
    store: Store
    key: str
    """The attribute of the primary key."""
    subject: str
    """The attribute of the subject's id."""
    columns: dict[str, SealedColumnPlan]
    indexes: tuple[BlindIndexField, ...]

    def column(self, name: str) -> SealedColumnPlan:
        """Return the column of that name; raise NotSealed."""
        try:
            return self.columns[name]
        except KeyError:
            raise NotSealed(model=self.model._meta.label, column=name) from None

    def index(self, name: str) -> BlindIndexField:
        """Return the blind index of that name; raise NotSealed."""
        for index in self.indexes:
            if index.name == name:
                return index
        raise NotSealed(model=self.model._meta.label, column=name)


def sealed_fields(model: type[models.Model]) -> list[SealedField]:
    """Return the sealed columns of the model's own table, in their order."""
    return [field for field in model._meta.local_concrete_fields if isinstance(field, SealedField)]


def index_fields(model: type[models.Model]) -> list[BlindIndexField]:
    """Return the blind indexes of the model's own table, in their order."""
    return [
        field for field in model._meta.local_concrete_fields if isinstance(field, BlindIndexField)
    ]


@cache
def plan_of(model: type[models.Model]) -> SealedPlan:
    """Return the model's plan; raise NotSealed where its declaration is missing or wrong."""
    concrete = model._meta.concrete_model or model
    columns = sealed_fields(concrete)
    problems = [
        message
        for found in (
            *(check_model(field) for field in columns),
            *(check_index(index) for index in index_fields(concrete)),
        )
        for message in found
    ]
    if problems or not columns:
        reason = problems[0].msg if problems else "no sealed column"
        raise NotSealed(model=concrete._meta.label, reason=reason)
    store = Store(concrete.sealed_store)  # type: ignore[attr-defined]
    table = concrete._meta.db_table
    return SealedPlan(
        model=concrete,
        store=store,
        key=concrete._meta.pk.attname,
        subject=concrete.sealed_subject,  # type: ignore[attr-defined]
        columns={
            field.name: SealedColumnPlan(
                name=field.name,
                attname=field.attname,
                kind=field.kind,
                category=field.category,
                null=field.null,
                prefix=cell_prefix(store.value, table, str(field.column)),
            )
            for field in columns
        },
        indexes=tuple(index_fields(concrete)),
    )


def sealed_models(store: Store | None = None) -> list[type[models.Model]]:
    """Return all models with sealed columns (of that store), in a stable order."""
    found = [
        model
        for model in apps.get_models()
        if sealed_fields(model) and not model._meta.proxy and model._meta.managed
    ]
    return sorted(
        (model for model in found if store is None or plan_of(model).store == store),
        key=lambda model: model._meta.label,
    )


# -- System checks, called from the fields


def check_model(field: SealedField) -> list[checks.CheckMessage]:
    """Return what is wrong with the declaration of a sealed column's model."""
    model: Any = field.model
    found: list[checks.CheckMessage] = []
    store = getattr(model, "sealed_store", None)
    if store not in {Store.IDENTITY, Store.PAYMENTS}:
        found.append(_error(field, "does not say `sealed_store`", "Store.IDENTITY or PAYMENTS.", 1))
    subject = getattr(model, "sealed_subject", "")
    named = {column.attname: column for column in model._meta.concrete_fields}.get(subject)
    if named is None or not _is_uuid(named):
        found.append(
            _error(
                field, "does not say `sealed_subject`", "Name its UUID column of the subject.", 2
            )
        )
    if not isinstance(model._meta.pk, models.UUIDField):
        found.append(
            _error(
                field, "has no UUID primary key", "A random key; it stands in each cell's AAD.", 3
            )
        )
    if field.name in _named_in_meta(model):
        found.append(
            _error(field, "orders, indexes or constrains a sealed column", "Use a blind index.", 4)
        )
    return found


def check_index(field: BlindIndexField) -> list[checks.CheckMessage]:
    """Return what is wrong with the declaration of a blind index."""
    sealed = {column.name: column for column in sealed_fields(field.model)}
    parts = [sealed.get(name) for name in field.of]
    if not parts or None in parts:
        return [_error(field, "has an index `of` columns that are not sealed", f"{field.of}", 5)]
    if len(parts) == 1 and parts[0] is not None and parts[0].kind != "text":
        hint = "Dates and truth values have so few values that the index is a list of them."
        return [_error(field, f"has an index of one {parts[0].kind} alone", hint, 6)]
    return []


def _is_uuid(field: Any) -> bool:
    target = field.target_field if field.is_relation else field
    return isinstance(target, models.UUIDField)


def _named_in_meta(model: Any) -> set[str]:
    options = model._meta
    named = {str(term).lstrip("-") for term in options.ordering or ()}
    for index in options.indexes:
        named.update(name.lstrip("-") for name in index.fields)
    for constraint in options.constraints:
        named.update(getattr(constraint, "fields", ()))
    for together in options.unique_together:
        named.update(together)
    return named


def _error(field: Any, what: str, hint: str, number: int) -> checks.CheckMessage:
    message = f"{field.model._meta.label} {what} ({field.name})."
    return checks.Error(message, hint=hint, obj=field, id=f"keys.E{number:03}")
