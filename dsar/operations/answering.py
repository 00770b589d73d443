"""Answering a case in which nothing is left to decide, without staff (GDPR 12(3))."""

from datetime import datetime

from dsar.models import Case
from dsar.operations.history import advance
from dsar.operations.messages import queue_message
from dsar.rules import Event, State
from records.access.grants import Actor
from records.access.purposes import ActorRole


def service_of(case: Case, what: str) -> Actor:
    """Return the service itself, on behalf of the controller that answers."""
    return Actor(ActorRole.SYSTEM, f"system:{what}", case.answered_by)


def start(case: Case, *, actor: Actor, now: datetime) -> None:
    """Move a fresh verified case into work; leave any other as it is."""
    if case.state == State.VERIFIED:
        advance(case, Event.STARTED, actor=actor, now=now)


def answer_at_once(case: Case, *, message: str, now: datetime) -> None:
    """Grant and deliver a case whose work is done, inside the caller's transaction that holds it;
    the person is told by message.
    """
    actor = service_of(case, "answers")
    start(case, actor=actor, now=now)
    if case.state in {State.IN_WORK, State.EXTENDED}:
        advance(case, Event.GRANTED, actor=actor, now=now)
        advance(case, Event.DELIVERED, actor=actor, now=now)
        queue_message(case=case, kind=message, now=now)
