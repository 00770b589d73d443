"""The schedule wakes sweeps that exist, and one refusal does not stop the others."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from portal import sweeps
from portal.celery import app
from records.errors import Refusal
from tests import factories


class Stopped(Refusal):
    """A sweep that a rule stops."""

    code = "test.stopped"


def test_every_scheduled_wake_up_names_a_sweep_and_a_registered_task() -> None:
    app.loader.import_default_modules()
    names = {sweep.name for sweep in sweeps.SWEEPS}

    for entry in sweeps.schedule().values():
        assert entry["task"] in app.tasks
        assert set(entry.get("args", ())) <= names  # type: ignore[call-overload]


@pytest.mark.django_db
def test_a_refused_sweep_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    ran: list[str] = []

    def stop(_now: datetime) -> None:
        raise Stopped

    first, second = sweeps.SWEEPS[:2]
    monkeypatch.setattr(
        sweeps,
        "SWEEPS",
        (replace(first, run=stop), replace(second, run=lambda _now: ran.append("second"))),
    )

    outcomes = dict(sweeps.run_all(now=now))

    assert isinstance(outcomes[first.name], Stopped)
    assert ran == ["second"]


@pytest.mark.django_db
def test_sessions_that_have_ended_are_deleted_with_what_was_typed(now: datetime) -> None:
    for name, day in (("ended", now - timedelta(seconds=1)), ("lives", now + timedelta(hours=1))):
        Session.objects.create(session_key=name, session_data="sealed", expire_date=day)

    assert sweeps.run_named(name="sessions", now=now) == 1

    assert list(Session.objects.values_list("session_key", flat=True)) == ["lives"]


@pytest.mark.django_db
def test_a_sweep_that_has_not_run_is_late_until_it_runs(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    one = replace(sweeps.SWEEPS[0], run=lambda _now: 0)
    monkeypatch.setattr(sweeps, "SWEEPS", (one,))

    assert sweeps.list_late(now=now) == [one.name]

    sweeps.run_named(name=one.name, now=now)
    soon = now + timedelta(seconds=2 * one.every_seconds)
    later = now + timedelta(seconds=3 * one.every_seconds + 61)

    assert sweeps.list_late(now=soon) == []
    assert sweeps.list_late(now=later) == [one.name]

    assert sweeps.run_late(now=later) == [one.name]
    assert sweeps.list_late(now=later) == []


def test_the_demonstrations_messages_end_after_thirty_days(settings: Any, tmp_path: Path) -> None:
    from portal.delivery import DemoChannel, forget_demo_messages, read_demo_messages

    settings.DEMO_MESSAGES_DIR = tmp_path / "demo-messages"
    DemoChannel().send(to="ana@example.org", subject="Varuh", text="VP", now=factories.NOW)

    assert forget_demo_messages(now=factories.NOW + timedelta(days=29)) == 0
    assert len(read_demo_messages()) == 1
    assert forget_demo_messages(now=factories.NOW + timedelta(days=30)) == 1
    assert read_demo_messages() == []
