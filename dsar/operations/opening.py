"""Opening one case through the gate, and taking it up: what all steps of people share."""

from datetime import datetime

from dsar.models import Case
from dsar.operations.history import advance
from dsar.rules import Event, State
from records.access.gate import open_gate
from records.access.grants import Actor, Grant
from records.access.purposes import Action, DataCategory, Purpose


def open_case(case: Case, *, actor: Actor, action: Action, now: datetime) -> Grant:
    """Return a Grant for what was written in the case; the entry in the log comes first."""
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.CASE],
        action=action,
        task=str(case.pk),
        now=now,
    )


def take_up(case: Case, *, actor: Actor, now: datetime) -> None:
    """Begin the work of a verified case that waited for a person, inside the caller's
    transaction.
    """
    if case.state == State.VERIFIED:
        advance(case, Event.STARTED, actor=actor, now=now)
