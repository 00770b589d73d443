"""`manage.py purge`, as other people's scripts use it."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from portal.models import StaffProfile, StaffRole
from records.identity.models import DataSubject
from retention.models import ClockMark
from retention.operations import see_clock
from tests import factories
from tests.retention.conftest import DUE, WEEK

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


def purge(**options):
    out = StringIO()
    call_command("purge", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def staff(town):
    """Two controllers' people and a clerk, by user name."""
    for name, role, organisation in (
        ("karla", StaffRole.CONTROLLER, factories.HOME_CITY),
        ("luka", StaffRole.CONTROLLER, factories.OTHER_CITY),
        ("cene", StaffRole.CLERK, factories.HOME_CITY),
    ):
        StaffProfile.objects.create(
            user=get_user_model().objects.create_user(username=name),
            role=role,
            city=organisation,
            organisation=organisation,
        )


def test_a_purge_goes_from_the_list_over_two_approvals_to_its_certificate(town, staff):
    week_before, day = (DUE - WEEK).isoformat(), DUE.isoformat()

    plan = purge(plan=True, now=week_before)
    assert (plan["due"], plan["held"], plan["reasons"]) == (
        1,
        0,
        {"planned:period_over:contract": 1},
    )
    assert plan["execute_from"] == day
    (item,) = plan["items"]
    assert (item["contract_end"], item["last_day_kept"]) == ("2026-11-21", "2031-11-21")
    assert str(town.ana.subject_id) not in json.dumps(plan)
    purge(approve=plan["plan"], user="karla", now=week_before)
    assert purge(approve=plan["plan"], user="luka", now=week_before)["state"] == "approved"
    assert purge(run=True, now=(DUE - timedelta(days=1)).isoformat()) == {"certificates": []}
    (certificate,) = purge(run=True, now=day)["certificates"]

    assert certificate["people"]["erased"] == 1
    assert certificate["plan_sha256"] == plan["sha256"]
    assert DataSubject.objects.count() == 1
    assert purge(run=True, now=day) == {"certificates": []}


def test_a_plan_that_nobody_approved_is_not_run(town, staff):
    purge(plan=True, now=(DUE - WEEK).isoformat())

    assert purge(run=True, now=DUE.isoformat()) == {"certificates": []}
    assert DataSubject.objects.count() == 2


def test_a_clerk_cannot_approve(town, staff):
    plan = purge(plan=True, now=(DUE - WEEK).isoformat())

    with pytest.raises(CommandError, match=r"retention\.not_a_controller"):
        purge(approve=plan["plan"], user="cene", now=(DUE - WEEK).isoformat())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"approve": "x", "user": "karla"}, "not a plan's number"),
        ({"approve": "00000000-0000-4000-8000-000000000000", "user": "nobody"}, "'nobody'"),
        ({"approve": "00000000-0000-4000-8000-000000000000"}, "--as USER"),
        ({"approve": "00000000-0000-4000-8000-000000000000", "user": "karla"}, "no_such_plan"),
        ({"plan": True, "now": "soon"}, "not a time"),
    ],
)
def test_what_cannot_be_understood_ends_with_one_sentence(staff, options, words):
    with pytest.raises(CommandError, match=words):
        purge(**options)


def test_a_time_ahead_is_for_demo_mode_only(town, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="demo mode only"):
        purge(plan=True, now=DUE.isoformat())


def test_outside_demo_mode_a_clock_that_jumped_stops_the_command(town, staff, settings):
    settings.DEMO = False
    today = datetime(2024, 5, 6, tzinfo=UTC)
    see_clock(now=today - timedelta(days=3000))

    with pytest.raises(CommandError, match="clock_jumped"):
        purge(plan=True, now=today.isoformat())
    purge(confirm_clock=True, user="karla", now=today.isoformat())
    assert ClockMark.objects.get().seen_at == today

    assert purge(plan=True, now=today.isoformat())["due"] == 0


def test_a_replay_with_nothing_restored_says_so(town, now):
    assert purge(replay=True, now=now.isoformat()) == {"people": 0, "wallets": 0, "keys": 0}
