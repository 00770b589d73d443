"""Plans: the list, the wait, the four eyes and the brakes."""

from datetime import timedelta

import pytest

from records.access.purposes import ActorRole
from records.identity.models import DataSubject
from records.legal_days import legal_day
from retention.errors import (
    AlreadyApproved,
    ClockJumped,
    NoSuchHold,
    NotAController,
    NotApproved,
    PlanChanged,
    PlanNotOpen,
    TooMany,
    TooSoon,
    UnknownGround,
)
from retention.models import ClockMark, Plan, PlanItem, SubjectClock
from retention.operations import (
    approve_plan,
    confirm_clock,
    lift_hold,
    make_plan,
    place_hold,
    run_due_plans,
    run_plan,
    see_clock,
    sweep_clocks,
    withdraw_plan,
    withdraw_stale_plans,
)
from retention.queries import due_within
from retention.rules.safety import usual_limit
from tests import factories
from tests.retention.conftest import DUE, WEEK, controller

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
ONE = controller("one")
TWO = controller("two", factories.OTHER_CITY)


def computed(now):
    confirm_clock(actor=ONE, now=now)
    sweep_clocks(now)


@pytest.mark.rule("PP5b", "C10")
def test_the_clock_of_an_ended_contract_says_until_when_data_is_kept(town, now):
    sweep_clocks(now + timedelta(days=1))

    clock = SubjectClock.objects.get(pk=town.ana.subject_id)
    assert clock.contract_end == legal_day(now)
    assert clock.last_day_kept == legal_day(now).replace(year=2031)
    assert clock.purge_from.isoformat() == "2031-11-21T23:00:00+00:00"  # 00:00 in Ljubljana
    assert not SubjectClock.objects.filter(pk=town.bor.subject_id).exists()


@pytest.mark.rule("T4.1.12c", "C10")
def test_money_on_an_ended_card_keeps_the_contract_open(town, now):
    town.cancel(town.bor, now)

    sweep_clocks(now + timedelta(days=1))

    clock = SubjectClock.objects.get(pk=town.bor.subject_id)
    assert (clock.contract_end, clock.purge_from, clock.open) == (None, None, ["balance"])


@pytest.mark.rule("T4.1.12d", "C10")
def test_money_that_nobody_claims_ends_the_contract_after_sixty_months(town, now):
    town.cancel(town.bor, now)

    computed(DUE + timedelta(days=1))

    clock = SubjectClock.objects.get(pk=town.bor.subject_id)
    assert clock.contract_end == legal_day(now).replace(year=2031)
    assert clock.last_day_kept == legal_day(now).replace(year=2036)


@pytest.mark.rule("C9")
def test_a_refused_application_gets_a_clock_of_its_own(town, cene, now):
    from records.cards.rules import RefusalReason
    from records.contracts.operations import refuse_application

    standing = factories.submit(actor=cene, person=factories.ERIK, now=now)
    refuse_application(
        actor=cene,
        application_id=standing.application_id,
        reason=next(iter(RefusalReason)),
        now=now,
    )

    sweep_clocks(now)

    clock = SubjectClock.objects.get(pk=standing.subject_id)
    assert (clock.contract_end, clock.rule) == (legal_day(now), "no_card_issued")


def test_a_new_card_takes_the_clock_away(town, cene, now):
    sweep_clocks(now)
    assert SubjectClock.objects.filter(pk=town.ana.subject_id).exists()

    factories.submit(actor=cene, person=None, subject_id=town.ana.subject_id, now=now)
    sweep_clocks(now)

    assert not SubjectClock.objects.filter(pk=town.ana.subject_id).exists()


def test_a_sweep_looks_again_at_nobody_it_has_just_judged(town, now):
    assert sweep_clocks(now) == 1

    assert sweep_clocks(now) == 0
    assert sweep_clocks(now + timedelta(days=31)) == 1


def test_what_is_coming_is_told_by_rule(town):
    computed(DUE - timedelta(days=60))

    assert due_within(days=30, now=DUE - timedelta(days=60)) == []
    (line,) = due_within(days=90, now=DUE - timedelta(days=60))
    assert (line.rule, line.due, line.held) == ("contract", 1, 0)


