"""The clock, the keys and the people that all tests share; tests/factories.py says who is who."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from records.access.purposes import ActorRole
from tests import factories


@pytest.fixture
def now() -> datetime:
    """A fixed instant; nothing below a door reads the clock."""
    return factories.NOW


@pytest.fixture
def keyring(settings: Any, tmp_path: Path, now: datetime) -> Any:
    """A key file of the test's own, with every first key."""
    from records.keyring.operations import create_missing
    from records.keyring.queries import get_keyring

    settings.KEY_FILE = tmp_path / "keys" / "varuh.keys"
    create_missing(now=now)
    return get_keyring()


@pytest.fixture
def ana() -> factories.Person:
    """The holder."""
    return factories.ANA


@pytest.fixture
def bor() -> factories.Person:
    """The neighbour, of the same surname: whatever happens to Ana, nothing happens to him."""
    return factories.BOR


@pytest.fixture
def erik() -> factories.Person:
    """The stranger, born on Ana's birthday, in the other city."""
    return factories.ERIK


@pytest.fixture
def cene() -> Any:
    """A clerk of the processor in the home city."""
    return factories.make_actor(ActorRole.CLERK, factories.CENE_ID)


@pytest.fixture
def heda() -> Any:
    """A clerk of the other city."""
    return factories.make_actor(ActorRole.CLERK, factories.HEDA_ID, factories.OTHER_CITY)


@pytest.fixture
def darja() -> Any:
    """A data protection officer of the home city."""
    return factories.make_actor(ActorRole.DPO, factories.DARJA_ID)


@pytest.fixture(scope="session", autouse=True)
def _empty_tables_past_triggers() -> Iterator[None]:
    """Let the test runner empty tables between tests although triggers refuse it to everybody else.

    Only Django's own flush after a `transaction=True` test goes this way; while a test runs the
    triggers stand.
    """
    from django.db.backends.postgresql.base import DatabaseOperations as PostgreSQL
    from django.db.backends.sqlite3.base import DatabaseOperations as SQLite

    def flush_sqlite(self: Any, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            try:
                original_sqlite(self, sql_list)
            finally:
                for _, create in triggers:
                    cursor.execute(create)

    def flush_postgresql(self: Any, sql_list: list[str]) -> None:
        # django-auditlog's own table is swapped out, unknown to the flush, and points to others.
        sql_list = [
            f"{sql.removesuffix(';')} CASCADE;" if sql.startswith("TRUNCATE") else sql
            for sql in sql_list
        ]
        original_postgresql(
            self,
            ["SET session_replication_role = replica", *sql_list, "RESET session_replication_role"],
        )

    original_sqlite = SQLite.execute_sql_flush
    original_postgresql = PostgreSQL.execute_sql_flush
    SQLite.execute_sql_flush = flush_sqlite  # type: ignore[method-assign]
    PostgreSQL.execute_sql_flush = flush_postgresql  # type: ignore[method-assign]
    yield
    SQLite.execute_sql_flush = original_sqlite  # type: ignore[method-assign]
    PostgreSQL.execute_sql_flush = original_postgresql  # type: ignore[method-assign]
