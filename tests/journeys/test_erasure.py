"""A person erases what can go, cancels in time, and still sees who looked; through the doors."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dsar.models import Case, ErasureOrder, Letter
from dsar.operations.erasure_sweep import sweep_erasures
from portal.clock import read_clock
from portal.usecases import case_messages
from records.cards.models import Card
from records.identity.models import DataSubject
from tests import factories
from tests.journeys.test_access_request import _ready, come_in, make_card
from tests.portal.conftest import demo_folder, register, staff
from tests.records.documents.tools import text_of

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
__all__ = ["_ready", "demo_folder", "register", "staff"]

WINDOW = timedelta(hours=72)


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.ERASURE_LEDGER_FILE = tmp_path / "ledger.jsonl"


def choose(holder: Client, *, end: str = "no", keep: str = "identity.phone") -> Any:
    return holder.post(reverse("erasure"), {"end": end, "keep": keep})


def ask(holder: Client, *, word: str = "IZBRIŠI", **choice: str) -> Case:
    assert choose(holder, **choice).url == reverse("erasure_check")
    sent = holder.post(reverse("erasure_check"), {"word": word})
    assert sent.status_code == 302
    return Case.objects.get(pk=sent.url.split("/")[-3])


def carry_out(clerk: Client, officer: Client, case: Case) -> ErasureOrder:
    """Wait out the window, let a clerk and a controller's officer approve, run, send."""
    now = read_clock() + WINDOW + timedelta(minutes=1)
    sweep_erasures(now)
    order = ErasureOrder.objects.get(case=case)
    for who in (clerk, officer):
        page = who.get(reverse("office_erasure", args=[order.pk])).content.decode()
        plan = re.search(r'name="plan" value="([0-9a-f]{64})"', page)
        assert plan is not None
        who.post(reverse("erasure_approve", args=[order.pk]), {"plan": plan.group(1)})
    sweep_erasures(now)
    case_messages.send(now)
    sweep_erasures(now + timedelta(minutes=1))
    order.refresh_from_db()
    return order


@pytest.mark.rule("PP6a", "C26")
def test_ana_erases_what_can_go_and_bor_is_untouched(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    clerk, officer = staff("clerk"), staff("controller")
    bor_card, ana_card = make_card(clerk, factories.BOR), make_card(clerk, factories.ANA)
    bor = DataSubject.objects.filter(pk=bor_card.subject_id).values().get()
    ana = come_in(ana_card, demo_folder)

    preview = ana.get(reverse("erasure")).content.decode()
    for said in ("Takoj izbrišemo", "e-naslov", "Pozneje se izbriše", "OZ 346", "ZVOP-2 22",
                 "Vaša kartica in vaš denar", "predvidoma"):  # fmt: skip
        assert said in preview, said
    case = ask(ana)
    confirmed = ana.get(reverse("erasure_sent", args=[case.pk])).content.decode()
    assert case.reference in confirmed
    order = carry_out(clerk, officer, case)

    case.refresh_from_db()
    assert (order.state, case.state, case.outcome) == ("done", "delivered", "partial")
    row = DataSubject.objects.get(pk=ana_card.subject_id)
    assert (row.email, row.email_index) == (None, None)
    assert row.phone is not None
    assert Card.objects.get(pk=ana_card.pk).state == "active"
    page = ana.get(reverse("holder_case", args=[case.pk])).content.decode()
    assert "izvedeno" in page
    letter = Letter.objects.get(case=case)
    receipt = text_of(ana.get(reverse("own_letter", args=[letter.pk])).content)
    assert "Potrdilo o izbrisu" in receipt
    assert DataSubject.objects.filter(pk=bor_card.subject_id).values().get() == bor

    # With the code of the receipt, and without any account, she still sees who looked.
    code = re.search(r"(?:[A-Z2-7]{4}\s+){17}[A-Z2-7]{4}\b", receipt)
    assert code is not None
    stranger = Client()
    shown = stranger.post(reverse("remaining_log"), {"code": code.group()})
    assert shown.status_code == 200
    assert "Uslužbenec okenca" in shown.content.decode()
    assert factories.ANA.family_name not in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]