def test_a_plan_lists_who_is_due_and_erases_nothing(town):
    computed(DUE - WEEK)

    plan = make_plan(actor=ONE, now=DUE - WEEK)

    assert (plan.due, plan.held, plan.people) == (1, 0, 2)
    item = PlanItem.objects.get(plan=plan)
    assert (item.subject_id, item.reason) == (town.ana.subject_id, "period_over:contract")
    assert DataSubject.objects.count() == 2


def test_a_plan_waits_seven_days(town, approved):
    computed(DUE - WEEK)
    with pytest.raises(TooSoon):
        make_plan(actor=ONE, now=DUE - WEEK, execute_from=DUE - timedelta(seconds=1))

    plan = approved()
    confirm_clock(actor=ONE, now=DUE - timedelta(seconds=1))

    with pytest.raises(TooSoon):
        run_plan(plan_id=plan.pk, now=DUE - timedelta(seconds=1))


def test_nobody_is_planned_while_a_grant_of_the_last_moment_may_live(town):
    midnight = DUE.replace(day=21, hour=23)
    computed(midnight - WEEK)

    assert make_plan(actor=ONE, now=midnight - WEEK).due == 0
    assert make_plan(actor=ONE, now=midnight - WEEK + timedelta(minutes=10)).due == 1


def test_nobody_stands_in_two_open_plans(town):
    computed(DUE - WEEK)
    make_plan(actor=ONE, now=DUE - WEEK)

    assert make_plan(actor=ONE, now=DUE - WEEK).due == 0


def made():
    computed(DUE - WEEK)
    return make_plan(actor=ONE, now=DUE - WEEK)


def test_one_approval_is_not_enough(town):
    plan = made()
    approve_plan(actor=ONE, plan_id=plan.pk, now=DUE - WEEK)
    confirm_clock(actor=ONE, now=DUE)

    with pytest.raises(NotApproved):
        run_plan(plan_id=plan.pk, now=DUE)


def test_the_same_person_does_not_approve_twice(town):
    plan = made()
    approve_plan(actor=ONE, plan_id=plan.pk, now=DUE - WEEK)

    with pytest.raises(AlreadyApproved):
        approve_plan(actor=ONE, plan_id=plan.pk, now=DUE - WEEK)


@pytest.mark.parametrize("role", [role for role in ActorRole if role is not ActorRole.CONTROLLER])
def test_only_a_controller_approves_withdraws_holds_and_confirms(town, now, role):
    plan = made()
    actor = factories.make_actor(role, "somebody")

    for act in (
        lambda: approve_plan(actor=actor, plan_id=plan.pk, now=now),
        lambda: withdraw_plan(actor=actor, plan_id=plan.pk),
        lambda: confirm_clock(actor=actor, now=now),
        lambda: place_hold(
            actor=actor,
            subject_id=town.ana.subject_id,
            ground="freeze",
            citation="x",
            now=now,
        ),
    ):
        with pytest.raises(NotAController):
            act()


def test_a_plan_that_was_changed_is_not_approved_and_not_run(town, approved):
    plan = approved()
    PlanItem.objects.filter(plan=plan).update(subject_id=town.bor.subject_id)

    with pytest.raises(PlanChanged):
        run_plan(plan_id=plan.pk, now=DUE)

    assert DataSubject.objects.count() == 2


def test_a_withdrawn_plan_forgets_who_was_in_it_and_does_not_run(town, approved):
    plan = approved()

    withdraw_plan(actor=ONE, plan_id=plan.pk)

    assert PlanItem.objects.get(plan=plan).subject_id is None
    with pytest.raises(PlanNotOpen):
        run_plan(plan_id=plan.pk, now=DUE)


def test_a_plan_that_nobody_carried_out_is_withdrawn_after_thirty_days(town, approved):
    plan, month = approved(), timedelta(days=30)

    assert withdraw_stale_plans(DUE + month) == 0
    assert withdraw_stale_plans(DUE + month + timedelta(seconds=1)) == 1

    plan.refresh_from_db()
    assert plan.state == "withdrawn"
    assert PlanItem.objects.get(plan=plan).subject_id is None


