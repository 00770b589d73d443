"""Recipients are told until each has answered: down for days, twice, silent, forged (GDPR 19)."""

import json
import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from dsar.errors import InstructionUnknown, RecipientUnreachable, WireRefused
from dsar.models import Case, Instruction, Letter
from dsar.operations.history import lock_case
from dsar.operations.letters import print_letter
from dsar.operations.recipients import (
    acknowledge,
    chase_recipients,
    record_answer,
    send_instructions,
)
from dsar.ports import Notice, notify_recipients
from dsar.queries import list_events, list_letters_to_person
from dsar.rules import Event
from dsar.rules.recipients import CHASES, Result, Silence, Step, next_step
from dsar.wire import (
    ANSWER,
    INSTRUCTION,
    post_note,
    read_note,
    require_safe,
    signing_key,
    write_note,
)
from records.access.grants import Actor
from records.crypto.checkpoints import SigningKey
from records.identity.models import Processor
from tests.factories import ALL_STORES, ANA, Holder
from tests.records.documents.tools import text_of

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
RECIPIENT = "telekom"
SEED = bytes(range(32))


class Recipient:
    """A processor with a server of its own on the loopback; it can be down, and it can be slow to
    answer.
    """

    def __init__(self) -> None:
        self.key = SigningKey(SEED, RECIPIENT)
        self.up, self.answers = True, True
        self.got: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                note = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.send_response(200 if outer.up else 503)
                body = outer.take(note).encode() if outer.up else b""
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/instructions"

    def take(self, note: str) -> str:
        ours = signing_key()
        content = read_note(INSTRUCTION, note, name=ours.name, public_key=ours.public_key)
        self.got.append(content)
        return self.answer(content["instruction"]) if self.answers else ""

    def answer(self, instruction: object, result: str = "done") -> str:
        return write_note(ANSWER, {"instruction": str(instruction), "result": result}, self.key)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def recipient(holder: Holder) -> Iterator[Recipient]:
    found = Recipient()
    Processor.objects.filter(code=RECIPIENT).update(
        instructions_url=found.url,
        instructions_key=b64encode(found.key.public_key).decode(),
    )
    yield found
    found.close()


@pytest.fixture
def told(file_request: Callable[..., Case]) -> Case:
    """Ana's data was corrected."""
    case = file_request(right="rectification")
    with transaction.atomic():
        notify_recipients(lock_case(case.pk), Notice.RECTIFICATION)
    return case


def row_of(recipient: str = RECIPIENT) -> Instruction:
    return Instruction.objects.get(recipient=recipient)


def test_every_processor_of_the_joint_controllers_is_told_once(told: Case) -> None:
    codes = sorted(Instruction.objects.values_list("recipient", flat=True))

    assert codes == sorted(Processor.objects.values_list("code", flat=True))
    assert len(codes) == len(set(codes)) >= 3


def test_an_instruction_names_the_card_and_nothing_else_of_the_person(
    told: Case, recipient: Recipient, holder: Holder, now: Any
) -> None:
    send_instructions(now=now)

    (content,) = recipient.got
    assert content["holder_ids"] == [holder.holder_id]
    assert content["kind"] == "rectification"
    for secret in (ANA.family_name, ANA.email, ANA.phone_e164, str(holder.subject_id)):
        assert secret not in json.dumps(content, ensure_ascii=False)
    row = row_of()
    assert (row.result, row.told_at, row.answered_at) == ("done", now, now)
    assert {Event.RECIPIENTS_TOLD, Event.RECIPIENT_DONE} <= {
        event.event for event in list_events(told.pk)
    }


def test_a_recipient_that_is_down_for_three_days_is_told_when_it_is_back(
    told: Case, recipient: Recipient, now: Any
) -> None:
    recipient.up = False
    at, tries = now, 0
    while at < now + timedelta(days=3):
        send_instructions(now=at)
        row = row_of()
        assert (row.told_at, row.last_error) == (None, "dsar.recipient_unreachable")
        at, tries = row.next_attempt_at, row.attempts
    assert 10 < tries < 40  # neither given up nor hammered

    recipient.up = True
    send_instructions(now=at)

    assert [content["instruction"] for content in recipient.got] == [str(row_of().pk)]
    assert row_of().result == "done"
    assert send_instructions(now=at + timedelta(days=1)) == 0


def test_a_recipient_that_is_gone_altogether_is_no_error_of_ours(
    told: Case, recipient: Recipient, now: Any
) -> None:
    recipient.close()

    send_instructions(now=now)

    assert row_of().last_error == "dsar.recipient_unreachable"


