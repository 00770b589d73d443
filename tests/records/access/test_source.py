"""What a holder receives of the log, and that every column of the audit store is declared."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps

from records.access.inventory import NotPersonal
from records.access.purposes import ActorRole, DataCategory, Purpose
from records.access.registry import SubjectContext
from records.access.source import LOG, TABLES, AccessSource
from tests.factories import ALL_STORES, make_actor
from tests.records.access.conftest import ANA, BOR

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]


def test_every_column_of_every_table_is_declared() -> None:
    declared = {table.model: table for table in TABLES}
    for model in apps.get_app_config("access").get_models():
        table = declared.pop(model._meta.label)
        if not table.whole_because:
            assert {column.name for column in table.columns} == {
                field.column for field in model._meta.concrete_fields
            }
    assert not declared


@pytest.fixture
def answering(open_for: Open) -> Any:
    """A Grant of Ana's access request, with her wallet."""
    return open_for(
        actor=make_actor(ActorRole.HOLDER, "ana", ""),
        purpose=Purpose.OWN_DATA,
        categories=[DataCategory.ACCESS_LOG],
    )


@pytest.mark.rule("T2.6")
def test_she_receives_each_look_with_time_purpose_role_and_kinds(
    open_for: Open, answering: Any, now: datetime
) -> None:
    open_for()
    open_for(subjects=[BOR])

    (section,) = AccessSource().collect(answering, SubjectContext(ANA), now)

    assert section.table is LOG
    records = list(section.records)
    assert len(records) == 2
    looked = records[0].values
    assert looked["timestamp"] == now
    assert (looked["role"], looked["purpose"]) == ("clerk", "card_administration")
    assert (looked["organisation"], looked["categories"]) == ("novo-mesto", "name")


def test_no_colleague_is_named(open_for: Open, answering: Any, cene: Any, now: datetime) -> None:
    open_for()

    (section,) = AccessSource().collect(answering, SubjectContext(ANA), now)

    withheld = {column.name for column in LOG.personal() if column.withheld}
    assert withheld == {"actor", "task"}
    for record in section.records:
        assert not withheld & set(record.values)
        assert cene.id not in repr(record.values)


def test_looks_at_her_wallet_are_looks_at_her(open_for: Open, now: datetime) -> None:
    wallet = uuid4()
    open_for(
        purpose=Purpose.WALLET_ADMINISTRATION,
        subjects=[],
        wallets=[wallet],
        categories=[DataCategory.WALLET],
    )
    grant = open_for(
        actor=make_actor(ActorRole.HOLDER, "ana", ""),
        purpose=Purpose.OWN_DATA,
        categories=[DataCategory.ACCESS_LOG],
        wallets=[wallet],
    )

    (section,) = AccessSource().collect(grant, SubjectContext(ANA, (wallet,)), now)

    assert [one.values["categories"] for one in section.records] == ["access_log", "wallet"]


def test_more_lines_than_a_page_are_all_there(
    open_for: Open, answering: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.access import queries

    monkeypatch.setattr(queries, "MOST_LINES", 3)
    for _ in range(7):
        open_for()

    (section,) = AccessSource().collect(answering, SubjectContext(ANA), now)

    assert len(list(section.records)) == 8


def test_erasure_leaves_the_log_to_its_year(open_for: Open, answering: Any, now: datetime) -> None:
    from records.access.models import LogEntry

    before = LogEntry.objects.count()

    receipt = AccessSource().erase(answering, SubjectContext(ANA), now)

    assert LogEntry.objects.count() == before
    assert receipt.deleted == {}
    assert receipt.kept["access.LogEntry"][1] == "access_log"


def test_what_says_nothing_about_a_person_says_why() -> None:
    for table in TABLES:
        for column in table.columns:
            if isinstance(column, NotPersonal):
                assert len(column.because.split()) > 3
