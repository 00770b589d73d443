"""Staff passkeys in a real browser: virtual authenticators of Chromium make and use the keys."""

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import expect

from tests.browser.walker import Walker

pytestmark = [pytest.mark.browser]
SHOTS = os.environ.get("VARUH_SHOTS")
OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
CONTINUE = re.compile("^(Naprej|Continue)$")
SIGN_OUT = re.compile("^(Odjava|Sign out)$")
STOP = re.compile("^(Prekini prijavo|Stop signing in)$")
PASSKEY = re.compile("^(Ključ za prijavo ali varnostni ključ|Passkey or security key)$")
USE_PASSKEY = re.compile("^(Uporabi ključ za prijavo|Use a passkey)$")
NO_PASSKEY = re.compile("Brskalnik ni dal ključa|The browser gave no passkey")
NOT_ACCEPTED = re.compile("ni bil sprejet|was not accepted")


def another_private_key() -> str:
    """Return a new key of the kind that passkeys have, as the browser's protocol writes it."""
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return base64.b64encode(made).decode()


class Clerk:
    """A new member of staff at a browser, and the authenticators that are plugged into it."""

    def __init__(self, walker: Walker, *, name: str) -> None:
        self.walker, self.page, self.name = walker, walker.page, name
        self.cdp = walker.page.context.new_cdp_session(walker.page)
        self.cdp.send("WebAuthn.enable")
        printed = walker.service.manage(
            *("staff", name, "--role", "clerk", "--city", "novo-mesto"),
            *("--organisation", "knjiznica", "--point", "nm-knjiznica"),
        )
        found = re.search(r"first password (\S+)", printed)
        assert found
        self.password = found[1]

    def plug_in(self) -> str:
        """Plug in an empty authenticator, which recognises its owner; return its name."""
        answer = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})
        return str(answer["authenticatorId"])

    def unplug(self, authenticator: str) -> None:
        """Take the authenticator away, and what it holds."""
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})

    def keys(self, authenticator: str) -> list[dict[str, Any]]:
        """Return the keys that the authenticator holds."""
        answer = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
        return list(answer["credentials"])

    def give_password(self) -> None:
        """Sign in as far as the password leads."""
        self.walker.go("/staff/sign-in/")
        self.page.fill("#id_login", self.name)
        self.page.fill("#id_password", self.password)
        self.walker.press(CONTINUE)

    def set_up_passkey(self) -> None:
        """Add a passkey as the first second factor."""
        self.give_password()
        self.walker.go("/desk/")
        assert self.page.url.endswith("/staff/factors/needed/")
        self.walker.press(PASSKEY, role="link")
        self.page.fill("#id_name", "Namizje")
        self.page.locator("#mfa_webauthn_add").click()
        self.page.wait_for_url("**/staff/factors/")
        self.walker.look("the factors")

    def use_passkey(self) -> None:
        """Press the button that asks the authenticator."""
        self.page.get_by_role("button", name=USE_PASSKEY).click()

    def sign_out(self) -> None:
        """Sign out with the button of the header."""
        self.walker.press(SIGN_OUT, scope="header")

    def is_refused(self, message: re.Pattern[str]) -> None:
        """See the message, and that nothing has opened; then stop signing in."""
        expect(self.page.get_by_role("alert").filter(has_text=message)).to_be_visible()
        self.walker.look("refused")
        self.is_outside()

    def is_outside(self) -> None:
        """See that nobody is signed in, in another window of the same browser; then stop."""
        assert self.page.url.endswith("/staff/second-factor/")
        other = self.page.context.new_page()
        other.goto(self.walker.service.url + "/desk/")
        assert "/desk/" not in other.url.partition("?")[0]
        expect(other.locator(".who")).to_have_count(0)
        other.close()
        self.walker.press(STOP)


@pytest.fixture(params=["sl", "en"])
def clerk(
    request: pytest.FixtureRequest, service: Any, chromium: Any, axe_source: str
) -> Iterator[Clerk]:
    """A new clerk at a browser, at a name: a passkey belongs to a host name, never to an address
    in numbers.
    """
    language = str(request.param)
    name = f"{request.function.__name__.rpartition('_')[2]}-{language}"
    named = replace(service, url=service.url.replace("127.0.0.1", "localhost"))
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    shots = Path(SHOTS) / f"passkey-{name}" if SHOTS else None
    walker = Walker(context.new_page(), named, axe=axe_source, shots=shots)
    walker.page.goto(named.url + "/")
    walker.choose_language(language)
    yield Clerk(walker, name=name)
    context.close()


def test_a_new_clerk_sets_up_a_passkey_and_works_with_it(clerk: Clerk) -> None:
    authenticator = clerk.plug_in()

    clerk.set_up_passkey()

    assert clerk.page.locator("main").inner_text().count("Namizje") == 1
    assert [key["rpId"] for key in clerk.keys(authenticator)] == ["localhost"]
    clerk.walker.go("/desk/")
    clerk.sign_out()
    clerk.give_password()
    assert clerk.page.url.endswith("/staff/second-factor/")
    expect(clerk.page.locator("#id_code")).to_have_count(0)
    clerk.use_passkey()
    clerk.page.wait_for_url("**/desk/")
    clerk.walker.look("the desk")
    clerk.walker.go("/staff/second-factor/confirm-key/")
    clerk.use_passkey()
    clerk.page.wait_for_url("**/desk/")
    assert clerk.keys(authenticator)[0]["signCount"] == 3
    assert clerk.walker.findings == []


def test_nobody_is_let_in_without_the_passkey(clerk: Clerk) -> None:
    authenticator = clerk.plug_in()
    clerk.set_up_passkey()
    clerk.sign_out()
    key = clerk.keys(authenticator)[0]
    clerk.unplug(authenticator)

    clerk.give_password()
    clerk.use_passkey()
    clerk.page.wait_for_timeout(1000)  # the browser waits for an authenticator that never comes
    clerk.is_outside()

    other = clerk.plug_in()
    clerk.give_password()
    clerk.use_passkey()
    clerk.is_refused(NO_PASSKEY)
    forged = key | {"privateKey": another_private_key()}
    clerk.cdp.send("WebAuthn.addCredential", {"authenticatorId": other, "credential": forged})
    clerk.give_password()
    clerk.use_passkey()
    clerk.is_refused(NOT_ACCEPTED)

    clerk.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": other})
    clerk.cdp.send("WebAuthn.addCredential", {"authenticatorId": other, "credential": key})
    clerk.give_password()
    clerk.use_passkey()
    clerk.page.wait_for_url("**/desk/")
    assert clerk.walker.findings == []
