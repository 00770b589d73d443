"""A request that people decide: the clerk prepares, the officer for data protection advises, the
controller's officer confirms, the holder reads the letter and asks for a review.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from dsar.models import Case, Decision, Letter, Question
from dsar.operations import file_request, record_handed_over
from dsar.queries import standing
from dsar.rules import AnswerWay, Right
from dsar.tasks import expire
from portal import sweeps
from portal.clock import read_clock
from portal.usecases import case_messages
from portal.usecases.queue import QueueLine
from records.access.grants import Actor
from records.access.purposes import ActorRole
from tests import factories
from tests.journeys.test_access_request import come_in, make_card
from tests.portal.conftest import demo_folder, register, staff
from tests.records.documents.tools import pdfsig, text_of

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
__all__ = ["demo_folder", "register", "staff"]
REASONS = "Ime v vlogi je enako imenu v evidenci."


@pytest.fixture(autouse=True)
def _ready(register: None, demo_folder: Path, settings: Any, tmp_path: Path) -> None:
    from consent.operations.notices import load_texts

    load_texts()
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.SEAL_KEY_FILE = tmp_path / "seal.key"
    settings.SEAL_CERTIFICATE_FILE = tmp_path / "seal.crt"
    cache.clear()


@pytest.fixture
def clerk(staff: Callable[..., Client]) -> Client:
    return staff("clerk")


@pytest.fixture
def ana(clerk: Client, demo_folder: Path) -> Client:
    """Ana, signed in with her card; `ana.card` is it."""
    card = make_card(clerk, factories.ANA)
    client = come_in(card, demo_folder)
    client.card = card
    return client


@pytest.fixture
def case(ana: Client) -> Case:
    """Ana's wish that her name be corrected."""
    return file_request(
        actor=Actor(ActorRole.HOLDER, "ana", ""),
        subject_id=ana.card.subject_id,
        right=Right.RECTIFICATION,
        details={"text": "Moje ime je napačno."},
        now=read_clock(),
    )


def page(client: Client, name: str, *args: Any) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, response.status_code
    return re.sub(r"\s+", " ", response.content.decode())


def refuse(clerk: Client, case: Case) -> Decision:
    said = {"outcome": "refused", "grounds": ["accurate"], "reasons": REASONS}
    done = clerk.post(reverse("case_decision", args=[case.pk]), said)
    assert done.url == reverse("case_work", args=[case.pk])
    return Decision.objects.get(case=case)


@pytest.mark.rule("C1", "PP6e", "PP6d")
def test_three_roles_decide_and_the_letter_says_why_and_how_to_complain(
    clerk: Client, ana: Client, case: Case, staff: Callable[..., Client]
) -> None:
    controller, dpo = staff("controller"), staff("dpo")
    assert case.reference in page(clerk, "desk_cases")
    opened = page(clerk, "case_work", case.pk)
    assert "Moje ime je napačno." in opened
    assert "Ta vpogled vidi imetnik" in opened or "vpogled" in opened

    bare = clerk.post(reverse("case_decision", args=[case.pk]), {"outcome": "refused"})
    assert bare.status_code == 422
    assert "Prišlo je do težave" in bare.content.decode()
    assert "Izberite vsaj en razlog po zakonu" in bare.content.decode()
    assert not Decision.objects.exists()
    decision = refuse(clerk, case)
    dpo.post(reverse("case_advice", args=[case.pk]), {"text": "Strinjam se."})
    assert "Strinjam se." in page(controller, "case_work", case.pk)

    where = reverse("confirm_decision", args=[case.pk, decision.pk])
    for other in (clerk, dpo, ana):
        assert other.post(where).status_code == 403
    assert not Letter.objects.exists()
    assert controller.post(where).url == reverse("case_work", args=[case.pk])

    case.refresh_from_db()
    assert (case.state, case.outcome) == ("decided", "refused")
    case_messages.send(read_clock())
    case.refresh_from_db()
    assert case.state == "delivered"
    own = page(ana, "holder_case", case.pk)
    assert "Zahtevaj ponovni pregled" in own
    letter = ana.get(reverse("own_letter", args=[Letter.objects.get().pk])).content
    text = " ".join(text_of(letter).split())
    for needed in (
        REASONS,
        "GDPR 16",
        "Dunajska 22, 1000 Ljubljana",
        "gp.ip@ip-rs.si",
        "sodnega varstva",
        case.reference,
    ):
        assert needed in text
    assert "Signature is Valid" in pdfsig(letter)
    expire(read_clock())
    case.refresh_from_db()
    assert case.state == "closed"