def test_what_arrives_twice_has_one_id_and_is_answered_once(
    told: Case, recipient: Recipient, now: Any
) -> None:
    recipient.answers = False
    send_instructions(now=now)
    # A worker was killed between sending and committing: the row says that nothing was sent.
    Instruction.objects.filter(recipient=RECIPIENT).update(told_at=None, lease_until=None)
    send_instructions(now=now)
    first, second = recipient.got

    answers = [
        acknowledge(recipient_code=RECIPIENT, note=recipient.answer(row_of().pk, result), now=now)
        for result in ("done", "no_data")
    ]

    assert first["instruction"] == second["instruction"]
    assert {answer.result for answer in answers} == {"done"}
    events = [event.event for event in list_events(told.pk)]
    assert events.count(Event.RECIPIENT_DONE) == 1


@pytest.mark.parametrize("flaw", ["key", "kind", "changed", "other", "result", "unsigned"])
def test_a_forged_answer_changes_nothing(
    told: Case, recipient: Recipient, now: Any, flaw: str
) -> None:
    recipient.answers = False
    send_instructions(now=now)
    row = row_of()
    good = recipient.answer(row.pk)
    stranger = SigningKey(bytes(32), RECIPIENT)
    content = {"instruction": str(row.pk), "result": "done"}
    notes = {
        "key": write_note(ANSWER, content, stranger),
        "kind": write_note(INSTRUCTION, content, recipient.key),
        "changed": good.replace("done", "no_data"),
        "other": recipient.answer(uuid4()),
        "result": recipient.answer(row.pk, "whatever"),
        "unsigned": good.partition("\n\n")[0] + "\n",
    }

    with pytest.raises((WireRefused, InstructionUnknown)):
        acknowledge(recipient_code=RECIPIENT, note=notes[flaw], now=now)

    assert row_of().answered_at is None
    assert acknowledge(recipient_code=RECIPIENT, note=good, now=now).result == "done"


def test_one_recipient_cannot_answer_for_another(
    told: Case, recipient: Recipient, now: Any
) -> None:
    theirs = row_of("knjiznica")

    with pytest.raises(InstructionUnknown):
        acknowledge(recipient_code=RECIPIENT, note=recipient.answer(theirs.pk), now=now)


def test_silence_is_chased_and_then_passed_on_to_the_officers(
    told: Case, recipient: Recipient, now: Any
) -> None:
    recipient.answers = False
    Instruction.objects.exclude(recipient=RECIPIENT).delete()
    send_instructions(now=now)
    passed_on: list[tuple[str, str]] = []
    days: dict[int, int] = {}

    for day in range(1, 20):
        at = now + timedelta(days=day)
        days[day] = chase_recipients(
            escalate=lambda case, who, _now: passed_on.append((case, who)), now=at
        )

    assert [day for day, steps in days.items() if steps] == [5, 9, 13]
    assert passed_on == [(told.reference, RECIPIENT)]
    assert len(recipient.got) == 1 + CHASES
    assert len({content["instruction"] for content in recipient.got}) == 1


def test_who_has_no_address_gets_a_letter_and_answers_on_paper(
    told: Case, holder: Holder, cera: Actor, now: Any
) -> None:
    send_instructions(now=now)
    row = row_of("knjiznica")
    letter = Letter.objects.get(instruction=row)

    text = text_of(print_letter(actor=cera, letter_id=letter.pk, now=now).data)

    assert "Rozmanova ulica" in text
    assert holder.holder_id in text
    assert ANA.family_name not in text
    assert list_letters_to_person(told.pk) == []
    done = record_answer(
        actor=cera, case_id=told.pk, instruction_id=row.pk, result=Result.NO_DATA, now=now
    )
    assert done.result == "no_data"


@pytest.mark.parametrize("url", ["http://example.org/x", "ftp://127.0.0.1/x", "https:///x", ""])
def test_nothing_travels_in_the_clear(url: str) -> None:
    with pytest.raises(WireRefused):
        require_safe(url)
    require_safe("https://example.org/x")
    require_safe("http://127.0.0.1:1/x")


@given(silent=st.integers(0, 60), chases=st.integers(0, 2))
def test_nobody_is_escalated_before_two_reminders_and_thirteen_days(
    silent: int, chases: int
) -> None:
    day = date(2026, 11, 21)

    step = next_step(Silence(day, chases, escalated=False), today=day + timedelta(days=silent))

    if step is Step.ESCALATE:
        assert chases == CHASES
        assert silent >= 13
    assert next_step(Silence(day, chases, escalated=True), today=date(2030, 1, 1)) is Step.WAIT


def test_a_recipient_that_speaks_no_http_is_tried_again_and_stops_no_other() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"no such thing\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        with pytest.raises(RecipientUnreachable):
            post_note(f"http://127.0.0.1:{server.getsockname()[1]}/", "note")
        thread.join()
