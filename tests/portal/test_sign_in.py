"""Signing in by card ID or phone number and a one-time code."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connections

from portal.delivery import DemoChannel
from portal.errors import CodeExpired, CodeWrong, NotDelivered, TooManyRequests
from portal.models import SignInChallenge
from portal.usecases import sign_in as use
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


def ask(typed: str, now: Any, *, address: str = "192.0.2.1", task: str = "sign_in") -> UUID:
    return use.ask_for_code(
        typed=use.Typed("phone", typed), address=address, task=task, language="sl", now=now
    )


def sent_code(folder: Path) -> str:
    newest = max(folder.glob("*.json"))
    text = json.loads(newest.read_text())["text"]
    return "".join(re.search(r"(\d{3}) (\d{3})", text).groups())


@pytest.fixture
def ana_id(enrolled: Callable[..., UUID], demo_folder: Path) -> UUID:
    return enrolled(factories.ANA)


def test_the_right_code_gives_the_subject_once(ana_id: UUID, demo_folder: Path, now: Any) -> None:
    challenge = ask(factories.ANA.phone_e164, now)
    use.send_code(challenge_id=challenge, now=now)
    code = sent_code(demo_folder)

    found = use.check_code(challenge_id=challenge, code=code, task="sign_in", now=now)

    assert found == ana_id
    with pytest.raises(CodeExpired):
        use.check_code(challenge_id=challenge, code=code, task="sign_in", now=now)


def test_a_code_for_one_task_opens_no_other(ana_id: UUID, demo_folder: Path, now: Any) -> None:
    challenge = ask(factories.ANA.phone_e164, now)
    use.send_code(challenge_id=challenge, now=now)

    with pytest.raises(CodeExpired):
        use.check_code(
            challenge_id=challenge, code=sent_code(demo_folder), task="download", now=now
        )


def test_five_wrong_tries_end_the_code(ana_id: UUID, demo_folder: Path, now: Any) -> None:
    challenge = ask(factories.ANA.phone_e164, now)
    use.send_code(challenge_id=challenge, now=now)
    right = sent_code(demo_folder)
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeWrong) as refusal:
            use.check_code(challenge_id=challenge, code=wrong, task="sign_in", now=now)
        assert refusal.value.facts == {"tries_left": left}

    with pytest.raises(CodeExpired):
        use.check_code(challenge_id=challenge, code=right, task="sign_in", now=now)


def test_a_code_ends_after_five_minutes(ana_id: UUID, demo_folder: Path, now: Any) -> None:
    challenge = ask(factories.ANA.phone_e164, now)
    use.send_code(challenge_id=challenge, now=now)

    with pytest.raises(CodeExpired):
        use.check_code(
            challenge_id=challenge,
            code=sent_code(demo_folder),
            task="sign_in",
            now=now + timedelta(minutes=5),
        )


def test_a_new_code_ends_the_earlier_one(ana_id: UUID, demo_folder: Path, now: Any) -> None:
    first = ask(factories.ANA.phone_e164, now)
    use.send_code(challenge_id=first, now=now)
    code = sent_code(demo_folder)

    ask(factories.ANA.phone_e164, now + timedelta(seconds=1))

    with pytest.raises(CodeExpired):
        use.check_code(
            challenge_id=first, code=code, task="sign_in", now=now + timedelta(seconds=2)
        )


def test_an_unknown_number_is_answered_like_a_known_one(
    ana_id: UUID, demo_folder: Path, now: Any
) -> None:
    unknown = ask(factories.ERIK.phone_e164, now)
    use.send_code(challenge_id=unknown, now=now)

    row = SignInChallenge.objects.get(pk=unknown)
    assert not list(demo_folder.glob("*.json"))
    assert (row.sent_at, len(bytes(row.code_mac)), bytes(row.typed_sealed)) == (now, 32, b"")
    with pytest.raises(CodeWrong) as refusal:
        use.check_code(challenge_id=unknown, code="000000", task="sign_in", now=now)
    assert refusal.value.facts == {"tries_left": 4}


def test_one_number_gets_three_codes_in_a_quarter_of_an_hour(ana_id: UUID, now: Any) -> None:
    for number in range(3):
        ask(factories.ANA.phone_e164, now, address=f"192.0.2.{number}")

    with pytest.raises(TooManyRequests):
        ask(factories.ANA.phone_e164, now, address="192.0.2.9")
    ask(factories.BOR.phone_e164, now, address="192.0.2.9")
    ask(factories.ANA.phone_e164, now + timedelta(minutes=16), address="192.0.2.9")


def test_one_address_gets_twenty_codes_in_a_quarter_of_an_hour(ana_id: UUID, now: Any) -> None:
    for number in range(20):
        ask(f"+38640200{number:03d}", now)

    with pytest.raises(TooManyRequests):
        ask("+38640300000", now)


def test_the_sweep_sends_what_the_queue_lost_and_deletes_yesterday(
    ana_id: UUID, demo_folder: Path, now: Any
) -> None:
    old = ask(factories.BOR.phone_e164, now - timedelta(days=2))
    lost = ask(factories.ANA.phone_e164, now)

    assert use.sweep(now=now) == 1

    assert (
        use.check_code(challenge_id=lost, code=sent_code(demo_folder), task="sign_in", now=now)
        == ana_id
    )
    assert not SignInChallenge.objects.filter(pk=old).exists()


def test_a_code_that_cannot_be_delivered_keeps_no_other_waiting(
    ana_id: UUID,
    enrolled: Callable[..., UUID],
    demo_folder: Path,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Fussy(DemoChannel):
        def send(self, *, to: str, subject: str, text: str, now: Any) -> None:
            if to == factories.ANA.phone_e164:
                raise NotDelivered(reason="test")
            super().send(to=to, subject=subject, text=text, now=now)

    enrolled(factories.BOR)
    monkeypatch.setattr(use, "get_channel", Fussy)
    ask(factories.ANA.phone_e164, now - timedelta(seconds=1))
    ask(factories.BOR.phone_e164, now)

    assert use.sweep(now=now) == 1


def test_a_code_goes_to_the_contact_that_the_channel_reaches(
    ana_id: UUID, settings: Any, now: Any
) -> None:
    settings.DELIVERY = "email"
    challenge = ask(factories.ANA.phone_e164, now)

    use.send_code(challenge_id=challenge, now=now)

    assert [message.to for message in mail.outbox] == [[factories.ANA.email]]


def test_a_code_is_sent_once(ana_id: UUID, demo_folder: Path, now: Any) -> None:
    challenge = ask(factories.ANA.phone_e164, now)

    assert use.send_code(challenge_id=challenge, now=now)
    assert not use.send_code(challenge_id=challenge, now=now)

    assert len(list(demo_folder.glob("*.json"))) == 1


def test_neither_number_nor_code_stands_in_the_store(
    ana_id: UUID, demo_folder: Path, now: Any
) -> None:
    challenge = ask(factories.ANA.phone_e164, now)
    use.send_code(challenge_id=challenge, now=now)
    code = sent_code(demo_folder)

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM portal_signinchallenge")
        row = b"|".join(
            bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()
            for v in cursor.fetchone()
        )

    assert challenge.hex.encode() in row.replace(b"-", b"")
    assert code.encode() not in row
    assert factories.ANA.phone_e164[4:].encode() not in row


def test_the_message_says_what_for_and_not_to_share(
    ana_id: UUID, demo_folder: Path, now: Any
) -> None:
    challenge = ask(factories.ANA.phone_e164, now, task="download")
    use.send_code(challenge_id=challenge, now=now)

    text = json.loads(next(demo_folder.glob("*.json")).read_text())["text"]

    assert "za prevzem vaših podatkov" in text
    assert "Ne povejte je nikomur" in text
    assert "Ana" not in text


def test_the_look_up_of_a_contact_stands_in_the_log(
    ana_id: UUID, demo_folder: Path, now: Any
) -> None:
    from records.access.models import LogEntry

    before = LogEntry.objects.count()
    challenge = ask(factories.ANA.phone_e164, now)
    use.send_code(challenge_id=challenge, now=now)

    assert LogEntry.objects.count() == before + 2