def test_an_officer_who_prepared_cannot_confirm_and_another_city_can(
    case: Case, staff: Callable[..., Client]
) -> None:
    karla = staff("controller")
    gregor = staff("controller", city=factories.OTHER_CITY)
    decision = refuse(karla, case)
    where = reverse("confirm_decision", args=[case.pk, decision.pk])

    refused = karla.post(where)

    assert refused.status_code == 403
    assert "Potrdi odločitev" not in page(karla, "case_work", case.pk)
    assert "Potrdi odločitev" in page(gregor, "case_work", case.pk)
    returned = gregor.post(
        reverse("return_decision", args=[case.pk, decision.pk]), {"note": "Preskopo."}
    )
    assert returned.status_code == 302
    assert "Preskopo." in page(karla, "case_work", case.pk)


def test_a_clerk_of_the_other_city_opens_no_case_of_this_one(
    case: Case, staff: Callable[..., Client]
) -> None:
    heda = staff("clerk", city=factories.OTHER_CITY)

    assert heda.get(reverse("case_work", args=[case.pk])).status_code == 403
    assert case.reference not in page(heda, "desk_cases")
    said = {"text": "Kdo ste?"}
    assert heda.post(reverse("case_question", args=[case.pk]), said).status_code == 403


def test_a_question_is_asked_and_answered(
    clerk: Client, ana: Client, case: Case, demo_folder: Path
) -> None:
    bor = come_in(make_card(clerk, factories.BOR), demo_folder)
    clerk.post(reverse("case_question", args=[case.pk]), {"text": "Katero ime je pravo?"})
    assert "Preberi vprašanje in odgovori" in page(ana, "holder_case", case.pk)
    assert "Katero ime je pravo?" in page(ana, "answer_question", case.pk)

    assert bor.get(reverse("answer_question", args=[case.pk])).status_code == 404
    assert bor.post(reverse("answer_question", args=[case.pk]), {"text": "x"}).status_code == 404
    empty = ana.post(reverse("answer_question", args=[case.pk]), {"text": " "})
    assert empty.status_code == 422
    assert Question.objects.get().answered_at is None
    done = ana.post(reverse("answer_question", args=[case.pk]), {"text": "Anja."})

    assert done.url == reverse("holder_case", args=[case.pk])
    assert "Anja." in page(clerk, "case_work", case.pk)
    case.refresh_from_db()
    assert case.state == "in_work"
    assert ana.get(reverse("answer_question", args=[case.pk])).status_code == 404


@pytest.mark.rule("C3", "C1")
def test_an_extension_that_was_not_delivered_extends_nothing_and_alarms(
    clerk: Client, ana: Client, staff: Callable[..., Client], settings: Any
) -> None:
    now = read_clock()
    late = file_request(
        actor=Actor(ActorRole.HOLDER, "ana", ""),
        subject_id=ana.card.subject_id,
        right=Right.RECTIFICATION,
        answer_way=AnswerWay.POST,
        received_at=now - timedelta(days=27),
        now=now,
    )
    controller = staff("controller")
    said = {"reason": "complexity", "explanation": "Arhiv je na papirju."}
    where = reverse("case_extension", args=[late.pk])
    assert clerk.post(where, said).status_code == 403
    assert controller.post(where, said).status_code == 302
    assert "Podaljšanje je pripravljeno." in page(controller, "office_case", late.pk)
    again = controller.post(where, said)
    assert again.status_code == 409
    letter = Letter.objects.get(case=late)

    record_handed_over(
        actor=controller_actor(controller), letter_id=letter.pk, now=now + timedelta(days=5)
    )

    late.refresh_from_db()
    assert not late.extended
    seen = QueueLine(late, standing(late, now=now + timedelta(days=5)))
    assert (seen.mark, seen.standing.extension_failed) == ("overdue", True)


