"""Varuh's own sealed fields in the harness."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from tests.bench.peers.harness import NAMES, PAGE, ROWS, chunks

CHUNK = 1_000
STORES = ("IDENTITY", "PAYMENTS", "KEYS", "AUDIT")


def configure(url: str) -> None:
    """Choose the settings of the tests, with the stores on PostgreSQL where the URL says so."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings_test")
    if url.startswith("postgresql"):
        for store in STORES:
            os.environ[f"VARUH_{store}_DATABASE_URL"] = f"{url}/varuh_{store.lower()}"
        os.environ["VARUH_TEST_SUFFIX"] = f"bench_{os.getpid()}"
        return
    from django.conf import settings

    # As in service and as the peers: the tests do not wait for the disk, a measurement must.
    for store in settings.DATABASES.values():
        command = store["OPTIONS"]["init_command"]
        store["OPTIONS"]["init_command"] = command.replace("PRAGMA synchronous=OFF;", "")


def tables() -> list[Any]:
    """Return the sealed tables."""
    from tests.bench.peers import varuh_tables

    return [varuh_tables.SealedPerson, varuh_tables.SealedSearched]


class Sealed:
    """The same work with sealed fields, data keys and Grants."""

    def __init__(self) -> None:
        from records.keyring.operations import create_missing
        from tests.bench.peers.varuh_tables import SealedPerson, SealedSearched

        create_missing(now=datetime.now(UTC))
        self.model, self.searched = SealedPerson, SealedSearched
        self.grant: Any = None

    def prepare(self, ids: Sequence[UUID]) -> None:
        """Open a Grant for these people; the rows below measure the fields, but `page` opens its
        own.
        """
        self.grant = self.open(ids[:ROWS])
        self.search_grant = self.open((), search=True)

    def open(self, ids: Sequence[UUID], *, search: bool = False) -> Any:
        """Open the gate as a clerk of the desk."""
        from records.access.gate import open_gate
        from records.access.grants import Actor
        from records.access.purposes import Action, ActorRole, DataCategory, Purpose

        return open_gate(
            actor=Actor(role=ActorRole.CLERK, id=str(uuid4()), organisation="bench"),
            purpose=Purpose.CARD_ADMINISTRATION,
            subjects=ids,
            categories={DataCategory.NAME, DataCategory.CONTACT},
            action=Action.SEARCH if search else Action.CONSULT,
            task="bench",
            now=datetime.now(UTC),
        )

    def insert(self, ids: Sequence[UUID], people: Sequence[dict[str, str]]) -> None:
        """Insert the people with new data keys."""
        from records.access.purposes import Store
        from records.keys.operations import create_data_keys, seal_values

        for part in chunks(list(zip(ids, people, strict=True)), CHUNK):
            create_data_keys(
                self.grant, store=Store.IDENTITY, subjects=[one for one, _facts in part]
            )
            rows = [self.model(id=one) for one, _facts in part]
            seal_values(self.grant, rows, [facts for _one, facts in part])
            self.model.objects.bulk_create(rows)

    def read(self) -> list[tuple[Any, ...]]:
        """Read all fields of all people, without any kept key."""
        from records.keys.keybox import box
        from records.keys.queries import reveal_values

        box.forget()
        return reveal_values(self.grant, list(self.model.objects.all()), NAMES)

    def export(self) -> list[tuple[Any, ...]]:
        """Read all fields of all people as tuples, without any kept key."""
        from records.keys.keybox import box
        from records.keys.queries import reveal_tuples

        box.forget()
        return reveal_tuples(self.grant, self.model.objects.all(), NAMES)

    def page(self, ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
        """Read 2 fields of a page: rows, log entry with its subjects, keys, cells; no kept key."""
        from records.keys.keybox import box
        from records.keys.queries import reveal_values

        box.forget()
        rows = list(self.model.objects.filter(pk__gte=ids[0]).order_by("pk")[:PAGE])
        grant = self.open([row.pk for row in rows])
        return reveal_values(grant, rows, ("given_name", "family_name"))

    def fill(self, people: Sequence[tuple[UUID, str]]) -> None:
        """Insert the rows that are searched."""
        from records.access.purposes import Store
        from records.keys.operations import create_data_keys, seal_values

        for part in chunks(people, 10 * CHUNK):
            self.grant = self.open([one for one, _email in part])
            create_data_keys(self.grant, store=Store.IDENTITY, subjects=[one for one, _ in part])
            rows = [self.searched(id=one) for one, _email in part]
            seal_values(self.grant, rows, [{"email": email} for _one, email in part])
            self.searched.objects.bulk_create(rows)

    def search(self, email: str) -> int:
        """Find a row by its truncated blind index, open the candidates and compare."""
        from records.keys.queries import find_matching, index_value

        wanted = index_value(self.search_grant, self.searched, "email_index", email)
        rows = list(self.searched.objects.filter(email_index=wanted))
        return len(find_matching(self.search_grant, rows, "email_index", email))

    def update(self, row: Any, value: str) -> None:
        """Seal one new value into a loaded row and save it."""
        from records.keys.operations import seal_values

        seal_values(self.grant, [row], [{"email": value}])
        row.save(update_fields=["email"])

    def measure_roll(self) -> float:
        """Return how many data keys a second a KEK roll wraps anew."""
        from records.access.purposes import Store
        from records.keys.maintenance import roll_kek_epoch
        from records.keys.operations import create_data_keys

        for _ in range(10):
            ids = [uuid4() for _ in range(10_000)]
            create_data_keys(self.open(ids), store=Store.IDENTITY, subjects=ids)
        rates = []
        for _ in range(3):
            started = perf_counter()
            report = roll_kek_epoch(store=Store.IDENTITY, now=datetime.now(UTC))
            rates.append(report.rewrapped / (perf_counter() - started))
        return max(rates)
