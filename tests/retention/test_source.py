"""What retention holds about a person is handed over, and goes with them."""

from datetime import timedelta

import pytest

from records.access.gate import open_gate
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.access.registry import SubjectContext
from retention.models import LegalHold, PlanItem, SubjectClock
from retention.operations import make_plan, place_hold, sweep_clocks
from retention.source import CLOCKS, HOLDS, ITEMS, RetentionSource
from tests import factories
from tests.retention.conftest import DUE, WEEK, controller, prepare_plan

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
ONE = controller("one")


def hold_ana(town, now):
    """Place a hold after the contract's end: it keeps the data, not the contract."""
    place_hold(
        actor=ONE, subject_id=town.ana.subject_id, ground="freeze", citation="I K 1", now=now
    )


def grant(subject_id, purpose, action, now):
    return open_gate(
        actor=factories.make_actor(ActorRole.SYSTEM, "system:test", ""),
        purpose=purpose,
        subjects=[subject_id],
        categories=[DataCategory.CARD],
        action=action,
        task="test",
        now=now,
    )


def collect(subject_id, now):
    opened = grant(subject_id, Purpose.RIGHTS_REQUEST, Action.CONSULT, now)
    sections = RetentionSource().collect(opened, SubjectContext(subject_id), now)
    return {section.table: [record.values for record in section.records] for section in sections}


def test_clock_hold_and_plan_are_handed_over_without_names_of_staff(town, now):
    hold_ana(town, now + timedelta(days=1))
    sweep_clocks(now)

    mine = collect(town.ana.subject_id, now)

    assert mine[CLOCKS][0]["last_day_kept"].isoformat() == "2031-11-21"
    assert mine[HOLDS][0]["ground"] == "freeze"
    assert "placed_by" not in mine[HOLDS][0]
    assert mine[ITEMS] == []
    assert collect(town.bor.subject_id, now) == {CLOCKS: [], HOLDS: [], ITEMS: []}


def test_a_plan_that_names_the_person_is_handed_over(town):
    prepare_plan()
    before = DUE - timedelta(days=2)

    (item,) = collect(town.ana.subject_id, before)[ITEMS]

    assert (item["state"], item["reason"]) == ("planned", "period_over:contract")


def test_erasure_removes_clock_and_holds_and_strips_plans(town, now):
    hold_ana(town, now + timedelta(days=1))
    prepare_plan()
    ana = town.ana.subject_id
    assert SubjectClock.objects.filter(pk=ana).exists()
    assert PlanItem.objects.filter(subject_id=ana).exists()

    opened = grant(ana, Purpose.RETENTION, Action.ERASE, DUE)
    receipts = [RetentionSource().erase(opened, SubjectContext(ana), DUE) for _ in range(2)]

    assert receipts[0].deleted == {CLOCKS.model: 1, HOLDS.model: 1, ITEMS.model: 0}
    assert set(receipts[1].deleted.values()) == {0}
    assert not LegalHold.objects.exists()
    assert not PlanItem.objects.filter(subject_id=ana).exists()


def test_while_a_run_is_at_it_the_clock_stays_and_keeps_the_gate_shut(town):
    prepare_plan()
    ana = town.ana.subject_id
    SubjectClock.objects.filter(pk=ana).update(erasing_since=DUE)

    opened = grant(ana, Purpose.RETENTION, Action.ERASE, DUE)
    RetentionSource().erase(opened, SubjectContext(ana), DUE)

    assert SubjectClock.objects.filter(pk=ana).exists()
    assert PlanItem.objects.filter(subject_id=ana).exists()


def test_a_plan_made_after_the_erasure_names_nobody(town):
    prepare_plan()
    ana = town.ana.subject_id
    opened = grant(ana, Purpose.RETENTION, Action.ERASE, DUE)
    RetentionSource().erase(opened, SubjectContext(ana), DUE)

    plan = make_plan(actor=ONE, now=DUE, execute_from=DUE + WEEK)

    assert (plan.due, plan.held) == (0, 0)
