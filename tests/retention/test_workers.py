"""One worker at a time: leases, dead workers, and a source that leaves something out."""

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest

from records.access.inventory import Receipt
from records.cards.source import CardsSource
from records.identity.models import DataSubject
from records.identity.source import IdentitySource
from retention.errors import ErasureIncomplete, LeaseLost, RunElsewhere
from retention.models import Batch, Certificate, Run, Step
from retention.operations import run_plan
from retention.rules.safety import LEASE_SECONDS
from tests import factories
from tests.retention.conftest import DUE
from tests.retention.test_runs import Killed, about, kill_at

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
AFTER_LEASE = DUE + timedelta(seconds=LEASE_SECONDS + 1)


def stop_and_leave_the_lease(plan, holder, point="1:payments:before"):
    with pytest.raises(Killed):
        run_plan(plan_id=plan.pk, now=DUE, on_step=kill_at(point))
    Run.objects.update(
        lease_token="f" * 32,
        lease_until=DUE + timedelta(seconds=LEASE_SECONDS),
        holder=holder,
    )


def a_dead_process():
    return int(
        subprocess.run(
            [sys.executable, "-c", "import os; print(os.getpid())"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )


def test_a_living_worker_of_this_host_keeps_its_run(town, approved):
    plan = approved()
    stop_and_leave_the_lease(plan, f"{socket.gethostname()}/{os.getpid()}")

    with pytest.raises(RunElsewhere):
        run_plan(plan_id=plan.pk, now=DUE)

    assert about(town.ana)["people"] == 1


def test_a_worker_of_another_host_keeps_its_run_until_its_lease_is_over(town, approved):
    plan = approved()
    stop_and_leave_the_lease(plan, f"elsewhere/{a_dead_process()}")

    with pytest.raises(RunElsewhere):
        run_plan(plan_id=plan.pk, now=DUE)
    run_plan(plan_id=plan.pk, now=AFTER_LEASE)

    assert about(town.ana)["people"] == 0


def test_a_dead_worker_of_this_host_is_followed_at_once(town, approved):
    plan = approved()
    stop_and_leave_the_lease(plan, f"{socket.gethostname()}/{a_dead_process()}")

    run_plan(plan_id=plan.pk, now=DUE)

    assert about(town.ana)["people"] == 0


def test_a_worker_that_lost_its_lease_writes_nothing_more(town, approved):
    plan = approved()

    def lose(point):
        if point == "1:identity:before":
            Run.objects.update(lease_token="e" * 32)

    with pytest.raises(LeaseLost):
        run_plan(plan_id=plan.pk, now=DUE, on_step=lose)

    assert Batch.objects.get().step == Step.IDENTITY
    assert about(town.ana)["people"] == 1  # rolled back with the step


@pytest.mark.parametrize(
    ("source", "table"),
    [(IdentitySource, "identity.DataSubject"), (CardsSource, "cards.Application")],
)
def test_a_source_that_leaves_sealed_rows_behind_is_found_before_the_keys_go(
    town, approved, monkeypatch, source, table
):
    plan = approved()
    with monkeypatch.context() as patch:
        patch.setattr(source, "erase", lambda self, *_: Receipt(self.code, deleted={}))

        with pytest.raises(ErasureIncomplete) as refusal:
            run_plan(plan_id=plan.pk, now=DUE)

    assert refusal.value.facts["table"] == table
    assert not Certificate.objects.exists()
    assert Batch.objects.get().step == Step.INDEX_VALUES
    assert DataSubject.objects.count() >= 1
