"""The pages of rights, the staff's work on them and those for everybody, in a real browser: in
Slovenian on a phone, in English on a desk.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.test_walks import issue_card, walker_for
from tests.browser.walker import Walker

pytestmark = [pytest.mark.browser]
GO_ON = re.compile("^(Naprej|Continue)$")
SEND = re.compile("^(Pošlji|Send)$")
SEND_REQUEST = re.compile("^(Pošlji zahtevo|Send the request)$")
REVIEW = re.compile("Zahtevaj ponovni pregled|Ask for (a|the) review")
FOLLOW = re.compile("Spremljaj|Follow")
Seat = Callable[..., Walker]


@pytest.fixture(params=[("sl", 320), ("en", 1280)], ids=lambda p: f"{p[0]}-{p[1]}")
def sit(
    request: pytest.FixtureRequest,
    service: Any,
    chromium: Any,
    axe_source: str,
    staff_sessions: dict[str, Any],
) -> Iterator[Seat]:
    """A maker of walkers in one language and width, as somebody of the staff or as nobody. What
    they noticed is the verdict at the end.
    """
    language, width = request.param
    walkers: list[Walker] = []

    def make(staff: str | None = None, *, name: str, looks: bool = True) -> Walker:
        state = staff_sessions[staff] if staff else None
        axe = axe_source if looks else ""
        walkers.append(walker_for(chromium, service, axe, language, width, state=state, name=name))
        return walkers[-1]

    yield make
    findings = sorted({finding for walker in walkers for finding in walker.findings})
    for walker in walkers:
        walker.page.context.close()
    assert not findings, "\n".join(findings)


def new_holder(sit: Seat, *, email: str) -> Walker:
    """Make a card at the desk and sign its holder in."""
    card = issue_card(sit("cene", name="issue", looks=False), email=email)
    holder = sit(name=f"holder-{email.partition('@')[0]}")
    holder.sign_in_holder(card)
    holder.press(re.compile("Prijava|Sign in"))
    return holder


def has_summary(walker: Walker) -> bool:
    """Say whether the page begins with the list of mistakes, and the focus is there."""
    summary = walker.page.locator(".error-summary")
    return bool(summary.evaluate("node => node === document.activeElement"))


def case_of(walker: Walker) -> str:
    """Return the id of the case whose page is open."""
    return str(walker.page.url).rstrip("/").split("/")[-1]


def test_a_holder_takes_data_along_and_thinks_again_about_erasing(sit: Seat) -> None:
    holder = new_holder(sit, email="rights@example.org")
    page = holder.page
    holder.go("/me/requests/rights/")
    assert page.locator("main .cards a").count() == 9
    holder.go("/me/rights/human-review/")

    holder.go("/me/rights/portability/")
    holder.press(SEND_REQUEST)
    holder.press(FOLLOW, role="link")
    package = page.get_by_role("link", name=re.compile("^(Prevzem|Download)$"))
    for _ in range(60):
        if package.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    holder.look("portable data ready")
    assert package.count() == 1

    holder.go("/me/requests/rights/")
    holder.press(re.compile("Izbris mojih podatkov|Erase my data"), role="link")
    holder.press(GO_ON)  # nothing chosen: the error
    assert has_summary(holder)
    page.locator("input[name=end][value=yes]").check()
    holder.press(GO_ON)
    confirm = re.compile("Potrdi izbris|Confirm the erasure")
    page.fill("#id_word", "da")
    holder.press(confirm)
    assert has_summary(holder)
    page.fill("#id_word", "izbriši" if page.locator("html[lang=sl]").count() else "Erase")
    holder.press(confirm)
    holder.press(FOLLOW, role="link")
    cancel = page.get_by_role("button", name=re.compile("Prekliči izbris|Cancel the erasure"))
    cancel.click()
    holder.look("erasure cancelled")
    assert cancel.count() == 0
    assert re.search("Nič ni bilo izbrisano|Nothing was erased", page.locator("main").inner_text())
    holder.go("/me/requests/")


def test_a_case_is_asked_about_advised_decided_and_reviewed(sit: Seat) -> None:
    holder = new_holder(sit, email="decided@example.org")
    page = holder.page
    holder.go("/me/who-looked/")
    holder.press(re.compile("Vprašaj|Ask about it"), role="link")
    page.locator("#id_answer_0").check()
    holder.press(GO_ON)
    holder.press(GO_ON)
    holder.press(SEND)
    holder.press(FOLLOW, role="link")
    case = case_of(holder)
    clerk, dpo, officer = (sit(name, name=f"work-{name}") for name in ("cene", "darja", "karla"))

    clerk.go("/desk/work/")
    clerk.go(f"/work/{case}/")
    clerk.press(re.compile("Vprašaj osebo|Ask the person"), role="link")
    clerk.press(re.compile("Pošlji vprašanje|Send the question"))  # nothing written: the error
    assert has_summary(clerk)
    clerk.page.fill("#id_text", "Za katero uro gre?")
    clerk.press(re.compile("Pošlji vprašanje|Send the question"))
    holder.go(f"/me/requests/{case}/")
    holder.press(re.compile("Preberi|Read and answer"), role="link")
    holder.press(re.compile("Pošlji odgovor|Send the answer"))  # nothing written: the error
    assert has_summary(holder)
    page.fill("#id_text", "Za tisto v torek zjutraj.")
    holder.press(re.compile("Pošlji odgovor|Send the answer"))

    dpo.go(f"/office/requests/{case}/")
    dpo.press(re.compile("Odpri zahtevo|Open the request"), role="link")
    assert "v torek zjutraj" in dpo.page.locator("main").inner_text()
    dpo.press(re.compile("Daj mnenje|^Advise$"), role="link")
    dpo.press(re.compile("Shrani mnenje|Keep the advice"))  # nothing written: the error
    assert has_summary(dpo)
    dpo.page.fill("#id_text", "Vpogled je bil del vloge; povejte, kateri.")
    dpo.press(re.compile("Shrani mnenje|Keep the advice"))
    prepare(clerk, case)
    settle(officer, case)

    holder.go(f"/me/requests/{case}/")
    assert page.get_by_role("link", name=REVIEW).count() == 0  # the letter comes first
    href = page.locator("#letters + ul a").last.get_attribute("href")
    assert page.request.get(holder.service.url + str(href)).body().startswith(b"%PDF-")
    page.reload()
    page.locator("main details summary").last.click()
    holder.look("the answer and how to complain")
    holder.press(REVIEW, role="link")
    holder.press(REVIEW)  # nothing written: the error
    assert has_summary(holder)
    page.fill("#id_text", "Tistega dne nisem bila tam.")
    holder.press(REVIEW)
    holder.press(FOLLOW, role="link")
    holder.go(f"/me/requests/{case}/")
    assert page.locator("#letters").count() == 1
    officer.go(f"/office/requests/{case}/")


def prepare(clerk: Walker, case: str) -> None:
    """Prepare a refusal, with the mistakes that one can make."""
    hand_over = re.compile("v potrditev|Hand it over")
    clerk.go(f"/work/{case}/")
    clerk.press(re.compile("Pripravi odločitev|Prepare the decision"), role="link")
    clerk.press(hand_over)  # nothing chosen: the error
    assert has_summary(clerk)
    clerk.page.locator("input[name=outcome][value=refused]").check()
    clerk.press(hand_over)  # no ground and no reasons: the errors
    assert clerk.page.locator(".error-summary a").count() == 2
    clerk.page.locator("#id_grounds_0").check()
    clerk.page.fill("#id_reasons", "Vpogled je bil potreben za izdajo kartice.")
    clerk.press(hand_over)


def settle(officer: Walker, case: str) -> None:
    """Look at what was prepared and at returning it, and confirm it."""
    officer.go(f"/work/{case}/")
    officer.press(re.compile("^(Vrni|Return it)"), role="link")
    officer.press(re.compile("^(Vrni|Return it)"))  # nothing written: the error
    assert has_summary(officer)
    officer.go(f"/work/{case}/")
    officer.press(re.compile("Potrdi odločitev|Confirm the decision"))
    assert officer.page.locator("main .tag.good").count() >= 1


def test_officers_see_the_queue_the_figures_and_their_own_data(sit: Seat) -> None:
    officer = sit("karla", name="office")
    page = officer.page
    officer.go("/office/requests/")
    page.locator("main details.panel > summary").first.click()
    officer.press(re.compile("Shrani|^Keep$"))  # no name: the error
    assert has_summary(officer)
    assert page.locator("#id_name").is_visible()
    page.select_option("#id_due", "overdue")
    officer.press(re.compile("^(Filter|Filtriraj|Prikaži)"))
    page.fill("#id_name", "Prepozne")
    officer.press(re.compile("Shrani|^Keep$"))
    assert page.locator("main").get_by_role("link", name="Prepozne").count() == 1
    officer.press(re.compile("Pozabi|Forget"))
    assert page.locator("main").get_by_role("link", name="Prepozne").count() == 0
    officer.go("/office/figures/")
    officer.go("/office/erasures/")
    officer.go("/staff/my-data/")
    for staff in ("cene", "darja"):
        sit(staff, name=f"own-{staff}").go("/staff/my-data/")


def test_a_clerk_records_who_may_act(sit: Seat) -> None:
    clerk = sit("cene", name="representatives", looks=False)
    card = issue_card(clerk, email="acted@example.org")
    clerk = sit("cene", name="representatives")
    page = clerk.page
    clerk.go("/desk/find/")
    page.locator("#id_task_0").check()
    page.fill("#id_card", card)
    clerk.press(re.compile("Najdi|Find"))
    clerk.press(re.compile("Kdo sme|Who may act"), role="link")
    record = re.compile("^(Zapiši|Zabeleži|Vpiši|Record)$")
    clerk.press(record)  # nothing typed: the errors
    assert has_summary(clerk)
    page.fill("#id_given_name", "Mila")
    page.fill("#id_family_name", "Žnidaršič")
    page.fill("#id_residence", "Cesta brez imena 7, 8000 Novo mesto")
    page.locator("input[name=basis][value=authorisation]").check()
    page.locator("input[name=scopes][value=rights]").check()
    page.locator("input[name=evidence][value=written_authorisation]").check()
    clerk.press(record)
    assert page.get_by_role("heading", name="Mila Žnidaršič").count() == 1
    clerk.press(re.compile("Takoj končaj|End this representation"))


def test_pages_for_everybody(sit: Seat) -> None:
    anybody = sit(name="everybody")
    for path, show in (
        ("/follow/", re.compile("^(Pokaži|Show)$")),
        ("/remaining-log/", re.compile("Pokaži|Show the record")),
    ):
        anybody.go(path)
        anybody.press(show)  # nothing typed: the error
        assert has_summary(anybody)
    anybody.page.fill("#id_code", "ABCD EFGH")
    anybody.press(re.compile("Pokaži|Show the record"))
    assert has_summary(anybody)
