"""Who may do what with a case, and which two people make a decision (C1, C9, GDPR 38-39). Pure.

The tables are data and name every role: whoever reads them reads the rule. A processor's clerk and
a controller's officer prepare; the data protection officer advises and never decides; another
officer of a joint controller confirms. Nobody confirms what they prepared.
"""

from collections.abc import Collection
from enum import StrEnum

from dsar.errors import SamePerson, StepNotYours
from records.access.grants import Actor
from records.access.purposes import ActorRole


class Duty(StrEnum):
    """One thing that somebody does with a case."""

    ASK_QUESTION = "ask_question"
    ANSWER_QUESTION = "answer_question"
    PREPARE_EXTENSION = "prepare_extension"
    PREPARE_DECISION = "prepare_decision"
    GIVE_ADVICE = "give_advice"
    CONFIRM_DECISION = "confirm_decision"
    RETURN_DECISION = "return_decision"
    ASK_REVIEW = "ask_review"
    OPEN_PROCEDURE = "open_procedure"
    END_PROCEDURE = "end_procedure"
    MAKE_EVIDENCE = "make_evidence"


_HOLDER, _CLERK, _DPO = ActorRole.HOLDER, ActorRole.CLERK, ActorRole.DPO
_CONTROLLER = ActorRole.CONTROLLER

DUTIES: dict[Duty, frozenset[ActorRole]] = {
    Duty.ASK_QUESTION: frozenset({_CLERK, _CONTROLLER}),
    Duty.ANSWER_QUESTION: frozenset({_HOLDER}),
    Duty.PREPARE_EXTENSION: frozenset({_CONTROLLER}),
    Duty.PREPARE_DECISION: frozenset({_CLERK, _CONTROLLER}),
    Duty.GIVE_ADVICE: frozenset({_DPO}),
    Duty.CONFIRM_DECISION: frozenset({_CONTROLLER}),
    Duty.RETURN_DECISION: frozenset({_CONTROLLER}),
    Duty.ASK_REVIEW: frozenset({_HOLDER}),
    Duty.OPEN_PROCEDURE: frozenset({_CONTROLLER}),
    Duty.END_PROCEDURE: frozenset({_CONTROLLER}),
    Duty.MAKE_EVIDENCE: frozenset({_CONTROLLER, _DPO}),
}
CONTROLLERS_OWN = frozenset(
    {
        Duty.PREPARE_EXTENSION,
        Duty.CONFIRM_DECISION,
        Duty.RETURN_DECISION,
        Duty.OPEN_PROCEDURE,
        Duty.END_PROCEDURE,
    }
)
"""Duties that a processor's account cannot have, whatever role somebody gave it by mistake (C1)."""

CONFIRMERS: dict[ActorRole, frozenset[ActorRole]] = {
    ActorRole.HOLDER: frozenset(),
    ActorRole.CLERK: frozenset({ActorRole.CONTROLLER}),
    ActorRole.CONTROLLER: frozenset({ActorRole.CONTROLLER}),
    ActorRole.DPO: frozenset(),
    ActorRole.TERMINAL: frozenset(),
    ActorRole.SYSTEM: frozenset(),
}
"""By who prepared: who may confirm. Every pair of roles that is not here is refused."""


def require_duty(duty: Duty, *, actor: Actor, controllers: Collection[str]) -> None:
    """Return if the actor may do this with a case of these joint controllers; raise
    StepNotYours.
    """
    if actor.role not in DUTIES[duty]:
        raise StepNotYours(step=duty.value, role=actor.role.value)
    if duty in CONTROLLERS_OWN and actor.organisation not in controllers:
        raise StepNotYours(step=duty.value, role=actor.role.value, organisation="not_a_controller")


def require_four_eyes(
    *, prepared_by: str, prepared_role: ActorRole, actor: Actor, controllers: Collection[str]
) -> None:
    """Return if the actor may confirm what the other prepared; raise StepNotYours, or SamePerson
    where one person would be both.
    """
    require_duty(Duty.CONFIRM_DECISION, actor=actor, controllers=controllers)
    if actor.role not in CONFIRMERS[prepared_role]:
        raise StepNotYours(step=Duty.CONFIRM_DECISION.value, role=actor.role.value)
    if actor.id == prepared_by:
        raise SamePerson(step=Duty.CONFIRM_DECISION.value)
