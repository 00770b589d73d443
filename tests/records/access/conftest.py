"""Openings of the gate, and files of the test's own outside the stores."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from records.access.purposes import Action, DataCategory, Purpose

ANA, BOR = UUID(int=0xA, version=4), UUID(int=0xB, version=4)
"""Two data subjects; whatever happens to Ana, nothing happens to Bor."""


@pytest.fixture
def outside(settings: Any, tmp_path: Path) -> Path:
    """The folder of the heads files and the erasure ledger."""
    settings.HEADS_DIR = tmp_path / "heads"
    settings.ERASURE_LEDGER_FILE = tmp_path / "ledger" / "erasure.jsonl"
    return tmp_path


@pytest.fixture
def open_for(keyring: Any, cene: Any, now: datetime) -> Callable[..., Any]:
    """Open the gate as Cene, a clerk, for Ana's name, unless told otherwise."""

    def opened(**changes: Any) -> Any:
        from records.access.gate import open_gate

        chosen = {
            "actor": cene,
            "purpose": Purpose.CARD_ADMINISTRATION,
            "subjects": [ANA],
            "categories": [DataCategory.NAME],
            "action": Action.CONSULT,
            "task": "application 7",
            "now": now,
        }
        return open_gate(**{**chosen, **changes})

    return opened


@pytest.fixture
def tampering(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A cursor of the audit store's owner, with the triggers dropped: whoever has it can write
    anything.
    """
    from records.access.triggers import install_triggers, remove_triggers

    connection = connections["audit"]
    remove_triggers(connection)
    with connection.cursor() as cursor:
        yield cursor
    install_triggers(connection)
