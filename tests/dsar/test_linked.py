"""Reviews, the supervisor's procedure, the evidence pack."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from dsar.errors import (
    CaseUnknown,
    ProcedureNotPossible,
    ReviewNotPossible,
    SamePerson,
    StepNotYours,
    TooLateToExtend,
)
from dsar.models import Case, Decision, Letter, Procedure
from dsar.operations import (
    Proposal,
    ask_review,
    confirm_decision,
    end_procedure,
    give_advice,
    make_evidence,
    note_commissioner_answered,
    open_letter,
    open_procedure,
    prepare_decision,
    prepare_extension,
)
from dsar.queries import list_events, list_letters, standing
from dsar.rules import Event, Outcome, Right
from dsar.rules.decisions import Result
from dsar.tasks import expire
from records.access.grants import Actor
from records.access.models import LogEntry
from records.access.purposes import ActorRole
from records.access.verification import verify_log
from records.documents.signing import verify_pdf
from tests.factories import ALL_STORES, ANA, OTHER_CITY, Holder, make_actor
from tests.records.documents.tools import (
    attachments_of,
    changed,
    pdfsig,
    qpdf_is_clean,
    text_of,
)

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
FileRequest = Callable[..., Case]


@pytest.fixture
def gregor() -> Actor:
    """An officer of the other controller."""
    return make_actor(ActorRole.CONTROLLER, uuid4(), OTHER_CITY)


@pytest.fixture
def refused(
    file_request: FileRequest, holder: Holder, cene: Actor, cera: Actor, herself: Actor, now: Any
) -> Case:
    """A correction of Ana's that was refused, and the letter read."""
    case = file_request(right=Right.RECTIFICATION, details={"text": "Ime je napačno."})
    decide(case, cene, cera, now, ground="accurate")
    letter = Letter.objects.get(case=case)
    open_letter(actor=herself, subject_id=holder.subject_id, letter_id=letter.pk, now=now)
    case.refresh_from_db()
    return case


def decide(case: Case, first: Actor, second: Actor, now: datetime, *, ground: str) -> Letter:
    proposal = Proposal(outcome=Outcome.REFUSED, grounds=[ground], reasons="Tako piše v vlogi.")
    made = prepare_decision(actor=first, case_id=case.pk, proposal=proposal, now=now)
    return confirm_decision(actor=second, decision_id=made.pk, now=now)


def review_of(case: Case, actor: Actor, now: datetime, subject: Any = None) -> Case:
    return ask_review(
        actor=actor,
        subject_id=subject or case.subject_id,
        case_id=case.pk,
        text="Ni res.",
        language="sl",
        now=now,
    )


# -- review


def test_an_answer_is_reviewed_with_a_clock_of_its_own_by_somebody_else(
    refused: Case, herself: Actor, cene: Actor, cera: Actor, gregor: Actor, now: datetime
) -> None:
    later = now + timedelta(days=3)

    review = review_of(refused, herself, later)

    assert (review.parent_id, review.right) == (refused.pk, "internal_review")
    assert (review.received_on, review.due_on) == (date(2026, 11, 24), date(2026, 12, 24))
    assert list_events(refused.pk)[-1].event == Event.LINKED
    proposal = Proposal(outcome=Outcome.REFUSED, grounds=["answer_upheld"], reasons="Drži.")
    made = prepare_decision(actor=cene, case_id=review.pk, proposal=proposal, now=later)
    with pytest.raises(SamePerson):
        confirm_decision(actor=cera, decision_id=made.pk, now=later)
    assert confirm_decision(actor=gregor, decision_id=made.pk, now=later)


def test_only_the_person_asks_for_a_review_and_once_at_a_time(
    refused: Case, neighbour: Holder, herself: Actor, cera: Actor, now: datetime
) -> None:
    with pytest.raises(CaseUnknown):
        review_of(refused, herself, now, subject=neighbour.subject_id)
    with pytest.raises(StepNotYours):
        review_of(refused, cera, now)
    review = review_of(refused, herself, now)

    with pytest.raises(ReviewNotPossible):
        review_of(refused, herself, now)
    with pytest.raises(ReviewNotPossible):
        review_of(review, herself, now)

    assert Case.objects.filter(right="internal_review").count() == 1


def test_what_is_not_answered_is_not_reviewed(
    file_request: FileRequest, herself: Actor, now: datetime
) -> None:
    with pytest.raises(ReviewNotPossible):
        review_of(file_request(), herself, now)


# -- supervisor


def open_one(case: Case, actor: Actor, now: datetime, **changes: Any) -> Case:
    given = {
        "number": "07101-5/2026/16",
        "received_on": date(2026, 11, 24),
        "answer_by": date(2026, 12, 2),
        **changes,
    }
    return open_procedure(actor=actor, case_id=case.pk, now=now, **given)