@pytest.mark.parametrize(("people", "limit"), [(0, 20), (1000, 20), (1001, 20), (5000, 100)])
def test_the_usual_number_of_people_is_a_share_of_all(people, limit):
    assert usual_limit(people) == limit


def test_a_plan_for_unusually_many_needs_the_number_typed_in_by_both(town, monkeypatch):
    monkeypatch.setattr("retention.operations.planning.usual_limit", lambda _people: 0)
    plan = made()

    with pytest.raises(TooMany):
        approve_plan(actor=ONE, plan_id=plan.pk, now=DUE - WEEK)
    approve_plan(actor=ONE, plan_id=plan.pk, now=DUE - WEEK, confirmed_due=1)
    with pytest.raises(TooMany):
        approve_plan(actor=TWO, plan_id=plan.pk, now=DUE - WEEK, confirmed_due=2)
    approve_plan(actor=TWO, plan_id=plan.pk, now=DUE - WEEK, confirmed_due=1)
    confirm_clock(actor=ONE, now=DUE)

    run_plan(plan_id=plan.pk, now=DUE)
    assert DataSubject.objects.count() == 1


def test_a_run_that_became_unusually_large_stops(town, approved, monkeypatch):
    plan = approved()
    monkeypatch.setattr("retention.operations.planning.usual_limit", lambda _people: 0)

    with pytest.raises(TooMany):
        run_plan(plan_id=plan.pk, now=DUE)

    assert DataSubject.objects.count() == 2


@pytest.mark.parametrize("jump", [timedelta(days=1, seconds=1), -timedelta(days=1, seconds=1)])
def test_a_system_date_that_jumps_stops_plans_and_runs(town, approved, jump):
    plan = approved()
    confirm_clock(actor=ONE, now=DUE - jump)

    with pytest.raises(ClockJumped):
        run_plan(plan_id=plan.pk, now=DUE)
    with pytest.raises(ClockJumped):
        make_plan(actor=ONE, now=DUE)
    assert run_due_plans(DUE) == []

    assert DataSubject.objects.count() == 2


def test_a_sweep_at_a_time_that_jumped_does_not_heal_the_brake(town, now):
    see_clock(now=now)
    see_clock(now=now + timedelta(hours=23))
    assert ClockMark.objects.get().seen_at == now + timedelta(hours=23)

    see_clock(now=now + timedelta(days=400))

    assert ClockMark.objects.get().seen_at == now + timedelta(hours=23)


@pytest.mark.rule("T7.6.6")
def test_a_hold_stands_in_the_plan_with_its_reason_and_keeps_the_person(town):
    hold = place_hold(
        actor=ONE,
        subject_id=town.ana.subject_id,
        ground="freeze",
        citation="order I K 1/2031",
        now=DUE - timedelta(days=30),
    )

    plan = made()
    assert (plan.due, plan.held) == (0, 1)
    assert PlanItem.objects.get(plan=plan).reason == "hold:freeze"

    withdraw_plan(actor=ONE, plan_id=plan.pk)
    lift_hold(actor=ONE, hold_id=hold.pk, now=DUE - WEEK)
    assert make_plan(actor=ONE, now=DUE - WEEK).due == 1
    with pytest.raises(NoSuchHold):
        lift_hold(actor=ONE, hold_id=hold.pk, now=DUE - WEEK)


def test_a_hold_needs_a_listed_ground_and_a_citation(town, now):
    for ground, citation in (("because", "x"), ("freeze", " ")):
        with pytest.raises(UnknownGround):
            place_hold(
                actor=ONE,
                subject_id=town.ana.subject_id,
                ground=ground,
                citation=citation,
                now=now,
            )