@pytest.mark.parametrize("word", ["", "DA", "ERASE", "izbrisati"])
def test_nothing_begins_without_the_typed_word(
    staff: Callable[..., Client], demo_folder: Path, word: str
) -> None:
    ana = come_in(make_card(staff("clerk"), factories.ANA), demo_folder)
    choose(ana)

    page = ana.post(reverse("erasure_check"), {"word": word})

    assert page.status_code == 422
    assert "IZBRIŠI" in page.content.decode()
    assert not Case.objects.exists()


def test_the_word_is_of_the_pages_language(
    staff: Callable[..., Client], demo_folder: Path, settings: Any
) -> None:
    ana = come_in(make_card(staff("clerk"), factories.ANA), demo_folder)
    ana.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = ana.get(reverse("erasure"))
    assert "Erased at once" in page.content.decode()

    case = ask(ana, word="erase")

    assert case.language == "en"


def test_the_check_is_not_reached_without_a_choice(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    ana = come_in(make_card(staff("clerk"), factories.ANA), demo_folder)

    assert ana.get(reverse("erasure_check")).url == reverse("erasure")
    assert ana.post(reverse("erasure"), {}).status_code == 422


def test_ana_cancels_in_time_and_nobody_else_can(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    clerk = staff("clerk")
    ana_card, bor_card = make_card(clerk, factories.ANA), make_card(clerk, factories.BOR)
    ana, bor = come_in(ana_card, demo_folder), come_in(bor_card, demo_folder)
    case = ask(ana)
    cancel = reverse("erasure_cancel", args=[case.pk])
    assert bor.post(cancel).status_code == 404
    assert cancel in ana.get(reverse("holder_case", args=[case.pk])).content.decode()

    page = ana.post(cancel, follow=True).content.decode()

    assert "izbris je preklican" in page
    sweep_erasures(read_clock() + WINDOW * 2)
    assert ErasureOrder.objects.get().state == "cancelled"
    assert DataSubject.objects.filter(pk=ana_card.subject_id, email__isnull=False).exists()


@pytest.mark.rule("T4.6.4")
def test_ana_ends_her_card_as_well(staff: Callable[..., Client], demo_folder: Path) -> None:
    clerk, officer = staff("clerk"), staff("controller")
    card = make_card(clerk, factories.ANA)
    ana = come_in(card, demo_folder)
    case = ask(ana, end="yes", keep="identity.email")

    order = carry_out(clerk, officer, case)

    assert order.state == "done"
    assert Card.objects.get(pk=card.pk).state == "cancelled"
    row = DataSubject.objects.get(pk=card.subject_id)
    assert row.phone is None
    assert row.email is not None


def test_a_clerk_of_the_other_city_and_a_dpo_approve_nothing(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    ana = come_in(make_card(staff("clerk"), factories.ANA), demo_folder)
    ask(ana)
    sweep_erasures(read_clock() + WINDOW + timedelta(minutes=1))
    order = ErasureOrder.objects.get()
    approve, page = (
        reverse(name, args=[order.pk]) for name in ("erasure_approve", "office_erasure")
    )
    other, dpo = staff("clerk", city=factories.OTHER_CITY), staff("dpo")

    assert other.get(page).status_code == 404
    assert other.post(approve, {"plan": order.plan_sha256}).status_code == 404
    assert dpo.post(approve, {"plan": order.plan_sha256}).status_code == 403
    assert "Odobri izbris" not in dpo.get(page).content.decode()
    assert not order.approvals.exists()


def test_wrong_codes_open_nothing_and_are_limited(register: None) -> None:
    visitor = Client()
    address = reverse("remaining_log")
    assert visitor.get(address).status_code == 200
    assert visitor.post(address, {"code": ""}).status_code == 422

    answers = [visitor.post(address, {"code": "A" * 72}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert "ne odpre" in answers[0].content.decode()
