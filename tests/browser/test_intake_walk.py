"""A request at the desk in a real browser: registered, acknowledged, followed by the picture."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.test_walks import LANGUAGES, walker_for
from tests.browser.walker import Walker
from tests.dsar.mail import corpus

pytestmark = [pytest.mark.browser]
ON = re.compile("^(Naprej|Continue)$")


@pytest.mark.parametrize(("language", "width"), [(LANGUAGES[0], 320), (LANGUAGES[1], 1280)])
def test_a_request_is_registered_and_followed(
    service: Any,
    chromium: Any,
    axe_source: str,
    staff_sessions: dict[str, Any],
    language: str,
    width: int,
) -> None:
    clerk = walker_for(
        chromium, service, axe_source, language, width, state=staff_sessions["cene"], name="intake"
    )
    card = service.demo["holders"][0]["holder_id"]
    clerk.go("/desk/requests/")
    answer_all(clerk, card)
    clerk.press(re.compile("Vpiši zahtevo|Register the request"))
    reference = clerk.page.locator(".reference").inner_text()
    with clerk.page.expect_download() as printing:
        clerk.page.get_by_role("button", name=re.compile("Natisni potrdilo|Print the")).click()
    code = code_of(Path(printing.value.path()).read_bytes())
    clerk.press(re.compile("Na zahtevo|To the request"), role="link")
    clerk.press(re.compile("Zabeleži, kako|Note how"), role="link")
    clerk.press(ON)  # nothing chosen: the error
    clerk.press(re.compile("Nazaj|Na zahtevo|To the request"), role="link", scope="body")
    clerk.press(re.compile("Odpri, kaj|Open what"))

    anybody = walker_for(chromium, service, axe_source, language, width, name="follow")
    anybody.go(f"/follow/#{reference}/{code}")
    expect(anybody.page.locator("#id_reference")).to_have_value(reference)
    assert code not in anybody.page.url
    anybody.press(re.compile("^(Pokaži|Show)$"))
    assert reference in anybody.page.locator("h1").inner_text()
    anybody.go("/follow/")
    anybody.press(re.compile("^(Pokaži|Show)$"))

    take_mail(clerk, language)
    findings = sorted({*clerk.findings, *anybody.findings})
    assert not findings, "\n".join(findings)


def answer_all(clerk: Walker, card: str) -> None:
    """Go through the questions of a registration, one mistake included."""
    page = clerk.page
    clerk.press(re.compile("Vpis zahteve|Register a request"), role="link")
    clerk.press(ON)  # nothing chosen: the error
    page.locator("#id_right_0").check()
    clerk.press(ON)
    page.locator("#id_channel_1").check()
    clerk.press(ON)
    page.fill("#id_received_on", "1. 9. 2026")
    clerk.press(ON)
    page.locator("#id_place_0").check()
    clerk.press(ON)
    page.fill("#id_card", card)
    clerk.press(ON)
    page.locator("#id_filed_by_0").check()
    clerk.press(ON)
    page.locator("#id_answer_way_0").check()
    clerk.press(ON)
    clerk.press(ON)  # the language is chosen
    page.fill("#id_text", "Rad bi videl svoje podatke.")
    clerk.press(ON)
    assert page.locator(".notice.warn").count() == 1


def take_mail(clerk: Walker, language: str) -> None:
    """Take an e-mail in, and set it aside."""
    data = corpus.APPLE.replace(b"<apple@", f"<apple.{language}@".encode())
    clerk.go("/desk/mail/")
    clerk.page.set_input_files(
        "#id_file", {"name": "zahteva.eml", "mimeType": "message/rfc822", "buffer": data}
    )
    clerk.press(re.compile("^(Sprejmi|Take it in)$"))
    assert "vodite o meni" in clerk.page.locator("main").inner_text()
    clerk.press(re.compile("^(Odloži|Set it aside)$"))  # no reason: the error
    clerk.page.locator("#id_reason_0").check()
    clerk.press(re.compile("^(Odloži|Set it aside)$"))


def code_of(pdf: bytes) -> str:
    """Return the status code on the paper."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.search(r"\b([2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4})\b", text)[1]
