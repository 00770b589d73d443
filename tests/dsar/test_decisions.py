"""Questions, extensions, decisions by two people, and what reaches the person."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dsar.errors import (
    DecisionUnknown,
    DecisionWaits,
    GroundUnknown,
    NoQuestion,
    ReasonMissing,
    SamePerson,
    StepNotPossible,
    StepNotYours,
    TooLateToExtend,
)
from dsar.models import Advice, Case, Decision, Fulfilment, Letter, Package, Question
from dsar.operations import (
    Proposal,
    answer_question,
    ask_question,
    confirm_decision,
    give_advice,
    open_letter,
    prepare_decision,
    prepare_extension,
    record_handed_over,
    return_decision,
    withdraw_case,
)
from dsar.operations.messages import send_messages
from dsar.queries import list_events, standing
from dsar.rules import AnswerWay, Event, Extension, Outcome, Right
from dsar.tasks import expire, fulfil_cases
from records.access.grants import Actor
from records.access.purposes import ActorRole, DataCategory
from records.errors import Refusal
from tests.factories import ALL_STORES, OTHER_CITY, Holder, make_actor
from tests.records.documents.tools import text_of

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
FileRequest = Callable[..., Case]
REFUSAL = Proposal(
    outcome=Outcome.REFUSED, grounds=["excessive"], reasons="Peta enaka zahteva v tednu."
)


@pytest.fixture
def case(file_request: FileRequest) -> Case:
    """Ana asks for a correction: it waits for a person."""
    return file_request(right=Right.RECTIFICATION, details={"text": "Ime je napačno."})


@pytest.fixture
def gregor() -> Actor:
    """An officer of the other controller."""
    return make_actor(ActorRole.CONTROLLER, uuid4(), OTHER_CITY)


def events(case: Case) -> list[str]:
    return [line.event for line in list_events(case.pk)]


def leave(now: datetime) -> None:
    """Let all messages leave."""
    send_messages(choose=lambda contacts: contacts[0], send=lambda *_: None, now=now)


def read(letter: Letter, now: datetime) -> str:
    file = open_letter(
        actor=make_actor(ActorRole.HOLDER, uuid4()),
        subject_id=letter.subject_id,
        letter_id=letter.pk,
        now=now,
    )
    return " ".join(text_of(file.data).split())


# -- decisions


@pytest.mark.rule("C1", "PP6e")
def test_a_clerk_prepares_the_dpo_advises_an_officer_confirms(
    case: Case, cene: Actor, darja: Actor, cera: Actor, now: datetime
) -> None:
    decision = prepare_decision(actor=cene, case_id=case.pk, proposal=REFUSAL, now=now)
    give_advice(actor=darja, case_id=case.pk, text="Odločitev je prava.", now=now)

    letter = confirm_decision(actor=cera, decision_id=decision.pk, now=now)

    case.refresh_from_db()
    assert (case.state, case.outcome, case.ground) == ("decided", "refused", "excessive")
    text = read(letter, now)
    for needed in (
        "Zahteva je pretirana",
        "GDPR 12(5)(b)",
        "Peta enaka zahteva v tednu.",
        "Informacijskemu pooblaščencu: Dunajska 22, 1000 Ljubljana",
        "sodnega varstva",
    ):
        assert needed in text
    case.refresh_from_db()
    assert case.state == "delivered"
    expire(now)
    case.refresh_from_db()
    assert case.state == "closed"
    assert events(case)[2:] == [
        Event.STARTED,
        Event.DECISION_PREPARED,
        Event.ADVICE_GIVEN,
        Event.LETTER_MADE,
        Event.REFUSED,
        Event.LETTER_OPENED,
        Event.LETTER_DELIVERED,
        Event.DELIVERED,
        Event.CLOSED,
    ]


@pytest.mark.rule("C1")
def test_nobody_else_decides(
    case: Case, cene: Actor, cera: Actor, gregor: Actor, darja: Actor, herself: Actor, now: datetime
) -> None:
    for actor in (darja, herself, make_actor(ActorRole.SYSTEM, "system:x")):
        with pytest.raises(StepNotYours):
            prepare_decision(actor=actor, case_id=case.pk, proposal=REFUSAL, now=now)
    decision = prepare_decision(actor=cera, case_id=case.pk, proposal=REFUSAL, now=now)

    operator = make_actor(ActorRole.CONTROLLER, uuid4(), "knjiznica")
    for actor in (cene, darja, herself, operator):
        with pytest.raises(StepNotYours):
            confirm_decision(actor=actor, decision_id=decision.pk, now=now)
    with pytest.raises(SamePerson):
        confirm_decision(actor=cera, decision_id=decision.pk, now=now)
    with pytest.raises(SamePerson):
        return_decision(actor=cera, decision_id=decision.pk, note="x", now=now)
    with pytest.raises(StepNotYours):
        give_advice(actor=cera, case_id=case.pk, text="x", now=now)
    case.refresh_from_db()
    assert (case.state, Letter.objects.count(), Advice.objects.count()) == ("in_work", 0, 0)
    assert confirm_decision(actor=gregor, decision_id=decision.pk, now=now)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reasons": "  "}, ReasonMissing),
        ({"grounds": []}, GroundUnknown),
        ({"grounds": ["look_was_lawful"]}, GroundUnknown),
        ({"outcome": Outcome.WITHDRAWN}, StepNotPossible),
    ],
)
@pytest.mark.rule("PP6e")
def test_no_refusal_without_a_ground_and_reasons(
    case: Case, cene: Actor, now: datetime, changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    given = {"outcome": Outcome.REFUSED, "grounds": ["excessive"], "reasons": "So.", **changes}

    with pytest.raises(refusal):
        prepare_decision(actor=cene, case_id=case.pk, proposal=Proposal(**given), now=now)

    assert not Decision.objects.exists()


def test_a_returned_decision_is_prepared_anew(
    case: Case, cene: Actor, cera: Actor, now: datetime
) -> None:
    first = prepare_decision(actor=cene, case_id=case.pk, proposal=REFUSAL, now=now)
    with pytest.raises(DecisionWaits):
        prepare_decision(actor=cene, case_id=case.pk, proposal=REFUSAL, now=now)
    with pytest.raises(ReasonMissing):
        return_decision(actor=cera, decision_id=first.pk, note=" ", now=now)

    return_decision(actor=cera, decision_id=first.pk, note="Razlogi so preskopi.", now=now)

    with pytest.raises(DecisionUnknown):
        confirm_decision(actor=cera, decision_id=first.pk, now=now)
    granted = Proposal(outcome=Outcome.GRANTED)
    second = prepare_decision(actor=cene, case_id=case.pk, proposal=granted, now=now)
    confirm_decision(actor=cera, decision_id=second.pk, now=now)
    case.refresh_from_db()
    assert (case.outcome, case.ground) == ("granted", "")


def test_a_letter_that_cannot_be_made_leaves_nothing_decided(
    case: Case, cene: Actor, cera: Actor, now: datetime, settings: Any
) -> None:
    decision = prepare_decision(actor=cene, case_id=case.pk, proposal=REFUSAL, now=now)
    settings.SEAL_PROVIDER = "file"
    settings.SEAL_KEY_FILE = settings.SEAL_CERTIFICATE_FILE = "/nonexistent"

    with pytest.raises(Refusal):
        confirm_decision(actor=cera, decision_id=decision.pk, now=now)

    case.refresh_from_db()
    decision.refresh_from_db()
    assert (case.state, decision.state, Letter.objects.count()) == ("in_work", "prepared", 0)


def test_a_withdrawn_case_meanwhile_leaves_no_letter(
    case: Case, cene: Actor, cera: Actor, herself: Actor, now: datetime
) -> None:
    decision = prepare_decision(actor=cene, case_id=case.pk, proposal=REFUSAL, now=now)
    withdraw_case(actor=herself, subject_id=case.subject_id, case_id=case.pk, now=now)

    with pytest.raises(StepNotPossible):
        confirm_decision(actor=cera, decision_id=decision.pk, now=now)

    assert not Letter.objects.exists()
    expire(now)
    case.refresh_from_db()
    assert case.state == "closed"
    assert Event.DELIVERED not in events(case)


def test_a_partial_answer_hands_over_the_granted_part_alone(
    file_request: FileRequest, holder: Holder, cene: Actor, cera: Actor, now: datetime
) -> None:
    case = file_request(scope=[DataCategory.NAME, DataCategory.ACCESS_LOG])
    proposal = Proposal(
        outcome=Outcome.PARTIAL,
        grounds=["restricted_by_law"],
        granted=["name"],
        refused=["access_log"],
        reasons="Preiskava še teče.",
    )
    decision = prepare_decision(actor=cene, case_id=case.pk, proposal=proposal, now=now)

    letter = confirm_decision(actor=cera, decision_id=decision.pk, now=now)
    fulfil_cases(now)

    job = Fulfilment.objects.get(case=case, last_error="")
    tables = {line["table"]: line["status"] for line in job.manifest}
    assert tables["identity.DataSubject"] == "included"
    assert {tables[name] for name in tables if name.startswith("access.")} <= {
        "not_requested",
        "withheld",
    }
    assert Package.objects.filter(case=case).count() == 1
    text = read(letter, now)
    for needed in ("Čemu smo ugodili in čemu ne", "ugodeno", "ni ugodeno", "Preiskava še teče."):
        assert needed in text
    decision.refresh_from_db()
    assert (decision.granted, decision.refused) == (["name"], ["access_log"])
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("delivered", "partial")


# -- questions


@pytest.mark.rule("PP6d", "C3")
def test_a_question_goes_out_by_letter_and_is_answered_by_the_person(
    case: Case, holder: Holder, cene: Actor, herself: Actor, now: datetime
) -> None:
    question = ask_question(actor=cene, case_id=case.pk, text="Kateri podatek je napačen?", now=now)
    leave(now)
    assert "Kateri podatek je napačen?" in read(question.letter, now)
    assert standing(case, now=now).due_on == date(2026, 12, 21)

    later = now + timedelta(days=5)
    answered = answer_question(
        actor=herself, subject_id=holder.subject_id, case_id=case.pk, text="Priimek.", now=later
    )

    assert answered.state == "in_work"
    clock = standing(case, now=later).clock
    assert (clock.due, clock.paused_days) == (date(2026, 12, 21), 5)
    assert clock.statutory_due == date(2026, 12, 28)
    with pytest.raises(NoQuestion):
        answer_question(
            actor=herself, subject_id=holder.subject_id, case_id=case.pk, text="x", now=later
        )


def test_a_question_needs_words_and_a_case_in_work(
    case: Case, file_request: FileRequest, cene: Actor, darja: Actor, now: datetime
) -> None:
    with pytest.raises(ReasonMissing):
        ask_question(actor=cene, case_id=case.pk, text=" \n ", now=now)
    with pytest.raises(StepNotYours):
        ask_question(actor=darja, case_id=case.pk, text="Kaj?", now=now)
    ask_question(actor=cene, case_id=case.pk, text="Kaj?", now=now)

    with pytest.raises(StepNotPossible):
        ask_question(actor=cene, case_id=case.pk, text="In še kaj?", now=now)

    assert Question.objects.count() == 1


def test_the_neighbour_answers_no_question_of_anas(
    case: Case, neighbour: Holder, cene: Actor, now: datetime
) -> None:
    ask_question(actor=cene, case_id=case.pk, text="Kaj?", now=now)

    with pytest.raises(Refusal, match="case_unknown"):
        answer_question(
            actor=make_actor(ActorRole.HOLDER, uuid4()),
            subject_id=neighbour.subject_id,
            case_id=case.pk,
            text="Jaz sem Ana.",
            now=now,
        )

    assert Question.objects.get().answered_at is None


# -- extensions


@pytest.mark.rule("C1", "C3")
def test_an_extension_is_in_force_when_its_letter_has_left(
    case: Case, cene: Actor, cera: Actor, now: datetime
) -> None:
    for actor in (cene, make_actor(ActorRole.CONTROLLER, uuid4(), "knjiznica")):
        with pytest.raises(StepNotYours):
            extend(case, actor, now)
    letter = extend(case, cera, now)
    case.refresh_from_db()
    assert (case.extended, standing(case, now=now).due_on) == (False, date(2026, 12, 21))
    assert standing(case, now=now).clock.extension is Extension.PREPARED

    leave(now)

    case.refresh_from_db()
    told = standing(case, now=now + timedelta(days=40))
    assert (case.state, case.extended) == ("extended", True)
    assert (case.due_on, told.due_on) == (date(2026, 12, 21), date(2027, 2, 22))
    assert (told.overdue, told.promise_broken) == (False, True)
    text = read(letter, now)
    for needed in ("22. 2. 2027", "zahtevna", "Prevod iz arhiva traja.", "Dunajska 22", "sodnega"):
        assert needed in text
    with pytest.raises(TooLateToExtend):
        extend(case, cera, now)


def extend(case: Case, actor: Actor, now: datetime, reason: str = "complexity") -> Letter:
    return prepare_extension(
        actor=actor,
        case_id=case.pk,
        reason=reason,
        explanation="Prevod iz arhiva traja.",
        now=now,
    )


@pytest.mark.rule("C3")
def test_an_extension_whose_letter_comes_too_late_changes_nothing_and_raises_the_alarm(
    file_request: FileRequest, cera: Actor, now: datetime
) -> None:
    case = file_request(right=Right.RECTIFICATION, answer_way=AnswerWay.POST)
    letter = extend(case, cera, now)
    late = datetime(2026, 12, 21, 23, 0, tzinfo=now.tzinfo)  # midnight in Ljubljana
    assert not standing(case, now=late - timedelta(seconds=1)).extension_failed

    record_handed_over(actor=cera, letter_id=letter.pk, now=late)

    case.refresh_from_db()
    found = standing(case, now=late)
    assert (case.state, case.extended) == ("in_work", False)
    assert Event.EXTENSION_IN_FORCE not in events(case)
    assert (found.due_on, found.overdue, found.extension_failed) == (date(2026, 12, 21), True, True)


@pytest.mark.rule("C3")
def test_a_letter_handed_over_on_the_last_day_extends(
    file_request: FileRequest, cera: Actor, now: datetime
) -> None:
    case = file_request(right=Right.RECTIFICATION, answer_way=AnswerWay.COUNTER)
    letter = extend(case, cera, now)
    last_minute = datetime(2026, 12, 21, 22, 59, tzinfo=now.tzinfo)

    record_handed_over(actor=cera, letter_id=letter.pk, now=last_minute)

    case.refresh_from_db()
    assert case.extended
    assert standing(case, now=last_minute).due_on == date(2027, 2, 22)


def test_no_extension_after_the_day_or_for_another_reason(
    case: Case, cera: Actor, now: datetime
) -> None:
    with pytest.raises(TooLateToExtend):
        extend(case, cera, now + timedelta(days=31))
    with pytest.raises(GroundUnknown):
        extend(case, cera, now, reason="holidays")

    assert not Letter.objects.exists()


def test_an_extension_during_a_question_leaves_the_question_open(
    case: Case, holder: Holder, cene: Actor, cera: Actor, herself: Actor, now: datetime
) -> None:
    ask_question(actor=cene, case_id=case.pk, text="Kaj?", now=now)
    extend(case, cera, now)
    leave(now)
    case.refresh_from_db()
    assert (case.state, case.extended) == ("question_asked", True)

    answer_question(
        actor=herself, subject_id=holder.subject_id, case_id=case.pk, text="To.", now=now
    )

    assert standing(case, now=now).due_on == date(2027, 2, 22)
