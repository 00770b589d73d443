"""Corrections, rest, objection and questions in a real browser, on a phone and on a desk."""

import re
from typing import Any

import pytest

from tests.browser.test_walks import walker_for
from tests.browser.walker import Walker

pytestmark = [pytest.mark.browser]
GO_ON = re.compile("^(Naprej|Continue)$")
SEND = re.compile("^(Pošlji|Send)$")
FOLLOW = re.compile("Spremljaj|Follow")


@pytest.mark.parametrize(("language", "width", "place"), [("sl", 320, 0), ("en", 1280, 1)])
def test_what_is_wrong_is_said_page_by_page(
    language: str,
    width: int,
    place: int,
    service: Any,
    chromium: Any,
    axe_source: str,
    staff_sessions: Any,
) -> None:
    card = service.demo["holders"][place]["holder_id"]
    holder = walker_for(chromium, service, axe_source, language, width, name="corrections")
    page = holder.page
    holder.sign_in_holder(card)
    holder.press(re.compile("Prijava|Sign in"))
    holder.go("/me/requests/rights/")
    holder.press(re.compile("Popravek mojih podatkov|Correct my data"), role="link")
    holder.press(re.compile(r"Spremeni\s*:.*bivališče|Change\s*:.*residence"), role="link")
    page.fill("#id_answer", "???")
    holder.press(GO_ON)  # no letter in it: the error
    assert page.locator(".error-summary").count() == 1
    page.fill("#id_answer", "Nova pot 5, 8000 Novo mesto")
    holder.press(GO_ON)
    holder.press(SEND)
    holder.press(FOLLOW, role="link")
    case = page.url.rstrip("/").split("/")[-1]

    holder.go("/me/rights/restriction/")
    holder.press(GO_ON)  # nothing chosen: the error
    page.locator("#id_answer_2").check()
    holder.press(GO_ON)
    page.locator("#id_answer_0").check()
    holder.press(GO_ON)
    holder.press(GO_ON)
    holder.press(SEND)
    holder.press(FOLLOW, role="link")

    holder.go("/me/rights/objection/")
    holder.press(GO_ON, role="link")
    page.locator("input[value=news]").check()
    holder.press(GO_ON)
    holder.press(GO_ON)
    holder.press(SEND)
    holder.go("/me/consents/")
    assert page.locator("button[value=give]").count() == 0

    question = ask_people(holder)
    office = walker_for(
        chromium, service, axe_source, language, width, state=staff_sessions["karla"], name="work"
    )
    office.go(f"/office/requests/{case}/")
    office.press(re.compile("^(Odpri|Open it)$"), role="link")
    assert "Nova pot 5" in office.page.locator("main").inner_text()
    office.go(f"/office/requests/{question}/work/")

    findings = sorted({*holder.findings, *office.findings})
    assert not findings, "\n".join(findings)
    for walker in (holder, office):
        walker.page.context.close()


def ask_people(holder: Walker) -> str:
    """Send a declined payment to a person, and ask about a look; return the last case."""
    page = holder.page
    holder.go("/me/rights/human-review/")
    page.locator("#id_answer_0").check()
    holder.press(GO_ON)
    holder.press(GO_ON)  # nothing written: the error
    page.fill("#id_answer", "Na avtobusu.")
    holder.press(GO_ON)
    holder.press(SEND)

    holder.go("/me/who-looked/")
    holder.press(re.compile("Vprašaj|Ask about it"), role="link")
    page.locator("#id_answer_0").check()
    holder.press(GO_ON)
    holder.press(GO_ON)
    holder.press(SEND)
    holder.press(FOLLOW, role="link")
    return str(page.url).rstrip("/").split("/")[-1]