@pytest.mark.rule("T7.6.6")
def test_a_hold_placed_after_the_approval_drops_the_person_from_the_run(town, approved):
    plan = approved()
    place_hold(
        actor=ONE,
        subject_id=town.ana.subject_id,
        ground="court_order",
        citation="order II K 2/2031",
        now=DUE,
    )

    certificate = run_plan(plan_id=plan.pk, now=DUE)

    assert '"dropped":{"hold:court_order":1}' in certificate.body
    assert DataSubject.objects.count() == 2
    assert Plan.objects.get(pk=plan.pk).state == "done"


def test_a_contract_renewed_after_the_approval_drops_the_person_from_the_run(town, cene):
    plan = made()
    for actor in (ONE, TWO):
        approve_plan(actor=actor, plan_id=plan.pk, now=DUE - WEEK)
    factories.submit(
        actor=cene,
        person=None,
        subject_id=town.ana.subject_id,
        now=DUE - timedelta(days=3),
    )
    confirm_clock(actor=ONE, now=DUE)

    certificate = run_plan(plan_id=plan.pk, now=DUE)

    assert '"dropped":{"contract_runs":1}' in certificate.body
    assert DataSubject.objects.count() == 2


def test_a_pending_request_drops_the_person_from_the_run(town, approved):
    from retention import ports

    plan = approved()
    ports.register_hold_source(
        "test", lambda people, _now: dict.fromkeys(people, "request_pending")
    )
    try:
        certificate = run_plan(plan_id=plan.pk, now=DUE)
    finally:
        del ports._sources["test"]

    assert '"dropped":{"request_pending":1}' in certificate.body
    assert DataSubject.objects.count() == 2


@pytest.mark.rule("T7.6.6", "C10")
def test_a_hold_placed_while_the_contract_ran_keeps_it_open_until_it_is_lifted(town, now):
    hold = place_hold(
        actor=ONE, subject_id=town.ana.subject_id, ground="freeze", citation="I K 1", now=now
    )
    sweep_clocks(now)
    clock = SubjectClock.objects.get(pk=town.ana.subject_id)
    assert (clock.contract_end, clock.open) == (None, ["freeze"])

    lifted = now + timedelta(days=100)
    lift_hold(actor=ONE, hold_id=hold.pk, now=lifted)
    sweep_clocks(lifted)

    clock.refresh_from_db()
    assert clock.contract_end == legal_day(lifted)
    assert clock.open == []


def test_a_hold_placed_after_the_contract_ended_keeps_the_data_and_not_the_contract(town, now):
    sweep_clocks(now)
    later = now + timedelta(days=40)
    place_hold(
        actor=ONE, subject_id=town.ana.subject_id, ground="freeze", citation="I K 1", now=later
    )

    sweep_clocks(later)

    assert SubjectClock.objects.get(pk=town.ana.subject_id).contract_end == legal_day(now)


def test_the_person_goes_with_the_last_of_contract_and_rights_case(town, now):
    from retention import ports

    answered = legal_day(now).replace(year=2033)
    ports.register_period_source("case", lambda _people: {town.ana.subject_id: answered})
    try:
        sweep_clocks(now)
    finally:
        from dsar.queries import list_case_periods

        ports.register_period_source("case", list_case_periods)

    clock = SubjectClock.objects.get(pk=town.ana.subject_id)
    assert (clock.contract_end, clock.last_day_kept) == (legal_day(now), answered)
    assert clock.rule == "case"


def test_a_rights_request_filed_in_the_last_week_is_answered_before_the_person_goes(town, approved):
    from dsar.operations import file_request
    from dsar.rules import Right
    from records.access.grants import Actor
    from records.access.purposes import Action, Purpose
    from retention.queries import refuse_after_period

    plan, ana = approved(), town.ana.subject_id
    file_request(
        right=Right.ACCESS,
        actor=Actor(role=ActorRole.HOLDER, id="holder", organisation=""),
        subject_id=ana,
        scope=[],
        now=DUE - timedelta(days=2),
    )

    certificate = run_plan(plan_id=plan.pk, now=DUE)

    assert '"dropped":{"request_pending":1}' in certificate.body
    assert DataSubject.objects.count() == 2
    assert refuse_after_period(Purpose.RIGHTS_REQUEST, Action.DISCLOSE, [ana], DUE) is None
