"""Pure rules of rights requests: the clock, the states, the reference numbers."""

from dsar.rules.case_clock import CaseClock, Extension, Fact, case_clock
from dsar.rules.clock import Deadlines, deadlines, is_working_day
from dsar.rules.references import make_reference, read_reference
from dsar.rules.rights import RIGHTS_OF_BASIS, AnswerWay, FiledBy, Right, applies
from dsar.rules.states import Channel, Event, Outcome, State, Transition, transition

__all__ = [
    "RIGHTS_OF_BASIS",
    "AnswerWay",
    "CaseClock",
    "Channel",
    "Deadlines",
    "Event",
    "Extension",
    "Fact",
    "FiledBy",
    "Outcome",
    "Right",
    "State",
    "Transition",
    "applies",
    "case_clock",
    "deadlines",
    "is_working_day",
    "make_reference",
    "read_reference",
    "transition",
]
