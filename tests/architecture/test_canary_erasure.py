"""The canary asks for erasure now: what was promised as erased is nowhere any more, all else is
exactly as the preview said, and the neighbour is untouched.

What is hunted is taken from the rows before the erasure by the test itself, not by the sources
whose work it checks.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache.backends.locmem import _caches
from django.db import transaction

from consent.operations import give_consent
from consent.queries import count_standing, get_notice_on
from consent.rules import WORDING_OF
from consent.rules import Channel as ConsentChannel
from dsar.erasing.preview import Preview, preview_erasure
from dsar.models import Case, ErasureOrder, Package
from dsar.operations.erasure import (
    approve_erasure,
    confirm_erasure,
    open_for_erasure,
    system_actor,
)
from dsar.operations.erasure_sweep import sweep_erasures
from dsar.operations.filing import file_request
from dsar.operations.history import advance, lock_case
from dsar.rules import Event, Right, State
from dsar.rules.erasure import Fate
from dsar.rules.states import OPEN
from portal.demo.holders import give_card
from portal.walkthrough.scan import as_text, find_in_stores
from portal.walkthrough.story import CLERK, FIRST_CONTROLLER
from records.access.gate import open_gate
from records.access.partial import partial_sources
from records.access.purposes import Action, DataCategory, Purpose
from records.cards.models import Application, Card
from records.identity.models import DataSubject
from records.identity.queries import reveal_person
from records.keys.cells import hex_of
from records.keys.operations import seal_values
from records.legal_days import legal_day
from retention.operations import confirm_clock
from tests.architecture.test_canary import (
    CANARY,
    CITY,
    NEIGHBOUR,
    NOW,
    POINT,
    Life,
    _leftovers,
    _live,
    installation,
)
from tests.factories import ALL_STORES

__all__ = ["installation"]
pytestmark = [pytest.mark.django_db(databases=ALL_STORES, transaction=True)]

PARTS = ("identity.email", "cards.status_claim", "consent.standing", "dsar.packages")
WHEN = NOW + timedelta(hours=73)


def _with_a_claim(life: Life) -> None:
    """Add what a life of the canary does not have yet: a claimed status, a consent that stands."""
    grant = open_gate(
        actor=CLERK, purpose=Purpose.CARD_APPLICATION, subjects=[life.subject_id],
        categories={DataCategory.STATUS}, action=Action.CHANGE, task="canary", now=NOW,
    )  # fmt: skip
    application = Application.objects.get(subject_id=life.subject_id)
    seal_values(grant, [application], [{"status_claim": {"status": "Zqxkanarcek"}}])
    application.save(update_fields=["status_claim"])
    notice = get_notice_on(kind=WORDING_OF[Purpose.NEWS], language="sl", day=legal_day(NOW))
    give_consent(
        actor=life.holder, subject_id=life.subject_id, purpose=Purpose.NEWS, screen="canary",
        channel=ConsentChannel.PORTAL, notice=notice, now=NOW + timedelta(minutes=2),
    )  # fmt: skip


def _promised(life: Life) -> tuple[list[str], list[str]]:
    """Return what has to be gone, and the names of files: from the rows, in every form."""
    row = DataSubject.objects.get(pk=life.subject_id)
    application = Application.objects.get(subject_id=life.subject_id)
    packages = list(Package.objects.filter(subject_id=life.subject_id, ended_at=None))
    cells = [row.email, application.status_claim, *(one.content_key for one in packages)]
    return (
        [*(hex_of(cell) for cell in cells), as_text(int(row.email_index))],
        [one.file_name for one in packages],
    )


def _answer_what_is_open(life: Life) -> None:
    """End the canary's other requests: what they are about would not be erased before."""
    waiting = Case.objects.filter(
        subject_id=life.subject_id, state__in=[state.value for state in OPEN]
    )
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            case = lock_case(pk)
            for state, event in (
                (State.VERIFIED, Event.STARTED),
                (State.QUESTION_ASKED, Event.QUESTION_ANSWERED),
                (State.IN_WORK, Event.GRANTED),
                (State.EXTENDED, Event.GRANTED),
                (State.DECIDED, Event.DELIVERED),
            ):
                if case.state == state:
                    advance(case, event, actor=FIRST_CONTROLLER, now=NOW)


def _ask(life: Life) -> ErasureOrder:
    _answer_what_is_open(life)
    case = file_request(actor=life.holder, subject_id=life.subject_id, right=Right.ERASURE, now=NOW)
    return confirm_erasure(
        actor=life.holder, case_id=case.pk, parts=PARTS, end_contract=False, now=NOW
    )


def _look(case: Case, now: Any) -> Preview:
    grant = open_for_erasure(case, actor=system_actor(case), action=Action.CONSULT, now=now)
    return preview_erasure(
        grant, subject_id=case.subject_id, parts=PARTS, end_contract=False, now=now,
        case_id=case.pk,
    )  # fmt: skip


