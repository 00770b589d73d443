"""Ana's data goes from one city's service to another's, both really running (GDPR 20(2))."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from records.crypto.checkpoints import SigningKey
from tests import factories
from tests.journeys.two_cities import Browser, City, Tap, make_stores, post

A, B = "mesto-a", "mesto-b"


@dataclass
class Story:
    """Two cities, and what was seen on the way."""

    first: City
    second: City
    tap: Tap
    ana: Browser
    case_id: str = ""
    seen: dict[str, Any] = field(default_factory=dict)

    def introduce(self, *, key_of_second: str | None = None) -> None:
        """Write each city into the other's configuration."""
        self.first.configure(
            [
                {
                    "code": B,
                    "name": "Mesto B",
                    "url": self.tap.url,
                    "public_key": key_of_second or self.second.public_key(),
                    "receives": True,
                }
            ]
        )
        self.second.configure(
            [
                {
                    "code": A,
                    "name": "Mesto A",
                    "public_key": self.first.public_key(),
                    "sends": True,
                    "point": factories.OTHER_POINT,
                }
            ]
        )

    def code(self) -> str:
        """Return the newest one-time code of the first city."""
        self.first.ask("sweep", name="sign_in")
        folder = self.first.var / "demo-messages"
        text = json.loads(max(folder.glob("*.json")).read_text())["text"]
        return "".join(re.search(r"(\d{3}) (\d{3})", text).groups())

    def sweep(self, minutes: int) -> list[object]:
        """Send what is due in so many minutes; return how the newest transmission stands."""
        self.first.ask("sweep", name="transmissions", minutes=minutes)
        return self.first.ask("transmissions")[-1]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("cities")
    first, second = City(folder / "a", A), City(folder / "b", B)
    tap = Tap(second)
    try:
        make_stores(folder / "stores", first, second)
        for city in (first, second):
            city.begin()
        card = first.ask("give_ana_a_card") if first.ask("prepare") else ""
        second.ask("prepare")
        first.serve()
        found = Story(first, second, tap, Browser(first.url))
        _send(found, card)
        yield found
    finally:
        tap.close()
        first.end()
        second.end()


def _send(story: Story, card: str) -> None:
    """Let Ana ask for her data and order it sent: to a city that is down, that is not who it should
    be, and that is.
    """
    ana, seen = story.ana, story.seen
    ana.get("/sign-in/")
    ana.send(who=card)
    ana.send(code=story.code())
    ana.get("/me/rights/portability/")
    ana.send(language="sl")
    story.case_id = re.search(r"/me/requests/([0-9a-f-]{36})/", ana.where)[1]
    story.first.ask("sweep", name="cases")
    stranger = SigningKey(bytes(32), "varuh-portable")
    story.second.serve()
    story.introduce()
    story.second.web.terminate()
    story.second.web.wait(20)

    ana.get(f"/me/requests/{story.case_id}/transmit/")
    seen["choice"] = ana.page
    ana.send(peer=B)
    seen["ordered"] = ana.send(code=story.code())
    seen["down"] = story.sweep(0)
    seen["page while down"] = ana.get(f"/me/requests/{story.case_id}/")

    story.second.serve()
    story.introduce(key_of_second=b64encode(stranger.public_key).decode())
    seen["wrong key"] = story.sweep(2)
    seen["events before"] = story.first.ask("events", case_id=story.case_id)
    story.introduce()
    seen["up"] = story.sweep(5)
    seen["page after"] = ana.get(f"/me/requests/{story.case_id}/")
    seen["events"] = story.first.ask("events", case_id=story.case_id)


@pytest.mark.rule("PP6a")
def test_ana_s_data_arrives_as_an_application_in_the_second_city(story: Story) -> None:
    seen = story.seen
    assert "Mesto B" in seen["choice"]
    assert seen["down"] == [1, False, "dsar.recipient_unreachable"]
    assert "se pošilja" in seen["page while down"]
    # The second city took it, but who answered was not proven: it does not count as sent.
    assert seen["wrong key"] == [2, False, "dsar.wire_refused"]
    assert "portable:file:transmitted" not in seen["events before"]
    assert seen["up"] == [3, True, ""]
    assert seen["events"].count("portable:file:transmitted") == 1
    assert "prejeto" in seen["page after"]

    (made,) = story.second.ask("applications")

    ana = factories.ANA
    assert made["state"] == "incomplete"
    assert "terms" in made["missing"]
    assert made["person"] == {
        "given_name": ana.given_name,
        "family_name": ana.family_name,
        "residence": ana.residence,
        "birth_date": ana.birth_date.isoformat(),
        "phone": ana.phone_e164,
        "email": ana.email,
    }
    assert story.tap.answers[-1] == story.tap.answers[-2]


def test_what_was_tapped_opens_nothing_at_the_second_city(story: Story) -> None:
    (before,) = story.second.ask("applications")
    note, where = story.tap.notes[-1], f"{story.second.url}/peers/{A}/portable"
    address = factories.ANA.residence.encode()
    assert address in note

    tampered = post(where, note.replace(address, b"Drugje 1, 8000 Novo mesto"))
    text = note.decode().rpartition("\n\n")[0] + "\n"
    forged = post(where, SigningKey(bytes(32), "varuh-portable").sign(text).encode())
    unknown = post(f"{story.second.url}/peers/mesto-x/portable", note)
    # The first city does not take anything from the second.
    back = post(f"{story.first.url}/peers/{B}/portable", note)
    long = post(where, b"x" * (8 * 1024 * 1024 + 1))

    assert {tampered, forged, unknown, back} == {(400, "refused\n")}
    assert long == (413, "too long\n")
    assert story.second.ask("applications") == [before]


def test_a_replay_gets_the_same_receipt_and_makes_nothing(story: Story) -> None:
    note, where = story.tap.notes[-1], f"{story.second.url}/peers/{A}/portable"

    replayed = post(where, note)

    assert replayed == (200, story.tap.answers[-1])
    assert len(story.second.ask("applications")) == 1


def test_the_same_package_ordered_again_is_refused_by_a_signed_answer(story: Story) -> None:
    story.first.ask("order_again", case_id=story.case_id, peer=B)

    assert story.sweep(0) == [1, False, "dsar.sent_before"]
    assert len(story.second.ask("applications")) == 1
    assert "ni sprejeto" in story.ana.get(f"/me/requests/{story.case_id}/")
