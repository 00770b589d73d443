"""The gate's statements are prepared on PostgreSQL, but for where a pooler swaps connections."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from tests.factories import ALL_STORES

pytestmark = [pytest.mark.django_db(databases=ALL_STORES), pytest.mark.postgresql]


def _prepared() -> list[str]:
    with connections["audit"].cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture(autouse=True)
def _fresh_connection() -> None:
    if connections["audit"].vendor != "postgresql":
        pytest.skip("only on PostgreSQL")
    with connections["audit"].cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connections["audit"].connection._prepared.clear()


def test_the_append_is_prepared_once_and_no_statement_of_django(
    open_for: Callable[..., Any],
) -> None:
    for _ in range(3):
        open_for()

    (statement,) = _prepared()
    assert "access_append" in statement
    assert connections["audit"].connection.prepare_threshold is None


def test_behind_a_pooler_nothing_is_prepared(
    open_for: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections["audit"].settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    open_for()

    assert _prepared() == []
