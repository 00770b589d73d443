"""What a model must say before anything of it is sealed."""

import uuid
from typing import Any

import pytest
from django.db import models

from records.access.purposes import DataCategory, Store
from records.keys.errors import NotSealed
from records.keys.fields import SealedField
from records.keys.plans import check_model, plan_of, sealed_models


def declare(label: str, **changes: Any) -> type[models.Model]:
    """Return a model with a sealed column, declared rightly but for the changes."""
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "sealed_checks"}),
        "sealed_store": Store.IDENTITY,
        "sealed_subject": "subject_id",
        "id": models.UUIDField(primary_key=True, default=uuid.uuid4),
        "subject_id": models.UUIDField(),
        "name": SealedField(category=DataCategory.NAME),
    }
    attributes.update(changes)
    found: type[models.Model] = type(label, (models.Model,), attributes)
    return found


def meta(**options: Any) -> type:
    return type("Meta", (), {"app_label": "sealed_checks", **options})


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "NoStore": ("keys.E001", {"sealed_store": None}),
    "AuditStore": ("keys.E001", {"sealed_store": Store.AUDIT}),
    "NoSubject": ("keys.E002", {"sealed_subject": ""}),
    "UnknownSubject": ("keys.E002", {"sealed_subject": "nobody"}),
    "NumberSubject": ("keys.E002", {"subject_id": models.IntegerField()}),
    "NumberKey": ("keys.E003", {"id": models.BigAutoField(primary_key=True)}),
    "Ordered": ("keys.E004", {"Meta": meta(ordering=["-name"])}),
    "Together": ("keys.E004", {"Meta": meta(unique_together=[("name", "subject_id")])}),
    "Indexed": ("keys.E004", {"Meta": meta(indexes=[models.Index(fields=["name"], name="ix")])}),
    "Unique": (
        "keys.E004",
        {"Meta": meta(constraints=[models.UniqueConstraint(fields=["name"], name="uq")])},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_declaration_fails_the_checks_and_is_not_used(name: str) -> None:
    expected, changes = WRONG[name]
    model = declare(name, **changes)
    field: Any = model._meta.get_field("name")

    assert expected in [message.id for message in check_model(field)]
    assert expected in [message.id for message in field.check()]
    with pytest.raises(NotSealed):
        plan_of(model)


def test_a_right_declaration_passes() -> None:
    model = declare("Right")

    assert check_model(model._meta.get_field("name")) == []  # type: ignore[arg-type]
    assert plan_of(model).subject == "subject_id"


def test_a_model_without_sealed_columns_has_no_plan() -> None:
    with pytest.raises(NotSealed):
        plan_of(declare("Empty", name=models.TextField()))


@pytest.mark.parametrize(
    "option",
    ["primary_key", "unique", "db_index", "default", "db_default", "choices"],
)
def test_a_sealed_column_takes_no_option_that_would_show_or_compare_it(option: str) -> None:
    with pytest.raises(TypeError):
        SealedField(category=DataCategory.NAME, **{option: True})


def test_a_sealed_column_takes_no_other_kind() -> None:
    with pytest.raises(TypeError):
        SealedField(category=DataCategory.NAME, kind="number")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nonsense"):
        SealedField(category="nonsense")  # type: ignore[arg-type]


def test_all_sealed_models_of_the_service_are_declared_rightly() -> None:
    found = sealed_models()

    assert {"identity.DataSubject", "wallet.Payout"} <= {model._meta.label for model in found}
    assert [model for model in found if not plan_of(model).columns] == []
    assert {plan_of(model).store for model in sealed_models(Store.PAYMENTS)} == {Store.PAYMENTS}
