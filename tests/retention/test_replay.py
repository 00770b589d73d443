"""A restored backup: whoever was erased is erased again before anybody is let in."""

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import connections, transaction

from records.access.models import ErasureLedgerEntry
from records.access.purposes import Store
from records.cards.models import Card
from records.identity.models import DataSubject
from records.keys.links import wallet_pseudonym_for_blocking
from records.keys.models import DataKey
from records.wallet.models import Account
from retention.errors import StoresBehind
from retention.operations import replay_erasure_ledger, run_plan
from retention.queries import count_orphans, require_stores_current, stores_behind
from tests import factories
from tests.retention.conftest import DUE

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


def run_and_restore(plan, stores):
    """Run the plan, then bring stores back to what they were before: a restored backup."""
    savepoints = {store: transaction.savepoint(using=store.value) for store in stores}
    run_plan(plan_id=plan.pk, now=DUE)
    assert not DataSubject.objects.filter(pk=plan_subject(plan)).exists()
    for store, savepoint in savepoints.items():
        transaction.savepoint_rollback(savepoint, using=store.value)


_subjects = {}


def plan_subject(plan):
    return _subjects[plan.pk]


@pytest.fixture
def plan(town, approved):
    plan = approved()
    _subjects[plan.pk] = town.ana.subject_id
    return plan


CASES = [
    (Store.IDENTITY,),
    (Store.PAYMENTS,),
    (Store.KEYS,),
    (Store.IDENTITY, Store.PAYMENTS, Store.KEYS),
]


@pytest.mark.rule("C24")
@pytest.mark.parametrize("stores", CASES, ids="+".join)
def test_a_restored_store_is_behind_until_the_replay_has_erased_again(town, plan, stores):
    run_and_restore(plan, stores)
    assert set(stores_behind()) == set(stores)
    ids = {message.id for message in run_checks(databases=["default"], tags=["database"])}
    assert "varuh.retention.E001" in ids

    with pytest.raises(StoresBehind):
        require_stores_current()

    done = replay_erasure_ledger(DUE)

    assert (done.people, done.wallets, done.keys) != (0, 0, 0)
    assert stores_behind() == ()
    require_stores_current()
    wallet = wallet_pseudonym_for_blocking(town.ana.card_id)
    assert not DataSubject.objects.filter(pk=town.ana.subject_id).exists()
    assert not Card.objects.filter(subject_id=town.ana.subject_id).exists()
    assert not Account.objects.filter(pk=wallet).exists()
    assert set(count_orphans().values()) == {0}
    assert DataSubject.objects.filter(pk=town.bor.subject_id).exists()
    assert Account.objects.filter(pk=wallet_pseudonym_for_blocking(town.bor.card_id)).exists()


def test_a_replay_with_nothing_restored_erases_nobody(town, plan):
    run_plan(plan_id=plan.pk, now=DUE)
    keys = DataKey.objects.count()

    done = replay_erasure_ledger(DUE)

    assert (done.people, done.wallets, done.keys) == (0, 0, 0)
    assert DataKey.objects.count() == keys


def test_the_file_outside_the_backup_knows_what_a_restored_audit_store_forgot(town, plan):
    run_and_restore(plan, [*Store])
    assert ErasureLedgerEntry.objects.count() == 0
    assert set(stores_behind()) == {Store.IDENTITY, Store.PAYMENTS, Store.KEYS}

    replay_erasure_ledger(DUE)

    assert ErasureLedgerEntry.objects.count() == 4
    assert stores_behind() == ()
    assert not DataSubject.objects.filter(pk=town.ana.subject_id).exists()


def test_no_store_is_behind_where_nobody_was_ever_erased(town):
    assert stores_behind() == ()
    assert "varuh.retention.E001" not in {
        message.id for message in run_checks(databases=["default"], tags=["database"])
    }


def test_every_store_that_holds_people_keeps_its_position():
    tables = {
        model._meta.db_table: model._default_manager.db
        for model in apps.get_models()
        if model.__name__ == "ErasurePosition"
    }

    assert sorted(tables.values()) == ["default", "keys", "payments"]
    for table, alias in tables.items():
        assert table in connections[alias].introspection.table_names()