def controller_actor(client: Client) -> Actor:
    profile = client.profile
    return Actor(ActorRole.CONTROLLER, str(profile.pk), profile.organisation)


def test_a_refused_request_is_reviewed_and_proved(
    clerk: Client, ana: Client, case: Case, staff: Callable[..., Client]
) -> None:
    controller, dpo = staff("controller"), staff("dpo")
    assert ana.post(reverse("ask_review", args=[case.pk]), {"text": "x"}).status_code == 409
    decision = refuse(clerk, case)
    controller.post(reverse("confirm_decision", args=[case.pk, decision.pk]))
    case_messages.send(read_clock())

    sent = ana.post(reverse("ask_review", args=[case.pk]), {"text": "Ni res."}, follow=True)

    review = Case.objects.get(right="internal_review")
    assert (review.parent_id, sent.status_code) == (case.pk, 200)
    assert review.reference in sent.content.decode()
    assert "Zahtevaj ponovni pregled" not in page(ana, "holder_case", case.pk)
    assert review.reference in page(dpo, "office_case", case.pk)
    assert clerk.post(reverse("case_evidence", args=[case.pk])).status_code == 403
    pack = dpo.post(reverse("case_evidence", args=[case.pk]))
    assert pack["Content-Type"] == "application/pdf"
    assert "no-store" in pack["Cache-Control"]
    assert "Signature is Valid" in pdfsig(pack.content)
    assert REASONS in " ".join(text_of(pack.content).split())


def test_the_commissioners_procedure_is_opened_answered_and_ended(
    case: Case, staff: Callable[..., Client]
) -> None:
    controller = staff("controller")
    today = read_clock().date()
    until = today + timedelta(days=8)
    said = {
        "number": "07101-5/2026/16",
        "received_on": f"{today:%d. %m. %Y}",
        "answer_by": f"{until:%d. %m. %Y}",
    }
    wrong = {**said, "received_on": "1. 1. 2020"}
    assert controller.post(reverse("case_procedure", args=[case.pk]), wrong).status_code == 409

    assert controller.post(reverse("case_procedure", args=[case.pk]), said).status_code == 302

    procedure = Case.objects.get(right="supervisor")
    assert (procedure.due_on, procedure.parent_id) == (until, case.pk)
    assert "07101-5/2026/16" in page(controller, "case_work", procedure.pk)
    controller.post(reverse("procedure_answered", args=[procedure.pk]))
    result = {"result": "dismissed", "result_on": said["received_on"]}
    assert (
        controller.post(reverse("procedure_result", args=[procedure.pk]), result).status_code == 302
    )
    procedure.refresh_from_db()
    assert (procedure.state, procedure.outcome) == ("delivered", "refused")


@pytest.mark.rule("PP6d")
def test_the_sweep_reminds_both_officers_without_a_name(
    ana: Client, demo_folder: Path, clerk: Client
) -> None:
    now = read_clock()
    case = file_request(
        actor=Actor(ActorRole.HOLDER, "ana", ""),
        subject_id=ana.card.subject_id,
        right=Right.RECTIFICATION,
        received_at=now - timedelta(days=25),
        now=now,
    )
    before = set(demo_folder.glob("*.json"))

    assert sweeps.run_named(name="deadlines", now=now) == 2
    assert sweeps.run_named(name="deadlines", now=now) == 0

    written = [path.read_text() for path in set(demo_folder.glob("*.json")) - before]
    assert len(written) == 2
    for text in written:
        assert case.reference in text
        assert factories.ANA.family_name not in text
