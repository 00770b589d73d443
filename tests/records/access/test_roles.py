"""On PostgreSQL the role that writes the log can append and read, and nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections
from psycopg import errors

from records.access.triggers import KEYS

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "deploy" / "postgresql"
STORES = ("identity", "payments", "keys", "audit")

pytestmark = pytest.mark.postgresql


def _psql(script: str, prefix: str, server: str) -> None:
    subprocess.run(
        [
            "psql",
            "-q",
            *("-v", "ON_ERROR_STOP=1", "-v", f"prefix={prefix}"),
            *("-f", str(SCRIPTS / script), f"{server}/postgres"),
        ],
        check=True,
        capture_output=True,
        text=True,
    )


def _manage(*words: str, **stores: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings_test"}
    for store, url in stores.items():
        environment[f"VARUH_{store.upper()}_DATABASE_URL"] = url
    return subprocess.run(
        [sys.executable, *words],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def server() -> str:
    """The address of the PostgreSQL server with its superuser."""
    url = urlsplit(os.environ.get("VARUH_AUDIT_DATABASE_URL", ""))
    if not url.scheme.startswith("postgresql"):
        pytest.skip("only on PostgreSQL")
    return f"{url.scheme}://{url.netloc}"


@pytest.fixture(scope="module")
def prefix(server: str) -> Iterator[str]:
    """Databases and roles of our own, made by the scripts that an operator runs, with the audit
    store migrated.
    """
    name = f"varuh_roles_{os.getpid()}"
    _psql("1-roles-and-databases.sql", name, server)
    try:
        host = server.rpartition("@")[2]
        owned = f"postgresql://{name}_owner@{host}/{name}_audit"
        _manage("manage.py", "migrate", "--database", "audit", "-v0", "--skip-checks", audit=owned)
        _psql("2-grants.sql", name, server)
        yield name
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            for store in STORES:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}_{store}" WITH (FORCE)')
            for role in ("owner", *STORES):
                admin.execute(f'DROP ROLE IF EXISTS "{name}_{role}"')


@pytest.fixture
def audit(server: str, prefix: str) -> Iterator[psycopg.Connection]:
    """A connection with the role of the audit store."""
    host = server.rpartition("@")[2]
    url = f"postgresql://{prefix}_audit@{host}/{prefix}_audit"
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


LOG = """
import os, tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
folder = tempfile.mkdtemp()
import django
django.setup()
from django.conf import settings
settings.KEY_FILE, settings.HEADS_DIR = Path(folder) / "keys", Path(folder) / "heads"
from records.keyring.operations import create_missing
from records.access import registry
from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.purposes import ActorRole, DataCategory, Purpose
from records.access.sealing import seal_log
from records.access.verification import verify_log
registry._checks.clear()
now = datetime.now(UTC)
create_missing(now=now)
for _ in range(3):
    open_gate(actor=Actor(ActorRole.CLERK, "cene", "novo-mesto"),
        purpose=Purpose.CARD_ADMINISTRATION, subjects=[UUID(int=1)],
        categories=[DataCategory.NAME], task="", now=now)
print(sum(one.entries for one in seal_log(now=now)), verify_log(now=now).intact)
"""


def test_the_service_logs_seals_and_verifies_with_it(server: str, prefix: str) -> None:
    host = server.rpartition("@")[2]

    said = _manage("-c", LOG, audit=f"postgresql://{prefix}_audit@{host}/{prefix}_audit")

    assert said.stdout.split() == ["3", "True"]


@pytest.mark.parametrize("table", sorted(KEYS))
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}"],
    ids=["update", "delete", "truncate"],
)
def test_it_may_not(audit: psycopg.Connection, table: str, statement: str) -> None:
    audit.execute(f"SELECT * FROM {table} LIMIT 1")
    column = KEYS[table][0][0]

    with pytest.raises(errors.InsufficientPrivilege):
        audit.execute(statement.format(table=table, column=column))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO access_logentry_y2026 SELECT * FROM access_logentry",
        "SELECT * FROM access_logentry_y2026",
        "ALTER TABLE access_logentry DISABLE TRIGGER ALL",
        "DROP TABLE access_logentry_y2026",
        "SET session_replication_role = replica",
        "SELECT setval('access_logentry_number', 1)",
        "CREATE TABLE mine (id int)",
        (
            "CREATE OR REPLACE FUNCTION access_hold_horizon() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RETURN NULL; END'"
        ),
    ],
    ids=["partition", "read", "trigger", "drop", "replica", "setval", "create", "function"],
)
def test_it_may_not_get_around_the_triggers(audit: psycopg.Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        audit.execute(statement)


@pytest.mark.parametrize("store", ["identity", "payments", "keys"])
def test_it_does_not_come_into_another_store(server: str, prefix: str, store: str) -> None:
    host = server.rpartition("@")[2]

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(f"postgresql://{prefix}_audit@{host}/{prefix}_{store}")


def test_even_the_owner_is_stopped_by_the_triggers(server: str, prefix: str) -> None:
    host = server.rpartition("@")[2]
    url = f"postgresql://{prefix}_owner@{host}/{prefix}_audit"
    with psycopg.connect(url, autocommit=True) as owner:
        for statement in (
            "TRUNCATE access_logentry",
            "TRUNCATE access_logentry_y2026",
            "TRUNCATE access_treehead_y2026",
        ):
            with pytest.raises(errors.RestrictViolation, match="append-only"):
                owner.execute(statement)


def test_the_audit_store_of_these_tests_is_on_postgresql(server: str) -> None:
    assert connections["audit"].vendor == "postgresql"
