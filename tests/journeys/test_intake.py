"""A person without e-mail and phone: from the paper at the counter to the answer on paper; and what
others see of it.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from dsar.models import Case, CaseMessage, Letter, Package, Requester
from dsar.operations.intake_end import end_intake
from dsar.rules import Event, deadlines
from dsar.tasks import expire, fulfil_cases
from portal.clock import read_clock
from portal.usecases import case_messages
from portal.writing import write_day
from records.access.models import LogEntry
from records.identity.models import DataSubject
from records.legal_days import legal_day
from retention.queries.orphans import count_orphans
from tests import factories
from tests.journeys.test_access_request import make_card
from tests.portal.conftest import demo_folder, register, staff
from tests.portal.test_representatives import TYPED, second_clerk
from tests.portal.test_representatives import act as decide
from tests.records.documents.tools import text_of

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
__all__ = ["demo_folder", "register", "staff"]

FRANC = factories.make_person(
    given_name="Franc", family_name="Brezmrežnik", phone="", email="",
    residence="Zavrh 996, 8000 Novo mesto",
)  # fmt: skip
WORDS = "Rad bi videl, kaj piše o meni."


@pytest.fixture(autouse=True)
def _ready(register: None, demo_folder: Path, settings: Any, tmp_path: Path) -> None:
    from consent.operations.notices import load_texts

    load_texts()
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.SEAL_KEY_FILE = tmp_path / "seal.key"
    settings.SEAL_CERTIFICATE_FILE = tmp_path / "seal.crt"
    settings.ERASURE_LEDGER_FILE = tmp_path / "ledger.jsonl"
    cache.clear()


def give_up_contact(subject_id: UUID) -> None:
    """Leave somebody without phone and e-mail: the number was given up since the application."""
    DataSubject.objects.filter(pk=subject_id).update(
        phone=None, email=None, phone_index=None, email_index=None
    )


def write_down(desk: Client, whose: dict[str, str], **changes: dict[str, str]) -> Any:
    """Fill in the pages of a registration, and return the answer to the last."""
    desk.get(reverse("register_request") + "?new")
    pages = {
        "right": {"right": "access"},
        "channel": {"channel": "counter"},
        "dates": {"received_on": write_day(read_clock())},
        "place": {"place": factories.POINT},
        "whose": whose,
        "asks": {"filed_by": "self"},
        "answer": {"answer_way": "counter"},
        "language": {"language": "sl"},
        "words": {"text": WORDS},
    } | changes
    order = ["right", "channel", "dates", "place", "whose", "asks", "stranger", "answer"]
    for step in [*order, "language", "words"]:
        # Of somebody who cannot be found nobody asks whether another one asks for them.
        if step in pages and not (step == "asks" and "stranger" in pages):
            found = desk.post(reverse("register_step", args=[step]), pages[step])
            if found.status_code != 302:
                return found
    return desk.post(reverse("register_step", args=["check"]))


def case_of(registered: Any) -> Case:
    assert registered.status_code == 302, registered.content.decode()
    return Case.objects.get(pk=UUID(registered.url.split("/")[-3]))


def act(desk: Client, case: Case, what: str, **more: str) -> Any:
    return desk.post(reverse("desk_act", args=[case.pk]), {"act": what, **more})


def print_receipt(desk: Client, case: Case) -> str:
    printed = desk.post(reverse("desk_receipt", args=[case.pk]))
    assert printed["Content-Type"] == "application/pdf", printed.content.decode()
    return text_of(printed.content)


def code_on(paper: str) -> str:
    return re.search(r"\b([2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4})\b", paper)[1]


def show_card(clerk: Client, case: Case, card: Any, bor: Any) -> None:
    """Show the card, after everything that proves nothing."""
    identity = reverse("desk_identity", args=[case.pk])
    assert clerk.post(identity, {"proof": "card", "card": bor.holder_id}).status_code == 422
    assert clerk.post(identity, {"proof": "document"}).status_code == 422
    found = {"proof": "card", "card": card.holder_id}
    assert clerk.post(identity, found).status_code == 422  # a card alone may have been found
    assert clerk.post(identity, found | {"birth_date": "1. 3. 1984"}).status_code == 422
    assert clerk.post(identity, found | {"birth_date": "29. 2. 1984"}).status_code == 302


@pytest.mark.rule("C16", "PP6c", "PP6b", "C8")
def test_ana_asks_on_paper_shows_the_card_and_is_answered_on_paper(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    clerk = staff("clerk")
    card, bor = make_card(clerk, factories.ANA), make_card(clerk, factories.BOR)
    give_up_contact(card.subject_id)
    three_days_ago = read_clock() - timedelta(days=3)

    case = case_of(
        write_down(
            clerk,
            {"card": card.holder_id},
            channel={"channel": "letter"},
            dates={"received_on": write_day(three_days_ago)},
        )
    )

    # Registered late, it keeps its true day; nothing is disclosed yet.
    assert case.received_on == legal_day(three_days_ago)
    assert case.due_on == deadlines(case.received_on).due
    assert (case.subject_id, case.state) == (card.subject_id, "received")
    fulfil_cases(read_clock())
    assert not Package.objects.exists()
    assert clerk.post(reverse("desk_package", args=[case.pk])).status_code == 404

    # The acknowledgement bears reference, deadline and code, and no name: anybody may have come.
    paper = print_receipt(clerk, case)
    for needed in (case.reference, f"{case.due_on.day}. {case.due_on.month}.", code_on(paper)):
        assert needed in paper
    assert factories.ANA.family_name not in paper
    assert factories.ANA.residence.split(",")[0] not in paper

    show_card(clerk, case, card, bor)
    fulfil_cases(read_clock())
    case.refresh_from_db()
    assert case.state == "decided"

    # Not fetched in seven days: it is made anew, and the request is still waiting.
    expire(read_clock() + timedelta(days=8))
    assert clerk.post(reverse("desk_package", args=[case.pk])).status_code == 410
    act(clerk, case, "order_again")
    fulfil_cases(read_clock())
    case.refresh_from_db()
    assert case.state == "decided"

    before = LogEntry.objects.count()
    printed = clerk.post(reverse("desk_package", args=[case.pk]))
    assert printed["Content-Type"] == "application/pdf"
    assert "no-store" in printed["Cache-Control"]
    assert factories.ANA.residence.split(",")[0] in text_of(printed.content)
    assert factories.BOR.residence.split(",")[0] not in text_of(printed.content)
    assert LogEntry.objects.count() > before

    act(clerk, case, "package_delivered")
    case.refresh_from_db()
    assert case.state == "delivered"
    steps = list(case.events.order_by("number").values_list("event", "reason"))
    assert (Event.PACKAGE_DOWNLOADED, "printed") in steps
    assert (Event.DELIVERED, "handed_over") in steps
    expire(read_clock() + timedelta(days=8))
    case.refresh_from_db()
    assert case.state == "closed"
    case_messages.send(read_clock())
    assert not demo_folder.exists()
    assert not CaseMessage.objects.exists()
    assert not Case.objects.filter(subject_id=bor.subject_id).exists()


@pytest.mark.rule("C8")
def test_a_doubt_noted_at_the_desk_asks_for_proof_again(staff: Callable[..., Client]) -> None:
    clerk = staff("clerk")
    card = make_card(clerk, factories.ANA)
    bor = make_card(clerk, factories.BOR)
    give_up_contact(card.subject_id)
    case = case_of(write_down(clerk, {"card": card.holder_id}))
    show_card(clerk, case, card, bor)
    case.refresh_from_db()
    assert case.state == "verified"

    assert act(clerk, case, "doubt", doubt="a feeling").status_code == 400
    act(clerk, case, "doubt", doubt="contradiction")

    case.refresh_from_db()
    assert case.state != "verified"
    fulfil_cases(read_clock())
    assert not Package.objects.exists()


@pytest.mark.rule("PP6b")
def test_a_person_of_another_city_is_registered_and_forwarded_but_not_shown(
    staff: Callable[..., Client],
) -> None:
    other = staff("clerk", city=factories.OTHER_CITY)
    card = make_card(staff("clerk"), factories.ANA)

    answer = write_down(other, {"card": card.holder_id})

    case = case_of(answer)
    assert case.answered_by == factories.HOME_CITY
    page = other.get(reverse("desk_case", args=[case.pk])).content.decode()
    assert case.reference in page
    assert "Novo mesto" in page
    assert factories.ANA.family_name not in page
    assert WORDS not in page
    assert factories.ANA.family_name not in print_receipt(other, case)
    for name in ("desk_written", "desk_package"):
        assert other.post(reverse(name, args=[case.pk])).status_code == 403
    shown = {"proof": "card", "card": card.holder_id}
    assert other.post(reverse("desk_identity", args=[case.pk]), shown).status_code == 403
    # Its own city works on it.
    home = staff("controller")
    assert WORDS in home.post(reverse("desk_written", args=[case.pk])).content.decode()
    assert case.reference in home.get(reverse("desk_requests")).content.decode()


def test_a_desk_sees_no_request_that_is_neither_registered_nor_answered_there(
    staff: Callable[..., Client],
) -> None:
    clerk, other = staff("clerk"), staff("clerk", city=factories.OTHER_CITY)
    case = case_of(write_down(clerk, {"card": make_card(clerk, factories.ANA).holder_id}))

    assert case.reference in clerk.get(reverse("desk_requests")).content.decode()
    assert case.reference not in other.get(reverse("desk_requests")).content.decode()
    assert other.get(reverse("desk_case", args=[case.pk])).status_code == 404
    assert other.post(reverse("desk_receipt", args=[case.pk])).status_code == 404


@pytest.mark.rule("C16")
def test_somebody_who_cannot_be_found_is_registered_answered_and_in_the_end_forgotten(
    staff: Callable[..., Client],
) -> None:
    clerk, controller = staff("clerk"), staff("controller")
    bor = make_card(clerk, factories.BOR)
    whose = {"family_name": FRANC.family_name, "birth_date": "5. 2. 1931"}

    case = case_of(
        write_down(
            clerk,
            whose,
            stranger={"name": "Franc Brezmrežnik", "address": "Zavrh 996, 8000 Novo mesto"},
            answer={"answer_way": "post"},
        )
    )

    requester = Requester.objects.get(pk=case.subject_id)
    assert "Brezmrežnik" not in str(vars(requester))
    opened = clerk.post(reverse("desk_written", args=[case.pk])).content.decode()
    assert "Brezmrežnik" in opened
    assert "5. 2. 1931" in opened
    # Nothing that is shown can match; and a clerk does not decide.
    shown = {"proof": "card", "card": bor.holder_id}
    assert clerk.post(reverse("desk_identity", args=[case.pk]), shown).status_code == 422
    assert act(clerk, case, "answer_nobody").status_code == 403
    assert act(controller, case, "answer_nobody").status_code == 302
    letter = Letter.objects.get(case=case)
    text = text_of(controller.get(reverse("office_letter", args=[letter.pk])).content)
    assert "ne glede na to, ali ima kdo s takimi podatki kartico" in " ".join(text.split())
    assert "Informacijskemu pooblaščencu" in text
    assert "Zavrh 996" in text
    act(clerk, case, "letter_delivered", letter=str(letter.pk))
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("delivered", "refused")

    expire(read_clock())
    end_intake(now=read_clock() + timedelta(days=5 * 365))
    assert Requester.objects.exists()
    end_intake(now=read_clock() + timedelta(days=5 * 366 + 2))

    assert not Requester.objects.exists()
    assert not Case.objects.filter(pk=case.pk).exists()
    assert sum(count_orphans().values()) == 0
    bor.refresh_from_db()
    assert bor.state == "active"


@pytest.mark.rule("C16")
@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"received_on": "1. 1. 2099"}, "prihodnosti"),
        ({"received_on": "20. 11. 2026", "stamp_on": "19. 11. 2026"}, "2026-11-19"),
        ({"received_on": "18. 11. 2026", "written_on": "19. 11. 2026"}, "2026-11-19"),
    ],
)
def test_the_day_of_receipt_fits_what_proves_it(
    staff: Callable[..., Client], dates: dict[str, str], said: str
) -> None:
    answer = write_down(staff("clerk"), {"card": ""}, dates=dates)

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_receipt_older_than_thirty_days_warns_and_is_kept(staff: Callable[..., Client]) -> None:
    clerk = staff("clerk")
    card = make_card(clerk, factories.ANA)
    day = read_clock() - timedelta(days=40)
    given = {"card": card.holder_id}

    case = case_of(write_down(clerk, given, dates={"received_on": write_day(day)}))

    assert case.received_on == legal_day(day)
    clerk.get(reverse("register_request") + "?new")
    for step, answers in {
        "right": {"right": "erasure"}, "channel": {"channel": "phone"},
        "dates": {"received_on": write_day(day)}, "place": {"place": "elsewhere"},
        "whose": given, "asks": {"filed_by": "self"}, "answer": {"answer_way": "portal"},
        "language": {"language": "en"},
        "words": {"text": ""},
    }.items():  # fmt: skip
        clerk.post(reverse("register_step", args=[step]), answers)
    check = clerk.get(reverse("register_step", args=["check"])).content.decode()
    assert "Prejeto pred več kot 30 dnevi." in check


def test_the_same_registration_sent_twice_is_one_case(staff: Callable[..., Client]) -> None:
    clerk = staff("clerk")
    card = make_card(clerk, factories.ANA)
    write_down(clerk, {"card": card.holder_id})
    session = clerk.session

    assert "varuh_intake" not in session
    again = clerk.post(reverse("register_step", args=["check"]))

    assert again.url == reverse("register_request")
    assert Case.objects.count() == 1


@pytest.mark.rule("T4.2.2")
def test_a_representative_gets_the_answer_on_paper_and_only_with_authority(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    from records.identity.models import Representation

    clerk, second = staff("clerk"), second_clerk()
    card = make_card(clerk, factories.ANA)
    case = case_of(write_down(clerk, {"card": card.holder_id}, asks={"filed_by": "representative"}))
    page = reverse("desk_authority", args=[case.pk])
    assert "Nihče ni vpisan" in clerk.get(page).content.decode()
    for desk in (clerk, second):
        desk.post(reverse("look_up"), {"task": "rights", "card": card.holder_id})
    clerk.post(reverse("representatives", args=[card.subject_id]), TYPED)
    row = Representation.objects.get()
    refused = clerk.post(page, {"representation": str(row.pk)})
    decide(second, card.subject_id, row, "confirm")

    shown = clerk.post(page, {"representation": str(row.pk)})
    case.refresh_from_db()

    assert refused.status_code == 403
    assert (shown.status_code, case.state) == (302, "verified")
    fulfil_cases(read_clock())
    assert clerk.post(reverse("desk_package", args=[case.pk])).status_code == 200
    decide(clerk, card.subject_id, row, "revoke")
    assert clerk.post(reverse("desk_package", args=[case.pk])).status_code == 403
