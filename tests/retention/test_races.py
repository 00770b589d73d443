"""A hold that arrives while the last look is taken: one of the two comes first, never both."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connections

from records.errors import Refusal
from records.identity.errors import SubjectUnknown
from records.identity.models import DataSubject
from retention.errors import PlanNotOpen
from retention.models import LegalHold, Plan
from retention.operations import place_hold, run_plan, steps
from tests import factories
from tests.retention.conftest import DUE, Town, controller

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
A_MOMENT_SECONDS = 1.0
"""Long enough for a hold that nothing stops."""


@pytest.mark.rule("T7.6.6")
def test_a_hold_during_the_last_look_comes_before_the_erasure_or_is_refused(
    town: Town, approved: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, answers, look = approved(), [], steps.list_held

    def hold() -> None:
        try:
            answers.append(
                place_hold(
                    actor=controller("one"),
                    subject_id=town.ana.subject_id,
                    ground="court_order",
                    citation="II Kp 12345/2031",
                    now=DUE - timedelta(seconds=1),
                )
            )
        except (PlanNotOpen, SubjectUnknown) as refusal:
            answers.append(refusal)
        finally:
            connections.close_all()

    officer = Thread(target=hold)

    def look_while_a_hold_arrives(**people: Any) -> dict[Any, str]:
        held = look(**people)
        officer.start()
        officer.join(A_MOMENT_SECONDS)
        return held

    monkeypatch.setattr(steps, "list_held", look_while_a_hold_arrives)
    run_plan(plan_id=plan.pk, now=DUE)
    officer.join()

    (answer,) = answers
    erased = not DataSubject.objects.filter(pk=town.ana.subject_id).exists()
    assert isinstance(answer, Refusal) is erased
    assert LegalHold.objects.exists() is not erased
