"""Background work: a queue that is away stops nobody; the row waits for the sweep."""

from typing import Any
from uuid import uuid4

import pytest
from kombu.exceptions import OperationalError

from portal.tasks import send_code, wake


@pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionRefusedError()])
def test_a_queue_that_is_away_is_no_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*args: Any) -> None:
        raise error

    monkeypatch.setattr(send_code, "delay", refuse)

    assert wake(send_code, uuid4()) is False


def test_the_message_carries_only_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(send_code, "delay", lambda *args: sent.append(args))
    key = uuid4()

    assert wake(send_code, key)

    assert sent == [(str(key),)]
