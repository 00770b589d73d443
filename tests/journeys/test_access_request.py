"""From the paper at the desk to the package in the holder's hands, and what the neighbour keeps."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from dsar.models import Case
from dsar.tasks import fulfil_cases
from portal.clock import read_clock
from portal.usecases import sign_in
from records.cards.models import Card
from records.identity.models import DataSubject
from tests import factories
from tests.portal.conftest import demo_folder, register, staff

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
__all__ = ["demo_folder", "register", "staff"]


@pytest.fixture(autouse=True)
def _ready(register: None, demo_folder: Path, settings: Any, tmp_path: Path) -> None:
    from consent.operations.notices import load_texts

    load_texts()
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.SEAL_KEY_FILE = tmp_path / "seal.key"
    settings.SEAL_CERTIFICATE_FILE = tmp_path / "seal.crt"
    cache.clear()


def take_application(clerk: Client, person: factories.Person) -> Any:
    """Fill in the seven pages and keep the application."""
    clerk.get(reverse("new_application") + "?new")
    pages = {
        "arrival": {"received_on": "1. 11. 2026", "channel": "counter", "point": factories.POINT},
        "person": {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "birth_date": f"{person.birth_date:%d. %m. %Y}",
        },
        "residence": {"residence": person.residence},
        "contact": {"phone": person.phone, "email": person.email},
        "card": {"purpose": "first", "chosen_city": person.home_city, "delivery_method": "post"},
        "status": {"status": ""},
        "terms": {"terms": "on"},
    }
    for step, answers in pages.items():
        assert clerk.post(reverse("application_step", args=[step]), answers).status_code == 302
    return clerk.post(reverse("application_step", args=["check"]))


def make_card(clerk: Client, person: factories.Person) -> Card:
    kept = take_application(clerk, person)
    application_id = kept.url.split("/")[-2]
    for action in ("accept", "issue"):
        clerk.post(reverse("application_act", args=[application_id, action]))
    card = Card.objects.get(application_id=application_id)
    for action in ("deliver", "activate"):
        clerk.post(reverse("card_act", args=[card.pk, action]))
    card.refresh_from_db()
    return card


def read_code(folder: Path) -> str:
    sign_in.sweep(now=read_clock())
    text = json.loads(max(folder.glob("*.json")).read_text())["text"]
    return " ".join(re.search(r"(\d{3}) (\d{3})", text).groups())


def come_in(card: Card, folder: Path) -> Client:
    holder = Client()
    holder.post(reverse("sign_in"), {"who": card.holder_id})
    response = holder.post(reverse("sign_in_code"), {"code": read_code(folder)})
    assert response.status_code == 302
    return holder


def ask_for_everything(holder: Client) -> Case:
    holder.get(reverse("new_request"))
    holder.post(reverse("new_request_step", args=["scope"]), {"scope": "everything"})
    holder.post(reverse("new_request_step", args=["language"]), {"language": "sl"})
    sent = holder.post(reverse("new_request_step", args=["check"]))
    return Case.objects.get(pk=sent.url.split("/")[-3])


def fetch(holder: Client, case: Case, folder: Path) -> Any:
    where = reverse("download_code", args=[case.pk])
    holder.post(where, {"send": "1"})
    return holder.post(where, {"code": read_code(folder)}, follow=True)


@pytest.mark.rule("T4.1.4a")
@pytest.mark.rule("PP6d")
def test_ana_gets_her_package_and_bor_is_untouched(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    clerk = staff("clerk")
    bor_card = make_card(clerk, factories.BOR)
    bor_before = DataSubject.objects.filter(pk=bor_card.subject_id).values().get()
    ana_card = make_card(clerk, factories.ANA)
    assert ana_card.state == "active"
    ana = come_in(ana_card, demo_folder)

    case = ask_for_everything(ana)
    assert case.subject_id == ana_card.subject_id
    fulfil_cases(read_clock())
    package = fetch(ana, case, demo_folder)

    assert package["Content-Type"] == "application/pdf"
    assert "no-store" in package["Cache-Control"]
    assert package.content.startswith(b"%PDF-")
    # One code is good for one download.
    again = ana.get(reverse("download", args=[case.pk]))
    assert again.url == reverse("download_code", args=[case.pk])
    assert DataSubject.objects.filter(pk=bor_card.subject_id).values().get() == bor_before
    assert not Case.objects.filter(subject_id=bor_card.subject_id).exists()


def test_bor_cannot_reach_what_is_anas(staff: Callable[..., Client], demo_folder: Path) -> None:
    clerk = staff("clerk")
    ana_card, bor_card = make_card(clerk, factories.ANA), make_card(clerk, factories.BOR)
    case = ask_for_everything(come_in(ana_card, demo_folder))
    fulfil_cases(read_clock())
    bor = come_in(bor_card, demo_folder)

    for name in ("holder_case", "request_sent", "download_code"):
        assert bor.get(reverse(name, args=[case.pk])).status_code == 404
    blocked = bor.post(reverse("holder_block"), {"card": str(ana_card.pk), "reason": "loss"})

    assert blocked.status_code == 422
    ana_card.refresh_from_db()
    assert ana_card.state == "active"


@pytest.mark.rule("T4.1.8")
def test_what_is_missing_is_named_and_the_card_is_not_issued(
    staff: Callable[..., Client],
) -> None:
    clerk = staff("clerk")
    kept = take_application(clerk, factories.make_person(residence="", phone="", email=""))
    application_id = kept.url.split("/")[-2]

    page = clerk.get(kept.url).content.decode()
    refused = clerk.post(reverse("application_act", args=[application_id, "issue"]))
    letter = clerk.post(reverse("application_act", args=[application_id, "call"])).content.decode()

    for text in (page, letter):
        assert "stalno ali začasno prebivališče" in text
        assert "kontakt: mobilna številka ali e-naslov" in text
    assert refused.status_code == 409
    assert not Card.objects.filter(application_id=application_id).exists()


def test_the_holder_sees_the_clerk_and_no_name(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    clerk = staff("clerk")
    card = make_card(clerk, factories.ANA)
    clerk.post(reverse("look_up"), {"task": "question", "card": card.holder_id})
    clerk.get(reverse("desk_person", args=[card.subject_id]))

    page = come_in(card, demo_folder).get(reverse("holder_log")).content.decode()

    assert "Uslužbenec okenca" in page
    assert "Mestna občina Novo mesto" in page
    assert clerk.profile.user.username not in page


@pytest.mark.rule("T4.4.4")
def test_a_lost_card_is_blocked_in_three_steps(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    card = make_card(staff("clerk"), factories.ANA)
    holder = Client()

    holder.post(reverse("lost"), {"who": card.holder_id})
    second = holder.post(reverse("sign_in_code"), {"code": read_code(demo_folder)})
    assert second.url == reverse("holder_block")
    third = holder.post(second.url, {"card": str(card.pk), "reason": "theft"}, follow=True)

    card.refresh_from_db()
    assert card.state == "blocked"
    assert "Vaša kartica je blokirana" in third.content.decode()


@pytest.mark.rule("PP5c")
def test_a_consent_is_given_and_taken_back_by_the_same_steps(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    holder = come_in(make_card(staff("clerk"), factories.ANA), demo_folder)
    address = reverse("holder_consents")

    given = holder.post(address, {"purpose": "news", "act": "give"}, follow=True)
    assert 'value="withdraw"' in given.content.decode()
    withdrawn = holder.post(address, {"purpose": "news", "act": "withdraw"}, follow=True)

    assert 'value="give"' in withdrawn.content.decode()


@pytest.mark.rule("C11")
def test_a_desk_of_the_other_city_blocks_the_card_at_once(staff: Callable[..., Client]) -> None:
    card = make_card(staff("clerk"), factories.ANA)
    other = staff("clerk", city=factories.OTHER_CITY)

    page = other.post(
        reverse("desk_block"),
        {"card": card.holder_id, "reason": "loss", "channel": "counter"},
        follow=True,
    )

    card.refresh_from_db()
    assert card.state == "blocked"
    assert "Ostalo uredi Novo mesto" in page.content.decode()
