"""What rights requests hold about a person is handed over, erased with the person, and held while
it is answered.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsar.errors import RequestPending
from dsar.models import Case, CaseEvent, Fulfilment, Package
from dsar.rules import Channel
from dsar.source import DsarSource
from dsar.tasks import fulfil_cases
from records.access.gate import open_gate
from records.access.grants import Actor, Grant
from records.access.purposes import Action, DataCategory, Purpose
from records.access.registry import SubjectContext
from tests.dsar.conftest import fetch
from tests.factories import ALL_STORES, Holder

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


def grant_for(holder: Holder, actor: Actor, now: Any) -> Grant:
    """Open the gate for an answer about this person."""
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[holder.subject_id],
        categories=[DataCategory.CASE],
        action=Action.ERASE,
        task="test",
        now=now,
    )


def context(holder: Holder) -> SubjectContext:
    """Return the person without their wallets, which this source does not need."""
    return SubjectContext(subject_id=holder.subject_id)


def test_cases_history_and_packages_are_handed_over(
    file_request: Callable[..., Case], holder: Holder, cera: Actor, now: Any
) -> None:
    case = file_request()
    fulfil_cases(now)

    sections = DsarSource().collect(grant_for(holder, cera, now), context(holder), now)

    by_model = {section.table.model: section.records for section in sections}
    cases, events = by_model["dsar.Case"], by_model["dsar.CaseEvent"]
    packages = by_model["dsar.Package"]
    assert cases[0].values["reference"] == case.reference
    assert [event.values["case"] for event in events] == [case.reference] * 6
    assert packages[0].values["sha256"] == Package.objects.get().sha256
    assert "content_key" not in packages[0].values


def test_erasure_takes_everything_of_the_person_and_nothing_of_the_neighbour(
    file_request: Callable[..., Case],
    holder: Holder,
    neighbour: Holder,
    cera: Actor,
    folders: Path,
    now: Any,
) -> None:
    file_request()
    file_request(subject_id=neighbour.subject_id)
    fulfil_cases(now)
    assert len(list((folders / "packages").iterdir())) == 2

    receipt = DsarSource().erase(grant_for(holder, cera, now), context(holder), now)
    again = DsarSource().erase(grant_for(holder, cera, now), context(holder), now)

    assert {model: rows for model, rows in receipt.deleted.items() if rows} == {
        "dsar.Case": 1,
        "dsar.CaseEvent": 6,
        "dsar.CaseMessage": 2,
        "dsar.Fulfilment": 1,
        "dsar.Package": 1,
    }
    assert set(again.deleted.values()) == {0}
    assert len(list((folders / "packages").iterdir())) == 1
    for model in (Case, CaseEvent, Fulfilment, Package):
        assert model.objects.count() == (6 if model is CaseEvent else 1)
    assert fetch(neighbour, now).startswith(b"%PDF")


def erase_gate(holder: Holder, actor: Actor, now: Any) -> Grant:
    """Open the gate as retention does before it erases."""
    return open_gate(
        actor=actor,
        purpose=Purpose.RETENTION,
        subjects=[holder.subject_id],
        categories=[DataCategory.CASE],
        action=Action.ERASE,
        task="test",
        now=now,
    )


def test_nobody_who_waits_for_an_answer_is_erased(
    file_request: Callable[..., Case], holder: Holder, neighbour: Holder, cera: Actor, now: Any
) -> None:
    file_request()

    with pytest.raises(RequestPending):
        erase_gate(holder, cera, now)
    assert erase_gate(neighbour, cera, now)

    fulfil_cases(now)
    assert erase_gate(holder, cera, now)


def test_an_unverified_letter_holds_nothing(
    file_request: Callable[..., Case], holder: Holder, cene: Actor, cera: Actor, now: Any
) -> None:
    file_request(actor=cene, channel=Channel.LETTER)

    assert erase_gate(holder, cera, now)
