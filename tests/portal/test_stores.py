"""Each app's tables live in one store, and nothing relates across stores."""

import pytest
from django.apps import apps

from portal.stores import StoreRouter, store_of


@pytest.mark.rule("K9")
@pytest.mark.parametrize(
    ("app", "store"),
    [("identity", "default"), ("wallet", "payments"), ("keys", "keys"), ("access", "audit")],
)
def test_each_app_migrates_in_its_own_store_only(app: str, store: str) -> None:
    router = StoreRouter()

    allowed = {
        alias
        for alias in ("default", "payments", "keys", "audit")
        if router.allow_migrate(alias, app)
    }

    assert allowed == {store}


def test_a_relation_across_stores_is_refused() -> None:
    person, key = (
        apps.get_app_config("identity").get_models(),
        apps.get_app_config("keys").get_models(),
    )

    assert StoreRouter().allow_relation(next(iter(person)), next(iter(key))) is False


def test_no_foreign_key_leaves_its_store() -> None:
    crossing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and field.related_model is not None
        and store_of(model._meta.app_label) != store_of(field.related_model._meta.app_label)
    ]

    assert crossing == []
