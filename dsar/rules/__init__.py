"""Pure rules of rights requests: the clock, the states, the reference numbers."""

from dsar.rules.clock import Deadlines, deadlines, is_working_day
from dsar.rules.references import make_reference, read_reference
from dsar.rules.states import Channel, Event, Outcome, State, Transition, transition

__all__ = [
    "Channel",
    "Deadlines",
    "Event",
    "Outcome",
    "State",
    "Transition",
    "deadlines",
    "is_working_day",
    "make_reference",
    "read_reference",
    "transition",
]
