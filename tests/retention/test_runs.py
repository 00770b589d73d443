"""The run of a plan: what goes, what stays, and that it can be stopped anywhere."""

import json
from hashlib import sha256
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import Sum

from records.access.models import ErasureLedgerEntry
from records.access.purposes import Store
from records.access.registry import sources
from records.cards.models import Card
from records.identity.models import DataSubject
from records.keys.links import wallet_pseudonym_for_blocking
from records.keys.models import DataKey
from records.wallet.models import Account, AccountKind, Posting
from records.wallet.operations import open_wallet
from records.wallet.rules import Limits
from records.wallet.tasks import reconcile_ledger
from retention.models import Batch, PlanItem, Run, Step, SubjectClock
from retention.operations import run_plan
from retention.operations.steps import STEPS
from retention.queries import count_orphans, stores_behind
from tests import factories
from tests.retention.conftest import DUE, prepare_plan

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)

POINTS = [
    f"1:{step.value}:{moment}" for step in STEPS for moment in ("before", "done", "after")
] + ["certificate:before", "certificate:after"]


def contents():
    """Return every row of the three stores that hold people, but what counts attempts."""
    found = {}
    for source in sources():
        for table in source.tables:
            if table.store is Store.AUDIT or table.model.startswith("retention."):
                continue
            model = apps.get_model(table.model)
            rows = model._base_manager.values_list(
                *[field.attname for field in model._meta.local_concrete_fields]
            )
            found[table.model] = sorted(map(repr, rows))
    assert found
    return found


def about(holder):
    wallet = wallet_pseudonym_for_blocking(holder.card_id)
    return {
        "people": DataSubject.objects.filter(pk=holder.subject_id).count(),
        "cards": Card.objects.filter(subject_id=holder.subject_id).count(),
        "wallets": Account.objects.filter(pk=wallet).count(),
        "postings": Posting.objects.filter(wallet=wallet).count(),
    }


@pytest.mark.rule("PP5b", "PP5a", "C24")
def test_a_run_erases_ana_in_every_store_and_leaves_bor_alone(town, approved):
    plan = approved()
    assert about(town.ana) == {"people": 1, "cards": 1, "wallets": 1, "postings": 6}
    bor, keys = about(town.bor), DataKey.objects.count()

    certificate = run_plan(plan_id=plan.pk, now=DUE)

    assert set(about(town.ana).values()) == {0}
    assert about(town.bor) == bor
    assert DataKey.objects.count() < keys
    body = json.loads(certificate.body)
    assert body["people"] == {"due": 1, "erased": 1, "held": {}, "dropped": {}}
    assert body["deleted"]["identity.DataSubject"] == 1
    assert body["deleted"]["wallet.Account"] == 1
    assert body["deleted"]["keys.DataKey:default"] >= 1
    assert body["kept"]["consent.ConsentEvent:consent"] == 2


def test_a_certificate_holds_its_own_hash_and_names_nobody(town, approved):
    plan = approved()

    certificate = run_plan(plan_id=plan.pk, now=DUE)

    assert certificate.sha256 == sha256(certificate.body.encode()).hexdigest()
    assert json.loads(certificate.body)["plan_sha256"] == plan.sha256
    for holder in (town.ana, town.bor):
        assert str(holder.subject_id) not in certificate.body
        assert str(holder.card_id) not in certificate.body


def test_the_saga_forgets_whom_it_erased(town, approved):
    plan = approved()
    item = PlanItem.objects.get(plan=plan)
    assert item.subject_id == town.ana.subject_id

    run_plan(plan_id=plan.pk, now=DUE)

    item.refresh_from_db()
    assert (item.subject_id, item.card_ids, item.state) == (None, [], "erased")
    assert not SubjectClock.objects.filter(pk=town.ana.subject_id).exists()


