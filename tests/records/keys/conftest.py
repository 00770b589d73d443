"""Tables of their own, the real gate in front of them, and a safe to put people in."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from records.access.gate import open_gate
from records.access.grants import Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store
from records.keys.keybox import box
from records.keys.operations import create_data_keys, seal_values
from records.keys.queries import reveal_values
from tests.factories import make_actor
from tests.records.keys.tables import TABLES, Receipt, Record

SECRET = "Žužek Črnič"
"""The plaintext that must not be found anywhere."""


class Safe:
    """Opens the gate and puts sealed rows into the tests' tables."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def open(
        self,
        *subjects: UUID,
        wallets: Collection[UUID] = (),
        categories: Collection[DataCategory] = tuple(DataCategory),
        action: Action = Action.CONSULT,
    ) -> Grant:
        return open_gate(
            actor=make_actor(ActorRole.SYSTEM, "system:tests"),
            purpose=Purpose.RIGHTS_REQUEST,
            subjects=subjects,
            wallets=wallets,
            categories=categories,
            action=action,
            task="tests",
            now=self.now,
        )

    def search(self) -> Grant:
        return self.open(action=Action.SEARCH)

    def put(self, subject: UUID | None = None, **values: object) -> Record:
        """Save a sealed row of the subject, or of a new one."""
        subject = subject or uuid4()
        grant = self.open(subject)
        create_data_keys(grant, store=Store.IDENTITY, subjects=[subject])
        row = Record(subject_id=subject)
        seal_values(grant, [row], [{"name": SECRET, "born": date(1984, 2, 29), **values}])
        row.save()
        return Record.objects.get(pk=row.pk)

    def put_receipt(self, wallet: UUID | None = None) -> Receipt:
        wallet = wallet or uuid4()
        grant = self.open(wallets=[wallet])
        create_data_keys(grant, store=Store.PAYMENTS, subjects=[wallet])
        row = Receipt(wallet=wallet)
        seal_values(grant, [row], [{"name": SECRET}])
        row.save()
        return Receipt.objects.get(pk=row.pk)

    def reveal(self, row: Any, *columns: str) -> tuple[object, ...]:
        """Reveal one row, "name" where nothing else is asked for."""
        if isinstance(row, Receipt):
            grant = self.open(wallets=[row.wallet])
        else:
            grant = self.open(row.subject_id)
        return reveal_values(grant, [row], columns or ("name",))[0]


@pytest.fixture(scope="session")
def _sealed_tables(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        for alias, tables in TABLES.items():
            with connections[alias].schema_editor() as editor:
                for table in tables:
                    editor.create_model(table)


@pytest.fixture
def _installed(settings: Any) -> None:
    """Install the tests' app, for what Django looks up in the registry of apps."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.records.keys.sealed_identity"]
    for table in TABLES["default"]:
        table._meta._expire_cache()


@pytest.fixture
def safe(_sealed_tables: None, db: None, keyring: Any, now: datetime) -> Iterator[Safe]:
    """The safe, without any row or kept key of another test."""
    box.forget()
    yield Safe(now)
    box.forget()
    for alias, tables in TABLES.items():
        if not connections[alias].in_atomic_block:  # a test with real transactions
            for table in reversed(tables):
                table.objects.all().delete()
