"""A visitor who reads every page on the way: no violation, no other host, no sideways scrolling."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Response, expect

from portal.demo.staff import current_code

PATIENCE_SECONDS = 30


class Walker:
    """One browser page and what was noticed on it."""

    def __init__(self, page: Page, service: Any, *, axe: str, shots: Path | None = None) -> None:
        self.page = page
        self.service = service
        self.axe = axe
        self.shots = shots
        self.findings: list[str] = []
        self.looked_at: list[str] = []
        page.on("request", self._note_request)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.findings.append(f"script error: {error}"))
        page.on("response", self._note_response)

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.service.url, "data:")):
            self.findings.append(f"another host was asked: {request.url}")

    def _note_console(self, message: Any) -> None:
        # A form with a mistake is answered by 422, which Chromium reports as a failed resource.
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            self.findings.append(f"console: {message.text}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 500:
            self.findings.append(f"{response.status} at {response.url}")

    def go(self, path: str) -> None:
        """Open an address and look at it."""
        self.page.goto(self.service.url + path)
        self.look(path)

    def press(
        self, name: str | re.Pattern[str], *, role: str = "button", scope: str = "main"
    ) -> None:
        """Press a button or follow a link by its name, and look at the page that comes."""
        self.page.locator(scope).get_by_role(role, name=name).first.click()
        self.page.wait_for_load_state()
        self.look(f"{self.page.url} after {name}")

    def look(self, where: str) -> None:
        """Check the page: axe, one h1, a language, no sideways scrolling at this width."""
        page = self.page
        if not self.axe:
            return
        page.evaluate(self.axe)
        result = page.evaluate(
            "axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', "
            "'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})"
        )
        for violation in result["violations"]:
            targets = [node["target"] for node in violation["nodes"]][:3]
            self.findings.append(f"{where}: {violation['id']} {violation['help']} {targets}")
        wide = page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        if wide:
            self.findings.append(f"{where}: scrolls sideways")
        if page.locator("h1").count() != 1:
            self.findings.append(
                f"{where}: {page.locator('h1').count()} headings of the first level"
            )
        if re.search(r"\bvaruh_|\{\{|\{%", page.locator("body").inner_text()):
            self.findings.append(f"{where}: a raw mark on the page")
        self.looked_at.append(where)
        if self.shots:
            self.shots.mkdir(parents=True, exist_ok=True)
            path = re.sub(r"[^a-z0-9]+", "-", page.url.split("/", 3)[3].lower())[:50]
            name = f"{len(self.looked_at):02d}-{path}"
            page.screenshot(path=self.shots / f"{name}.png", full_page=True)

    def choose_language(self, language: str) -> None:
        """Switch the language with the button of the header, if need be."""
        if self.page.locator("html").get_attribute("lang") != language:
            self.page.locator(f"header button[lang={language}]").click()
        expect(self.page.locator("html")).to_have_attribute("lang", language)

    def sign_in_staff(self, name: str) -> None:
        """Sign in with password and second factor."""
        person = next(one for one in self.service.demo["staff"] if one["username"] == name)
        self.go("/staff/sign-in/")
        self.page.fill("#id_login", name)
        self.page.fill("#id_password", person["password"])
        self.page.locator("main form button").first.click()
        self.page.fill(
            "#id_code", current_code(totp_secret=person["totp_secret"], now=datetime.now(UTC))
        )
        self.page.locator("main form button").first.click()
        expect(self.page.locator(".who")).to_be_visible()

    def sign_in_holder(self, holder_id: str) -> None:
        """Sign in with card ID and the code that was sent."""
        before = self.messages()
        self.go("/sign-in/")
        self.page.fill("#id_who", holder_id)
        self.page.locator("main form button").first.click()
        self.look("sign-in/code")
        self.type_code(before)

    def messages(self) -> int:
        """Return how many messages were sent so far."""
        return len(list((self.service.folder / "demo-messages").glob("*.json")))

    def type_code(self, before: int) -> None:
        """Wait for the message that was sent after `before` others and type its code."""
        folder = self.service.folder / "demo-messages"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.messages() <= before:
            if time.monotonic() > deadline:
                raise AssertionError("no code was sent")
            time.sleep(0.1)
        text = max(folder.glob("*.json")).read_text(encoding="utf-8")
        self.page.fill("#id_code", " ".join(re.search(r"(\d{3}) (\d{3})", text).groups()))
