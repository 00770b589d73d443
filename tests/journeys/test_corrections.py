"""Through HTTP: Ana corrects her data, lets it rest, objects, asks about a look and about a
decision; Bor is untouched.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from consent.queries import consent_stands
from dsar.models import Case, CaseRestriction, CorrectionItem, Letter
from dsar.queries import objects_to
from portal.clock import read_clock
from portal.sweeps import run_all
from records.access.purposes import DataCategory, Purpose
from records.access.restriction import find_restrictions
from records.identity.models import DataSubject
from tests import factories
from tests.journeys.test_access_request import come_in, make_card
from tests.portal.conftest import demo_folder, register, staff

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
__all__ = ["demo_folder", "register", "staff"]
PERSON = "identity.DataSubject"


@pytest.fixture(autouse=True)
def _ready(register: None, demo_folder: Path, settings: Any, tmp_path: Path) -> None:
    from consent.operations.notices import load_texts

    load_texts()
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.SEAL_KEY_FILE = tmp_path / "seal.key"
    settings.SEAL_CERTIFICATE_FILE = tmp_path / "seal.crt"
    settings.HEADS_DIR = tmp_path / "heads"
    settings.ERASURE_LEDGER_FILE = tmp_path / "ledger.jsonl"
    cache.clear()


@pytest.fixture
def people(staff: Callable[..., Client], demo_folder: Path) -> Any:
    """Ana and Bor with cards, and Cene at the desk."""

    class People:
        clerk = staff("clerk")
        ana_card = make_card(clerk, factories.ANA)
        bor_card = make_card(clerk, factories.BOR)
        ana = come_in(ana_card, demo_folder)
        ana_id = ana_card.subject_id
        bor_id = bor_card.subject_id
        bor_before = DataSubject.objects.filter(pk=bor_card.subject_id).values().get()

    yield People
    assert DataSubject.objects.filter(pk=People.bor_id).values().get() == People.bor_before
    assert not Case.objects.filter(subject_id=People.bor_id).exists()
    assert not find_restrictions(subjects=[People.bor_id])


def page_of(client: Client, name: str, *args: Any) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def answer(client: Client, name: str, step: str, **said: Any) -> Any:
    response = client.post(reverse(name, args=[step]), said)
    assert response.status_code == 302, (step, response.status_code)
    return response


def case_of(response: Any) -> Case:
    return Case.objects.get(pk=response.url.rstrip("/").split("/")[-1])


def messages(folder: Path) -> list[str]:
    return [path.read_text() for path in sorted(folder.glob("*.json"))]


@pytest.mark.rule("PP6a")
@pytest.mark.rule("T6.1.5b")
def test_ana_changes_her_address_and_her_name(people: Any, staff: Any, demo_folder: Path) -> None:
    ana = people.ana
    listed = page_of(ana, "rectification")
    assert factories.ANA.residence in listed
    assert factories.BOR.residence not in listed
    bad = ana.post(
        reverse("rectification_step", args=[f"{PERSON}.email"]), {"answer": "not an address"}
    )
    assert bad.status_code == 422
    answer(ana, "rectification_step", f"{PERSON}.email", answer="ana.nova@example.org")
    answer(ana, "rectification_step", f"{PERSON}.family_name", answer="Novak")
    check = page_of(ana, "rectification_step", "check")
    assert "ana.nova@example.org" in check
    assert factories.ANA.email in check
    assert not Case.objects.exists()

    case = case_of(answer(ana, "rectification_step", "check"))

    assert case.reference in page_of(ana, "right_sent", case.pk)
    data = page_of(ana, "holder_data")
    assert "ana.nova@example.org" in data
    assert factories.ANA.email in data
    (standing,) = find_restrictions(subjects=[people.ana_id])[people.ana_id]
    assert standing.categories == {DataCategory.NAME}

    # The old address is told, and no message holds the new value.
    list(run_all(now=read_clock()))
    told = [text for text in messages(demo_folder) if "je bil na zahtevo imetnika zamenjan" in text]
    assert len(told) == 1
    assert case.reference in told[0]
    assert factories.ANA.email not in page_of(ana, "holder_data")
    assert not any("Novak" in text for text in messages(demo_folder))

    # The clerk cannot open her name meanwhile, but can work on the correction itself.
    work = page_of(people.clerk, "office_work", case.pk)
    assert "Novak" in work
    assert factories.ANA.family_name in work
    item = CorrectionItem.objects.get(case=case, column=f"{PERSON}.family_name")
    done = people.clerk.post(
        reverse("office_work", args=[case.pk]),
        {"act": "apply", "item": str(item.pk), "evidence": "identity_card"},
    )
    assert done.status_code == 302
    assert "Novak" in page_of(ana, "holder_data")

    # Notice and answer go out, arrive, and only then the name may be used again.
    assert find_restrictions(subjects=[people.ana_id])
    for _ in range(3):
        list(run_all(now=read_clock()))
    assert not find_restrictions(subjects=[people.ana_id])
    case.refresh_from_db()
    assert case.state in ("delivered", "closed")
    # Letters to recipients go their own way; every one to Ana has arrived.
    hers = Letter.objects.filter(case=case).exclude(kind="instruction")
    assert hers.count() >= 2
    assert not hers.filter(delivered_at=None).exists()


def test_a_rejected_correction_leaves_room_for_a_statement(people: Any, staff: Any) -> None:
    ana, officer = people.ana, staff("controller")
    answer(ana, "rectification_step", f"{PERSON}.birth_date", answer="1. 3. 1984")
    case = case_of(answer(ana, "rectification_step", "check"))
    item = CorrectionItem.objects.get(case=case)
    reject = {"act": "reject", "item": str(item.pk), "ground": "no_evidence"}
    where = reverse("office_work", args=[case.pk])
    assert people.clerk.post(where, reject).status_code == 403
    assert officer.post(where, reject).status_code == 302

    assert reverse("own_statement", args=[item.pk]) in page_of(ana, "holder_case", case.pk)
    said = ana.post(reverse("own_statement", args=[item.pk]), {"text": "Rojena sem 1. marca."})

    assert said.status_code == 302
    assert "Rojena sem 1. marca." in page_of(officer, "office_work", case.pk)
    assert "Rojena sem 1. marca." in page_of(ana, "holder_data")


def test_what_is_locked_gets_her_words(people: Any) -> None:
    code = f"{PERSON}.registered_on"
    assert "rectification/identity.DataSubject.registered_on" in page_of(
        people.ana, "rectification"
    )
    answer(people.ana, "rectification_step", code, answer="Bila sem tam dan prej.")

    case = case_of(answer(people.ana, "rectification_step", "check"))

    assert "Bila sem tam dan prej." in page_of(people.clerk, "office_work", case.pk)


@pytest.mark.rule("C26")
def test_ana_lets_her_data_rest_until_she_was_told(people: Any, staff: Any) -> None:
    ana, officer = people.ana, staff("controller")
    assert ana.get(reverse("restriction")).url == reverse("restriction_step", args=["ground"])
    assert ana.post(reverse("restriction_step", args=["ground"]), {}).status_code == 422
    answer(ana, "restriction_step", "ground", answer="claims")
    answer(ana, "restriction_step", "kinds", answer=["contact", "name"])
    answer(ana, "restriction_step", "why", answer="Zaradi spora.")
    assert "Zaradi spora." in page_of(ana, "restriction_step", "check")
    assert not find_restrictions(subjects=[people.ana_id])

    case = case_of(answer(ana, "restriction_step", "check"))

    (standing,) = find_restrictions(subjects=[people.ana_id])[people.ana_id]
    assert standing.categories == {DataCategory.CONTACT, DataCategory.NAME}
    assert case.reference in page_of(ana, "right_sent", case.pk)
    page_of(ana, "holder_card")
    page_of(ana, "holder_data")
    shown = page_of(ana, "holder_case", case.pk)
    assert "Plačila s kartico tečejo naprej" in shown

    # Whoever opens her at the desk is refused, by name.
    asked = {"task": "question", "family_name": "zuzek crnic", "birth_date": "29. 2. 1984"}
    found = people.clerk.post(reverse("look_up"), asked)
    refused = people.clerk.get(reverse("desk_person", args=[people.ana_id]))
    assert 403 in (found.status_code, refused.status_code)

    row = CaseRestriction.objects.get(case=case)
    where = reverse("office_work", args=[case.pk])
    lift = {"act": "lift", "restriction": str(row.pk)}
    assert officer.post(where, lift).status_code == 409
    announce = {"act": "announce", "restriction": str(row.pk), "reason": "claim_over"}
    assert people.clerk.post(where, announce).status_code == 403
    assert officer.post(where, announce).status_code == 302
    assert officer.post(where, lift).status_code == 409
    row.refresh_from_db()
    assert ana.get(reverse("own_letter", args=[row.lifting_letter_id])).status_code == 200
    assert officer.post(where, lift).status_code == 302

    assert not find_restrictions(subjects=[people.ana_id])
    assert "pravni zahtevek je končan" in page_of(ana, "holder_case", case.pk)


def test_ana_objects_to_news_and_is_not_asked_again(people: Any) -> None:
    ana = people.ana
    ana.post(reverse("holder_consents"), {"purpose": "news", "act": "give"})
    assert consent_stands(subject_id=people.ana_id, purpose=Purpose.NEWS, at=read_clock())
    explained = page_of(ana, "objection")
    assert reverse("holder_consents") in explained
    assert "izbris podatkov" in explained
    answer(ana, "objection_step", "purposes", answer=["news"])
    answer(ana, "objection_step", "why", answer="")

    case = case_of(answer(ana, "objection_step", "check"))

    assert (case.state, case.outcome) == ("delivered", "granted")
    assert objects_to(subject_id=people.ana_id, purpose=Purpose.NEWS)
    assert not consent_stands(subject_id=people.ana_id, purpose=Purpose.NEWS, at=read_clock())
    assert 'value="give"' not in page_of(ana, "holder_consents")
    forced = ana.post(reverse("holder_consents"), {"purpose": "news", "act": "give"})
    assert forced.status_code == 403

    ana.post(reverse("take_back_objection"), {"purpose": "news"})

    assert not objects_to(subject_id=people.ana_id, purpose=Purpose.NEWS)
    assert 'value="give"' in page_of(ana, "holder_consents")
    ana.post(reverse("holder_consents"), {"purpose": "news", "act": "give"})
    assert consent_stands(subject_id=people.ana_id, purpose=Purpose.NEWS, at=read_clock())


def test_ana_asks_about_one_look_and_the_row_goes_with_it(people: Any, staff: Any) -> None:
    import re

    asked = {"task": "question", "family_name": "zuzek crnic", "birth_date": "29. 2. 1984"}
    people.clerk.post(reverse("look_up"), asked)
    people.clerk.get(reverse("desk_person", args=[people.ana_id]))
    listed = page_of(people.ana, "holder_log")
    entry = re.search(r"log-question/\?entry=(\d+)", listed)[1]
    begun = people.ana.get(reverse("log-question"), {"entry": entry})
    assert begun.url == reverse("log-question_step", args=["ask"])
    answer(people.ana, "log-question_step", "ask", answer="understand")
    answer(people.ana, "log-question_step", "why", answer="Kdo je bil to?")

    case = case_of(answer(people.ana, "log-question_step", "check"))

    assert case.right == "log_question"
    assert case.details is not None
    shown = page_of(staff("dpo"), "office_work", case.pk)
    assert "Kdo je bil to?" in shown
    assert "Vnos, na katerega se nanaša" in shown


def test_nobody_asks_about_a_look_at_another(people: Any, demo_folder: Path) -> None:
    import re

    entry = re.search(r"entry=(\d+)", page_of(people.ana, "holder_log"))[1]
    bor = come_in(people.bor_card, demo_folder)

    assert bor.get(reverse("log-question"), {"entry": entry}).status_code == 404


@pytest.mark.rule("C22")
def test_ana_has_a_person_look_at_a_declined_payment(people: Any, staff: Any) -> None:
    assert reverse("human-review") in page_of(people.ana, "holder_card")
    answer_to = people.ana.get(reverse("human-review"))
    assert answer_to.status_code == 302
    answer(people.ana, "human-review_step", "decision", answer="declined_payment")
    assert (
        people.ana.post(reverse("human-review_step", args=["text"]), {"answer": ""}).status_code
        == 422
    )
    answer(people.ana, "human-review_step", "text", answer="Na avtobusu, včeraj.")

    case = case_of(answer(people.ana, "human-review_step", "check"))

    assert (case.right, case.state) == ("human_review", "verified")
    assert "Na avtobusu, včeraj." in page_of(staff("controller"), "office_work", case.pk)


def test_bor_reaches_nothing_of_anas(people: Any, demo_folder: Path) -> None:
    answer(people.ana, "rectification_step", f"{PERSON}.family_name", answer="Novak")
    case = case_of(answer(people.ana, "rectification_step", "check"))
    item = CorrectionItem.objects.get(case=case)
    bor = come_in(people.bor_card, demo_folder)

    assert bor.get(reverse("right_sent", args=[case.pk])).status_code == 404
    said = bor.post(reverse("own_statement", args=[item.pk]), {"text": "x"})
    assert said.status_code == 404


def test_a_clerk_of_another_city_does_not_open_it(people: Any, staff: Any) -> None:
    answer(people.ana, "rectification_step", f"{PERSON}.family_name", answer="Novak")
    case = case_of(answer(people.ana, "rectification_step", "check"))
    stranger = staff("clerk", city=factories.OTHER_CITY)

    assert stranger.get(reverse("office_work", args=[case.pk])).status_code == 403
    assert "Novak" in page_of(people.clerk, "office_work", case.pk)


@pytest.mark.rule("C1")
def test_officers_of_a_city_that_is_no_joint_controller_do_not_open_it(
    people: Any, staff: Any
) -> None:
    answer(people.ana, "rectification_step", f"{PERSON}.family_name", answer="Novak")
    case = case_of(answer(people.ana, "rectification_step", "check"))
    Case.objects.filter(pk=case.pk).update(controllers=[factories.HOME_CITY])
    where = reverse("office_work", args=[case.pk])
    item = str(CorrectionItem.objects.get().pk)

    for role in ("controller", "dpo"):
        stranger = staff(role, city=factories.OTHER_CITY)
        assert stranger.get(where).status_code == 403
        assert stranger.post(where, {"act": "apply", "item": item}).status_code == 403
    assert CorrectionItem.objects.get().state == "proposed"
