"""The whole path in a real browser, in both languages, on a phone and on a desk."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.walker import Walker

pytestmark = [pytest.mark.browser]
SHOTS = os.environ.get("VARUH_SHOTS")
WIDTHS = (320, 1280)
LANGUAGES = ("sl", "en")
PUBLIC = (
    "/",
    "/privacy/",
    "/privacy/texts/terms/",
    "/privacy/texts/price_list/",
    "/paper/",
    "/accessibility/",
    "/lost/",
    "/sign-in/",
    "/staff/sign-in/",
    "/demo/",
    "/demo/messages/",
    "/no-such-page/",
)
OFFICE = ("/office/requests/", "/office/integrity/", "/office/retention/")


def walker_for(
    chromium: Any,
    service: Any,
    axe: str,
    language: str,
    width: int,
    *,
    state: Any = None,
    name: str = "",
    **extra: Any,
) -> Walker:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        storage_state=state,
        accept_downloads=True,
        **extra,
    )
    shots = Path(SHOTS) / f"{language}-{width}-{name}" if SHOTS else None
    walker = Walker(context.new_page(), service, axe=axe, shots=shots)
    walker.page.goto(service.url + "/")
    walker.choose_language(language)
    return walker


@pytest.fixture(
    params=[(lang, width) for lang in LANGUAGES for width in WIDTHS], ids=lambda p: f"{p[0]}-{p[1]}"
)
def seat(request: pytest.FixtureRequest) -> tuple[str, int]:
    """A language and a width."""
    return request.param


def issue_card(walker: Walker, *, email: str) -> str:
    """Take an application at the desk, page by page, and make the card; return the card ID."""
    page = walker.page
    walker.go("/desk/")
    walker.go("/desk/applications/new/?new")
    walker.press(re.compile("Naprej|Continue"))  # nothing typed: the errors
    assert page.locator(".error-summary").evaluate("node => node === document.activeElement")
    page.fill("#id_received_on", "1. 11. 2026")
    page.locator("#id_channel_0").check()
    page.locator("#id_point_1").check()
    walker.press(re.compile("Naprej|Continue"))
    page.fill("#id_given_name", "Živa")
    page.fill("#id_family_name", "Šček Đurđević")
    page.fill("#id_birth_date", "5. 2. 1987")
    walker.press(re.compile("Naprej|Continue"))
    page.fill("#id_residence", "Na žago 996, 8000 Novo mesto")
    walker.press(re.compile("Naprej|Continue"))
    page.fill("#id_email", "not an address")
    walker.press(re.compile("Naprej|Continue"))
    page.fill("#id_email", email)
    walker.press(re.compile("Naprej|Continue"))
    page.locator("#id_purpose_0").check()
    page.locator("input[name=chosen_city][value=novo-mesto]").check()
    page.locator("input[name=delivery_method][value=post]").check()
    walker.press(re.compile("Naprej|Continue"))
    page.locator("#id_status_0").check()
    walker.press(re.compile("Naprej|Continue"))
    page.locator("#id_terms").check()
    walker.press(re.compile("Naprej|Continue"))
    assert "Šček Đurđević" in page.locator("main").inner_text()
    walker.press(re.compile("Shrani vlogo|Keep the application"))
    walker.press(re.compile("Sprejmi vlogo|Accept the application"))
    walker.press(re.compile("Izdaj kartico|Issue the card"))
    card = page.locator(".reference").inner_text().replace(" ", "")
    walker.press(re.compile("^(Naprej|Go on)$"), role="link")
    walker.press(re.compile("Izročena|Handed"))
    walker.press(re.compile("v uporabo|into use"))
    walker.press(re.compile("Odpri osebo|Open the person"))
    assert "Na žago 996" in page.locator("main").inner_text()
    walker.go("/desk/find/")
    walker.press(re.compile("Najdi|Find"))
    return card


def file_and_download(walker: Walker, folder: Path) -> bytes:
    """Ask for everything, follow the request and fetch the package with a fresh code."""
    page = walker.page
    walker.go("/me/requests/")
    walker.press(re.compile("Zahtevaj kopijo|Ask for a copy"), role="link")
    page.locator("#id_scope_1").check()
    walker.press(re.compile("Naprej|Continue"))
    walker.press(re.compile("Naprej|Continue"))  # no kind chosen: the error
    page.locator("#id_kinds_0").check()
    walker.press(re.compile("Naprej|Continue"))
    walker.press(re.compile("Naprej|Continue"))
    walker.press(re.compile("Spremeni kaj|Change what"), role="link")
    page.locator("#id_scope_0").check()
    walker.press(re.compile("Naprej|Continue"))
    walker.press(re.compile("Pošlji zahtevo|Send the request"))
    reference = page.locator(".reference").inner_text()
    walker.press(re.compile("Spremljaj|Follow"), role="link")
    assert reference in page.locator("h1").inner_text()
    button = page.get_by_role("link", name=re.compile("^(Prevzem|Download)$"))
    for _ in range(60):
        if button.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    walker.look("package ready")
    before = walker.messages()
    walker.press(re.compile("^(Prevzem|Download)$"), role="link")
    walker.press(re.compile("Pošlji mi kodo|Send me a code"))
    walker.type_code(before)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^(Prevzem|Download)$")).click()
    target = folder / "package.pdf"
    download.value.save_as(target)
    return target.read_bytes()


def test_the_whole_path(
    seat: tuple[str, int],
    service: Any,
    chromium: Any,
    axe_source: str,
    staff_sessions: Any,
    tmp_path: Path,
) -> None:
    language, width = seat
    clerk = walker_for(
        chromium, service, axe_source, language, width, state=staff_sessions["cene"], name="clerk"
    )
    card = issue_card(clerk, email=f"ziva.{language}.{width}@example.org")
    holder = walker_for(chromium, service, axe_source, language, width, name="holder")
    for path in PUBLIC:
        holder.go(path)
    holder.sign_in_holder(card)
    holder.press(re.compile("Prijava|Sign in"))
    for path in ("/me/", "/me/data/", "/me/card/", "/me/requests/"):
        holder.go(path)
    assert "Na žago 996" in _text_of(holder, "/me/data/")

    package = file_and_download(holder, tmp_path)
    assert package.startswith(b"%PDF-")

    holder.go("/me/consents/")
    holder.press(re.compile("Privolim|I agree"))
    holder.press(re.compile("Prekliči|Take back"))
    looked = _text_of(holder, "/me/who-looked/")
    assert "Knjižnica Mirana Jarca" in looked
    holder.go("/me/who-looked/")
    holder.go("/me/card/block/")
    holder.press(re.compile("Blokiraj|Block"))  # no reason chosen: the error
    holder.page.locator("#id_reason_0").check()
    holder.press(re.compile("Blokiraj|Block"))
    assert card[:4] in holder.page.locator(".reference").inner_text()

    dpo = walker_for(
        chromium, service, axe_source, language, width, state=staff_sessions["darja"], name="dpo"
    )
    review(dpo, card)
    office = walker_for(
        chromium, service, axe_source, language, width, state=staff_sessions["karla"], name="office"
    )
    for path in OFFICE:
        office.go(path)
    office.go("/office/log/")  # not for this role
    desk_block(clerk, card)

    walkers = (clerk, holder, dpo, office)
    findings = sorted({finding for walker in walkers for finding in walker.findings})
    assert not findings, "\n".join(findings)
    assert sum(len(walker.looked_at) for walker in walkers) > 60
    for walker in walkers:
        walker.page.context.close()


def review(dpo: Walker, card: str) -> None:
    """Look at the queue, search the log by the card, and check its integrity again."""
    for path in OFFICE:
        dpo.go(path)
    dpo.go("/office/log/")
    dpo.page.fill("#id_card", card)
    dpo.press(re.compile("Išči|Search"))
    assert "Knjižnica Mirana Jarca" in dpo.page.locator("main").inner_text()
    dpo.go("/office/integrity/")
    dpo.press(re.compile("Preveri znova|Check again"))
    assert dpo.page.locator(".notice.good").count() == 1


def desk_block(clerk: Walker, card: str) -> None:
    """Block at the desk: a card that is blocked already keeps its first report."""
    clerk.go("/desk/block/")
    clerk.page.fill("#id_card", card)
    clerk.press(re.compile("Blokiraj|Block"))
    assert clerk.page.locator(".confirmation").count() == 1


def _text_of(walker: Walker, path: str) -> str:
    walker.page.goto(walker.service.url + path)
    return str(walker.page.locator("main").inner_text())


def test_the_pages_work_without_javascript(service: Any, chromium: Any, tmp_path: Path) -> None:
    holder_id = service.demo["holders"][0]["holder_id"]
    holder = walker_for(chromium, service, "", "sl", 1280, java_script_enabled=False)

    holder.sign_in_holder(holder_id)
    holder.press(re.compile("Prijava"))

    assert "Pozdravljeni" in holder.page.locator("h1").inner_text()
    assert file_and_download(holder, tmp_path).startswith(b"%PDF-")
    assert holder.findings == []


@pytest.mark.parametrize("scheme", ["dark"])
def test_the_pages_are_readable_in_dark_colours(
    scheme: str, service: Any, chromium: Any, axe_source: str, staff_sessions: Any
) -> None:
    walker = walker_for(chromium, service, axe_source, "sl", 1280, color_scheme=scheme, name="dark")

    for path in PUBLIC:
        walker.go(path)
    walker.go("/sign-in/")
    walker.press(re.compile("Pošlji mi kodo"))
    clerk = walker_for(
        chromium,
        service,
        axe_source,
        "sl",
        1280,
        color_scheme=scheme,
        state=staff_sessions["cene"],
        name="dark-desk",
    )
    for path in ("/desk/", "/desk/find/", "/desk/block/"):
        clerk.go(path)

    assert walker.findings + clerk.findings == []
