"""When a recipient is asked again, and when its silence is passed on (GDPR 19). Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

FIRST_CHASE = timedelta(days=5)
NEXT_CHASE = timedelta(days=4)
CHASES = 2
"""After so many the silence goes to the data protection officers of all controllers."""


class Result(StrEnum):
    """What a recipient says it has done."""

    DONE = "done"
    NO_DATA = "no_data"
    """It holds nothing about the person."""
    IMPOSSIBLE = "impossible"
    """It says why to the controller; a person looks at it (GDPR 19: impossible, disproportionate).
    """


class Step(StrEnum):
    """What is due towards a silent recipient."""

    WAIT = "wait"
    CHASE = "chase"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a recipient has been silent, and what was done about it."""

    told_on: date
    chases: int
    escalated: bool


def next_step(silence: Silence, *, today: date) -> Step:
    """Return what is due today: a reminder after five days, then every four, and after two of them
    the officers.
    """
    if silence.escalated or today < due_on(silence):
        return Step.WAIT
    return Step.CHASE if silence.chases < CHASES else Step.ESCALATE


def due_on(silence: Silence) -> date:
    """Return the day of the next step."""
    return silence.told_on + FIRST_CHASE + silence.chases * NEXT_CHASE
