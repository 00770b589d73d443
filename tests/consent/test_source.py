"""What consent holds about a person is handed over."""

import pytest

from consent.source import ACCEPTANCES, EVENTS, ConsentSource
from records.access.gate import open_gate
from records.access.purposes import ActorRole, DataCategory, Purpose
from records.access.registry import SubjectContext
from tests import factories
from tests.consent.test_ledger import give, withdraw
from tests.consent.test_notices import accept

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


def collect(subject_id, now):
    grant = open_gate(
        actor=factories.make_actor(ActorRole.SYSTEM, "system:test", ""),
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=[DataCategory.CONSENT],
        task="test",
        now=now,
    )
    sections = ConsentSource().collect(grant, SubjectContext(subject_id), now)
    return {section.table: [record.values for record in section.records] for section in sections}


@pytest.mark.rule("PP5c")
def test_acceptances_and_consents_are_handed_over_in_order(city, holder, cene, ana_id, bor_id, now):
    accept(cene, ana_id, now)
    give(holder, ana_id, now)
    withdraw(holder, ana_id, now)

    mine = collect(ana_id, now)

    assert {row["notice"] for row in mine[ACCEPTANCES]} == {
        "terms 1 (sl)",
        "privacy 1 (sl)",
        "price_list 1 (sl)",
    }
    assert [row["kind"] for row in mine[EVENTS]] == ["given", "withdrawn"]
    assert collect(bor_id, now) == {ACCEPTANCES: [], EVENTS: []}


def test_every_declared_personal_column_is_handed_over(city, holder, cene, ana_id, now):
    accept(cene, ana_id, now)
    give(holder, ana_id, now)

    mine = collect(ana_id, now)

    for table, rows in mine.items():
        assert set(rows[0]) == {column.name for column in table.personal()}
