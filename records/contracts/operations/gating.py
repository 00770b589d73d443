"""Opening the gate for a piece of work, and telling the log what became of it."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from records.access.errors import LogUnavailable
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose

log = logging.getLogger("varuh.contracts")

PERSON = (
    DataCategory.NAME,
    DataCategory.RESIDENCE,
    DataCategory.BIRTH_DATE,
    DataCategory.CONTACT,
)


def system_actor(*, organisation: str) -> Actor:
    """Return who acts when a sweep finishes what a person began."""
    return Actor(role=ActorRole.SYSTEM, id="system:contracts", organisation=organisation)


@contextmanager
def opened_for_change(
    *,
    actor: Actor,
    purpose: Purpose,
    subject_id: UUID,
    categories: Collection[DataCategory],
    task: str,
    now: datetime,
    action: Action = Action.CHANGE,
) -> Iterator[Grant]:
    """Open the gate, lend the Grant to the block, and log whether the block did what was announced.

    The block commits by itself. Where the outcome cannot be logged any more, what was committed
    stands, and the intent, which was, says so.
    """
    grant = open_gate(
        actor=actor,
        purpose=purpose,
        subjects=[subject_id],
        categories=categories,
        action=action,
        task=task,
        now=now,
    )
    try:
        yield grant
    except Exception:
        _report(grant, done=False, now=now)
        raise
    _report(grant, done=True, now=now)


def _report(grant: Grant, *, done: bool, now: datetime) -> None:
    try:
        report_outcome(grant, done=done, now=now)
    except LogUnavailable:
        log.error("outcome not logged", extra={"entry_id": grant.entry_id, "done": done})
