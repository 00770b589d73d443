"""From `purge_from` on the gate opens for the erasure only."""

from datetime import timedelta

import pytest

from records.access.gate import open_gate
from records.access.purposes import PURPOSES, Action, Purpose
from retention.errors import PeriodOver
from retention.models import SubjectClock
from retention.operations import confirm_clock, place_hold, run_plan, sweep_clocks
from retention.operations.steps import STEPS
from tests import factories
from tests.retention.conftest import DUE, controller

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
ONE = controller("one")
LAST_MOMENT = DUE.replace(day=21, hour=22, minute=59, second=59)
FIRST_MOMENT = DUE.replace(day=21, hour=23, minute=0, second=0)
OVER = {"1:strip:done", "1:strip:after", "certificate:before", "certificate:after"}
OTHERS = [purpose for purpose in Purpose if purpose not in {Purpose.RETENTION, Purpose.NEWS}]


def open_for(purpose, subject_id, now):
    spec = PURPOSES[purpose]
    return open_gate(
        actor=factories.make_actor(min(spec.roles), "somebody"),
        purpose=purpose,
        subjects=[subject_id],
        categories=spec.categories,
        action=min(spec.actions - {Action.SEARCH}),
        task="test",
        now=now,
    )


@pytest.fixture
def clocked(town):
    confirm_clock(actor=ONE, now=DUE - timedelta(days=3))
    sweep_clocks(DUE - timedelta(days=3))
    return town


@pytest.mark.rule("PP5b")
@pytest.mark.parametrize("purpose", OTHERS)
def test_the_gate_shuts_at_the_first_moment_after_the_last_day_kept(clocked, purpose):
    ana = clocked.ana.subject_id

    assert open_for(purpose, ana, LAST_MOMENT).purpose is purpose
    with pytest.raises(PeriodOver):
        open_for(purpose, ana, FIRST_MOMENT)


def test_the_gate_stays_open_for_bor_and_for_the_erasure(clocked):
    assert open_for(Purpose.OWN_DATA, clocked.bor.subject_id, FIRST_MOMENT)
    assert open_for(Purpose.RETENTION, clocked.ana.subject_id, FIRST_MOMENT)


def test_one_person_whose_period_is_over_shuts_the_gate_for_a_list(clocked):
    with pytest.raises(PeriodOver) as refusal:
        open_gate(
            actor=factories.make_actor("clerk", "somebody"),
            purpose=Purpose.CARD_ADMINISTRATION,
            subjects=[clocked.ana.subject_id, clocked.bor.subject_id],
            categories=PURPOSES[Purpose.CARD_ADMINISTRATION].categories,
            task="test",
            now=FIRST_MOMENT,
        )
    assert refusal.value.facts["people"] == 1


@pytest.mark.rule("T7.6.6")
def test_who_is_held_stays_reachable(clocked):
    place_hold(
        actor=ONE,
        subject_id=clocked.ana.subject_id,
        ground="dispute",
        citation="case III P 3/2031",
        now=LAST_MOMENT,
    )

    assert open_for(Purpose.RIGHTS_REQUEST, clocked.ana.subject_id, FIRST_MOMENT)


def test_the_gate_stays_shut_at_every_point_of_a_run(town, approved):
    plan, refused = approved(), []

    def knock(point):
        # When the last step is done the reference is forgotten, and there is nothing to open.
        if point not in OVER:
            with pytest.raises(PeriodOver):
                open_for(Purpose.OWN_DATA, town.ana.subject_id, DUE)
            refused.append(point)

    run_plan(plan_id=plan.pk, now=DUE, on_step=knock)

    assert len(refused) == 3 * len(STEPS) - 2


def test_a_person_whose_erasure_has_begun_is_shut_off_even_if_a_hold_comes(clocked):
    SubjectClock.objects.filter(pk=clocked.ana.subject_id).update(erasing_since=FIRST_MOMENT)

    with pytest.raises(PeriodOver):
        open_for(Purpose.OWN_DATA, clocked.ana.subject_id, LAST_MOMENT)