def test_the_commissioners_day_is_the_clock_of_the_procedure(
    refused: Case, cera: Actor, now: datetime
) -> None:
    later = now + timedelta(days=4)

    case = open_one(refused, cera, later)

    assert (case.state, case.parent_id, case.right) == ("in_work", refused.pk, "supervisor")
    clock = standing(case, now=later).clock
    assert clock.due == clock.legal_max == clock.statutory_due == date(2026, 12, 2)
    assert clock.days_left == 7
    with pytest.raises(TooLateToExtend):
        prepare_extension(actor=cera, case_id=case.pk, reason="number", explanation="x", now=later)
    note_commissioner_answered(actor=cera, case_id=case.pk, now=later)
    long_after = now + timedelta(days=90)
    assert not standing(case, now=long_after).overdue
    with pytest.raises(ProcedureNotPossible):
        note_commissioner_answered(actor=cera, case_id=case.pk, now=later)

    end_procedure(
        actor=cera,
        case_id=case.pk,
        result=Result.DISMISSED,
        result_on=date(2027, 2, 1),
        now=long_after,
    )
    expire(long_after)

    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "refused")
    assert Procedure.objects.get(case=case).result == "dismissed"


@pytest.mark.parametrize(
    "changes",
    [
        {"received_on": date(2026, 11, 26)},
        {"received_on": date(2026, 11, 20)},
        {"answer_by": date(2026, 11, 23)},
        {"number": " "},
    ],
)
def test_a_procedure_is_not_opened_on_days_that_cannot_be(
    refused: Case, cera: Actor, now: datetime, changes: dict[str, Any]
) -> None:
    with pytest.raises(ProcedureNotPossible):
        open_one(refused, cera, now + timedelta(days=4), **changes)

    assert not Procedure.objects.exists()


@pytest.mark.rule("C1")
def test_nobody_but_a_controllers_officer_opens_a_procedure(
    refused: Case, cene: Actor, darja: Actor, now: datetime
) -> None:
    for actor in (cene, darja, make_actor(ActorRole.CONTROLLER, uuid4(), "knjiznica")):
        with pytest.raises(StepNotYours):
            open_one(refused, actor, now + timedelta(days=4))


def test_neither_a_review_nor_a_procedure_is_back_dated(
    refused: Case, herself: Actor, cera: Actor, now: datetime
) -> None:
    review = review_of(refused, herself, now)
    procedure = open_one(refused, cera, now + timedelta(days=4))

    for case in (review, procedure):
        for changes in ({"due_on": date(2027, 6, 1)}, {"received_on": date(2026, 1, 1)}):
            with pytest.raises(DatabaseError, match="dsar_case_fixed"), transaction.atomic():
                Case.objects.filter(pk=case.pk).update(**changes)


# -- evidence


def test_the_evidence_pack_holds_everything_and_verifies_offline(
    refused: Case, herself: Actor, cera: Actor, darja: Actor, now: datetime
) -> None:
    give_advice(actor=darja, case_id=refused.pk, text="Mnenje: prav je.", now=now)
    review = review_of(refused, herself, now)
    before = LogEntry.objects.count()

    file = make_evidence(actor=darja, case_id=refused.pk, log=verify_log(now=now), now=now)

    assert qpdf_is_clean(file.data)
    assert "Signature is Valid" in pdfsig(file.data)
    verdict = verify_pdf(file.data, now=now)
    assert verdict.intact
    text = " ".join(text_of(file.data).split())
    for needed in (
        refused.reference,
        review.reference,
        "Mnenje: prav je.",
        "Tako piše v vlogi.",
        "Ime je napačno.",
        "Ni res.",
        "GDPR 16",
        "Celovitost dnevnika obdelave",
    ):
        assert needed in text
    assert ANA.residence not in text
    attached = attachments_of(file.data)
    machine = json.loads(attached["evidence.json"])
    letter = next(iter(list_letters(refused.pk)))
    (line,) = machine["cases"][0]["letters"]
    assert line["sha256"] == letter.sha256
    assert "Signature is Valid" in pdfsig(attached[line["name"]])
    assert machine["log"]["intact"] is True
    # It went through the gate, and both the log and the history know it.
    assert LogEntry.objects.count() > before
    last = list_events(refused.pk)[-1]
    assert (last.event, last.package_sha256) == (Event.EVIDENCE_MADE, file.sha256)
    assert "Signature is Valid" not in pdfsig(changed(file.data, len(file.data) // 2))
    assert Decision.objects.get(case=refused).settled_by not in text


def test_a_broken_log_is_said_in_the_pack(refused: Case, cera: Actor, now: datetime) -> None:
    late = now + timedelta(hours=2)  # nothing was sealed for longer than the limit

    file = make_evidence(actor=cera, case_id=refused.pk, log=verify_log(now=late), now=late)

    assert "Dnevnik NI cel" in " ".join(text_of(file.data).split())


def test_neither_clerk_nor_holder_makes_an_evidence_pack(
    refused: Case, cene: Actor, herself: Actor, now: datetime
) -> None:
    for actor in (cene, herself):
        with pytest.raises(StepNotYours):
            make_evidence(actor=actor, case_id=refused.pk, log=verify_log(now=now), now=now)

    assert Event.EVIDENCE_MADE not in [event.event for event in list_events(refused.pk)]