def test_the_erasure_ledger_is_written_for_every_store_before_the_first_row_goes(town, approved):
    plan = approved()
    seen = {}

    def look(point):
        seen[point] = (ErasureLedgerEntry.objects.count(), about(town.ana)["postings"])

    run_plan(plan_id=plan.pk, now=DUE, on_step=look)

    assert seen["1:ledger:before"] == (0, 6)
    entries, postings = seen["1:block:before"]
    assert postings == 6
    assert entries == 4  # person, wallet, and a name for the keys of each
    assert stores_behind() == ()


@pytest.mark.rule("PP5b")
def test_no_row_is_left_without_its_person(town, approved):
    plan = approved()
    assert set(count_orphans().values()) == {0}

    run_plan(plan_id=plan.pk, now=DUE)

    assert set(count_orphans().values()) == {0}


def test_a_row_left_behind_is_found_as_an_orphan(town):
    DataSubject.objects.filter(pk=town.ana.subject_id).delete()

    orphans = count_orphans()

    assert orphans["cards.Card"] == 1
    assert orphans["keys.DataKey"] == 1


def test_a_wallet_without_a_card_is_found_as_an_orphan(town, now):
    open_wallet(wallet=uuid4(), city=factories.HOME_CITY, limits=Limits(), now=now)

    assert count_orphans()["wallet.Account"] == 1


def test_a_finished_run_gives_its_certificate_again(town, approved):
    plan = approved()
    first = run_plan(plan_id=plan.pk, now=DUE)

    assert run_plan(plan_id=plan.pk, now=DUE) == first


@pytest.mark.rule("T4.1.12d", "C10")
def test_money_nobody_claimed_is_booked_before_its_wallet_goes(town, now):
    town.cancel(town.bor, now)  # with 15 EUR left
    later = DUE.replace(year=2036)
    plan = prepare_plan(later)
    assert plan.due == 2

    certificate = run_plan(plan_id=plan.pk, now=later)

    assert json.loads(certificate.body)["people"]["erased"] == 2
    assert DataSubject.objects.count() == 0
    unclaimed = Account.objects.get(kind=AccountKind.UNCLAIMED, city=factories.HOME_CITY)
    total = Posting.objects.filter(account=unclaimed).aggregate(sum=Sum("amount_minor"))["sum"]
    assert abs(unclaimed.folded_minor + (total or 0)) == 1500
    assert not reconcile_ledger(now=later).findings


def test_people_go_batch_by_batch(town, cene, now, monkeypatch):
    monkeypatch.setattr("retention.operations.runs.BATCH_PEOPLE", 1)
    erik = factories.make_holder(actor=cene, person=factories.ERIK, now=now)
    town.cancel(erik, now)
    plan, seen = prepare_plan(), []

    run_plan(plan_id=plan.pk, now=DUE, on_step=seen.append)

    assert {point.split(":")[0] for point in seen} == {"1", "2", "certificate"}
    assert DataSubject.objects.count() == 1
    assert about(town.bor)["people"] == 1


class Killed(BaseException):
    """The process is gone."""


def kill_at(target):
    def on_step(point):
        if point == target:
            raise Killed(point)

    return on_step


def test_the_points_of_a_run_are_those_that_are_broken_below(town, approved):
    plan, seen = approved(), []

    run_plan(plan_id=plan.pk, now=DUE, on_step=seen.append)

    assert seen == POINTS


@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_anywhere_is_finished_by_the_next_one(town, approved, point):
    plan = approved()
    before = contents()

    with pytest.raises(Killed):
        run_plan(plan_id=plan.pk, now=DUE, on_step=kill_at(point))
    certificate = run_plan(plan_id=plan.pk, now=DUE)

    assert set(about(town.ana).values()) == {0}
    assert json.loads(certificate.body)["people"]["erased"] == 1
    assert set(Batch.objects.values_list("step", flat=True)) == {Step.DONE}
    assert Run.objects.get().state == "done"
    assert set(count_orphans().values()) == {0}
    assert stores_behind() == ()
    assert about(town.bor) == {"people": 1, "cards": 1, "wallets": 1, "postings": 4}
    bor = {row for rows in before.values() for row in rows if str(town.bor.subject_id) in row}
    after = {row for rows in contents().values() for row in rows}
    assert bor
    assert bor <= after