def _approve_and_run(order: ErasureOrder) -> None:
    confirm_clock(actor=FIRST_CONTROLLER, now=WHEN)
    sweep_erasures(WHEN)
    for actor in (CLERK, FIRST_CONTROLLER):
        order.refresh_from_db()
        approve_erasure(actor=actor, order_id=order.pk, plan_sha256=order.plan_sha256, now=WHEN)
    sweep_erasures(WHEN + timedelta(minutes=1))
    order.refresh_from_db()


GROWS = {"access.LogEntry", "dsar.CaseEvent", "dsar.Letter", "dsar.ErasureOrder",
         "consent.ConsentEvent", "dsar.Instruction"}  # fmt: skip
"""Tables to which the erasure itself adds lines."""


@pytest.mark.rule("PP6a", "C24", "C26")
def test_what_was_promised_is_gone_and_the_rest_is_as_the_preview_said(
    installation: Path,
) -> None:
    life = _live(CANARY)
    _with_a_claim(life)
    neighbour = give_card(clerk=CLERK, person=NEIGHBOUR, city=CITY, point=POINT, now=NOW)
    bor_id = Card.objects.get(pk=UUID(neighbour.card_id)).subject_id
    bor = DataSubject.objects.filter(pk=bor_id).values().get()
    order = _ask(life)
    promised, files = _promised(life)
    needles = [needle for needle in promised if len(needle) >= 10]
    before = _look(order.case, NOW)

    # Present: all of it is there to be found, and nothing of it in plain.
    assert set(find_in_stores(needles)) == set(needles)
    assert all((installation / "packages" / name).exists() for name in files)
    assert files
    assert before.predicted == {**dict.fromkeys(PARTS, 1), "dsar.packages": len(files)}

    _approve_and_run(order)

    assert (order.state, order.last_error) == ("done", "")
    assert _leftovers(needles, installation) == {}
    assert _leftovers([str(CANARY.email), "Zqxkanarcek"], installation) == {}
    assert [name for name in files if (installation / "packages" / name).exists()] == []
    cached = b"".join(value for one in _caches.values() for value in one.values())
    assert str(CANARY.email).encode() not in cached
    # What was to stay is there, line by line.
    after = _look(order.case, WHEN + timedelta(hours=1))
    stays = {
        (line.model, line.columns): line.rows
        for line in before.lines
        if line.fate is not Fate.NOW and line.model not in GROWS
    }
    now_there = {(line.model, line.columns): line.rows for line in after.lines}
    assert {key: now_there.get(key) for key in stays} == stays
    others = [needle for needle in life.needles if needle not in needles]
    assert set(find_in_stores(others)) == set(others)
    grant = open_gate(
        actor=CLERK, purpose=Purpose.CARD_ADMINISTRATION, subjects=[life.subject_id],
        categories={DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.BIRTH_DATE,
                    DataCategory.CONTACT}, task="canary", now=WHEN + timedelta(hours=1),
    )  # fmt: skip
    person = reveal_person(grant, life.subject_id)
    assert (person.family_name, person.phone, person.email) == (
        CANARY.family_name,
        CANARY.phone,
        None,
    )
    assert count_standing(life.subject_id) == 0
    assert DataSubject.objects.filter(pk=bor_id).values().get() == bor


@pytest.mark.parametrize("code", ["cards", "consent", "dsar", "identity"])
def test_a_source_that_keeps_what_it_should_erase_is_never_done(
    installation: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    life = _live(CANARY)
    _with_a_claim(life)
    order = _ask(life)
    source = next(one for one in partial_sources() if one.code == code)
    mine = {part.code for part in source.parts}
    preview = type(source).preview

    def lies(self: Any, grant: Any, context: Any, now: Any) -> Any:
        said = dict(preview(self, grant, context, now))
        return dict.fromkeys(said, 0) if order.pk in erasing else said

    def pretends(self: Any, grant: Any, context: Any, parts: Any, now: Any) -> dict[str, int]:
        """Say that everything predicted was done, and do nothing."""
        predicted = ErasureOrder.objects.get(pk=order.pk).predicted
        erasing.add(order.pk)
        return {part: predicted[part] for part in mine if part in parts}

    erasing: set[UUID] = set()
    monkeypatch.setattr(type(source), "preview", lies)
    monkeypatch.setattr(type(source), "erase_columns", pretends)

    _approve_and_run(order)

    # A source that lies twice is found by the raw look; a consent has no value to be looked for, so
    # that its ledger is asked.
    expected = ("failed", "dsar.counts_differ"), ("running", "dsar.leftover_found")
    assert (order.state, order.last_error) == expected[code != "consent"]
    order.case.refresh_from_db()
    assert order.case.state == "in_work"


def test_every_source_with_parts_is_among_the_liars() -> None:
    assert {source.code for source in partial_sources()} == {"cards", "consent", "dsar", "identity"}
