"""One inventory, five consumers: a column that is not declared fails here."""

from collections import Counter

import pytest
from django.apps import apps
from django.db import models

from portal.stores import store_of
from records.access.inventory import Personal, Table
from records.access.purposes import PURPOSES
from records.access.registry import sources
from records.keys.fields import SealedField


def _declared() -> dict[str, Table]:
    return {table.model: table for source in sources() for table in source.tables}


def _installed() -> dict[str, type[models.Model]]:
    return {
        model._meta.label: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    }


def _columns(model: type[models.Model]) -> set[str]:
    """Return the names of the columns that stand in the database."""
    return {field.name for field in model._meta.local_fields if field.column}


def _undeclared(table: Table, model: type[models.Model]) -> set[str]:
    if table.whole_because:
        return set()
    return _columns(model) - {column.name for column in table.columns}


def test_every_installed_table_is_declared() -> None:
    assert set(_installed()) - set(_declared()) == set()


def test_no_table_is_declared_that_is_not_installed() -> None:
    assert set(_declared()) - set(_installed()) == set()


def test_no_table_is_declared_twice() -> None:
    counts = Counter(table.model for source in sources() for table in source.tables)

    assert [model for model, count in counts.items() if count > 1] == []


def test_every_column_of_every_table_is_declared() -> None:
    installed = _installed()

    missing = {
        name: sorted(columns)
        for name, table in _declared().items()
        if (columns := _undeclared(table, installed[name]))
    }

    assert missing == {}


def test_a_column_that_nobody_declared_is_found() -> None:
    table = _declared()["identity.DataSubject"]
    last = table.columns[-1]

    found = _undeclared(
        Table(table.model, table.store, table.label, table.columns[:-1]),
        _installed()["identity.DataSubject"],
    )

    assert found == {last.name}


def test_no_column_is_declared_that_does_not_exist() -> None:
    installed = _installed()

    ghosts = {
        name: sorted(extra)
        for name, table in _declared().items()
        if (
            extra := {column.name for column in table.columns}
            - {f.name for f in installed[name]._meta.local_fields}
        )
    }

    assert ghosts == {}


def test_every_table_is_declared_in_the_store_where_it_lives() -> None:
    installed = _installed()

    wrong = [
        name
        for name, table in _declared().items()
        if table.store != store_of(installed[name]._meta.app_label)
    ]

    assert wrong == []


def test_every_sealed_column_is_personal_and_of_the_category_it_is_sealed_for() -> None:
    declared = _declared()

    wrong = [
        f"{name}.{field.name}"
        for name, model in _installed().items()
        for field in model._meta.local_fields
        if isinstance(field, SealedField)
        and not any(
            column.name == field.name and column.category == field.category
            for column in declared[name].personal()
        )
    ]

    assert wrong == []


def test_every_purpose_of_a_column_may_open_its_category() -> None:
    wrong = [
        f"{table.model}.{column.name}: {purpose}"
        for table in _declared().values()
        for column in table.columns
        if isinstance(column, Personal)
        for purpose in column.purposes
        if column.category not in PURPOSES[purpose].categories
    ]

    assert wrong == []


@pytest.mark.rule("PP2a")
def test_every_personal_column_has_a_basis_a_purpose_and_a_retention_rule() -> None:
    from retention.rules import RETENTION_RULES

    codes = set(RETENTION_RULES)
    wrong = [
        f"{table.model}.{column.name}"
        for table in _declared().values()
        for column in table.columns
        if isinstance(column, Personal)
        and not (column.purposes and column.basis and column.retention in codes)
    ]

    assert wrong == []
