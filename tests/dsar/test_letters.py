"""Letters: what must stand in them, to whom they open, when they count as delivered."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dsar.errors import LetterUnknown, ReasonMissing
from dsar.letters.kinds import NEGATIVE, LetterKind
from dsar.letters.texts import TEXTS
from dsar.models import Case, CaseMessage, Letter
from dsar.operations import make_letter, open_letter, print_letter, record_handed_over
from dsar.operations.messages import MOST_ATTEMPTS, queue_message, send_messages
from dsar.queries import list_events
from dsar.rules import AnswerWay, Event, Right
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.errors import Refusal
from tests.factories import ALL_STORES, ANA, Holder, make_actor
from tests.records.documents.tools import text_of

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

COMPLAINT = "Informacijskemu pooblaščencu: Dunajska 22, 1000"


def read(letter: Letter, holder: Holder, now: Any) -> str:
    return text_of(
        open_letter(
            actor=make_actor(ActorRole.HOLDER, uuid4()),
            subject_id=holder.subject_id,
            letter_id=letter.pk,
            now=now,
        ).data
    )


def test_every_kind_and_every_right_has_its_sentences_in_both_languages() -> None:
    keys = {f"{kind.value}.{part}" for kind in LetterKind for part in ("title", "text")}
    keys |= {f"right.{right.value}" for right in Right}

    for language in ("sl", "en"):
        assert keys - set(TEXTS[language]) == set()
    assert set(TEXTS["sl"]) == set(TEXTS["en"])


@pytest.mark.rule("PP6e")
def test_a_refusal_says_why_and_how_to_complain(
    file_request: Callable[..., Case], holder: Holder, cera: Actor, now: Any
) -> None:
    case = file_request()

    letter = make_letter(
        case=case, kind=LetterKind.REFUSED, actor=cera, now=now, reasons=["Razlog je tak."]
    )

    text = read(letter, holder, now)
    for needed in (ANA.family_name, case.reference, "Razlog je tak.", COMPLAINT, "sodnega varstva"):
        assert needed in text


@pytest.mark.parametrize("kind", sorted(NEGATIVE))
def test_no_negative_letter_without_reasons(
    file_request: Callable[..., Case], cera: Actor, folders: Path, now: Any, kind: LetterKind
) -> None:
    case = file_request()

    with pytest.raises(ReasonMissing):
        make_letter(case=case, kind=kind, actor=cera, now=now, reasons=["  "])

    assert not Letter.objects.exists()


def test_a_letter_opens_for_its_person_alone(
    file_request: Callable[..., Case], holder: Holder, neighbour: Holder, cera: Actor, now: Any
) -> None:
    letter = make_letter(case=file_request(), kind=LetterKind.GRANTED, actor=cera, now=now)

    assert case_number(letter) in read(letter, holder, now)
    with pytest.raises(LetterUnknown):
        read(letter, neighbour, now)


def case_number(letter: Letter) -> str:
    return letter.case.reference


def test_a_letter_counts_as_delivered_when_its_message_has_left(
    file_request: Callable[..., Case], holder: Holder, cera: Actor, now: Any
) -> None:
    case = file_request()
    letter = make_letter(case=case, kind=LetterKind.GRANTED, actor=cera, now=now)
    sent: list[tuple[str, str, str]] = []
    assert letter.delivered_at is None

    count = send_messages(
        choose=lambda contacts: contacts[0], send=lambda *parts: sent.append(parts), now=now
    )

    letter.refresh_from_db()
    assert count == 2  # received, and the letter
    assert letter.delivered_at == now
    assert Event.LETTER_DELIVERED in [event.event for event in list_events(case.pk)]
    contact, subject, text = sent[-1]
    assert contact in (ANA.email, ANA.phone_e164)
    assert case.reference in subject
    assert ANA.family_name not in subject + text


def test_a_message_that_cannot_leave_is_tried_again_and_then_given_up_by_name(
    file_request: Callable[..., Case], cera: Actor, now: Any
) -> None:
    class Down(Refusal):
        code = "test.down"

    case = file_request()
    letter = make_letter(case=case, kind=LetterKind.GRANTED, actor=cera, now=now)
    at = now

    def refuse(*_parts: str) -> None:
        raise Down

    for _ in range(MOST_ATTEMPTS):
        assert send_messages(choose=lambda contacts: contacts[0], send=refuse, now=at) == 0
        at += timedelta(hours=7)

    letter.refresh_from_db()
    assert letter.delivered_at is None
    assert letter.failed_at is not None
    assert Event.LETTER_FAILED in [event.event for event in list_events(case.pk)]
    assert set(CaseMessage.objects.values_list("last_error", flat=True)) == {"test.down"}
    # Handing it over on paper mends it.
    record_handed_over(actor=cera, letter_id=letter.pk, now=at)
    letter.refresh_from_db()
    assert letter.delivered_at == at
    assert letter.failed_at is None


def test_a_letter_on_paper_waits_until_it_was_handed_over(
    file_request: Callable[..., Case], cera: Actor, now: Any
) -> None:
    case = file_request(answer_way=AnswerWay.POST)
    letter = make_letter(case=case, kind=LetterKind.GRANTED, actor=cera, now=now)

    send_messages(choose=lambda contacts: contacts[0], send=lambda *_: None, now=now)

    letter.refresh_from_db()
    assert letter.delivered_at is None
    assert not CaseMessage.objects.filter(letter=letter).exists()


def test_a_person_without_a_contact_that_the_channel_reaches_is_not_lost(
    file_request: Callable[..., Case], now: Any
) -> None:
    case = file_request()
    queue_message(case=case, kind="received", now=now)

    assert send_messages(choose=lambda _: "", send=lambda *_: None, now=now) == 0

    assert set(CaseMessage.objects.values_list("last_error", flat=True)) == {"no_contact"}
    assert Event.MESSAGE_FAILED in [event.event for event in list_events(case.pk)]


def test_staff_do_not_print_the_receipt_that_holds_the_persons_own_code(
    file_request: Callable[..., Case], cera: Actor, now: Any
) -> None:
    case = file_request(right=Right.ERASURE)
    kept = make_letter(
        case=case, kind=LetterKind.ERASURE_RECEIPT, actor=cera, now=now, reasons=["Razlog."]
    )

    with pytest.raises(LetterUnknown):
        print_letter(actor=cera, letter_id=kept.pk, now=now)
