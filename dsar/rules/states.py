"""The states of a rights request and the steps between them; whatever is not in the table is
refused. Pure.

No step that discloses or changes anything leads out of a state before `verified` (threats 3-5). The
clock of the 30-day promise never stops.
"""

from dataclasses import dataclass
from enum import StrEnum

from dsar.errors import ReasonMissing, StepNotPossible, StepNotYours
from records.access.purposes import ActorRole


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    IDENTITY_PENDING = "identity_pending"
    VERIFIED = "verified"
    IN_WORK = "in_work"
    QUESTION_ASKED = "question_asked"
    EXTENDED = "extended"
    DECIDED = "decided"
    DELIVERED = "delivered"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What was decided."""

    NONE = ""
    GRANTED = "granted"
    PARTIAL = "partial"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """How a request arrived: any way counts (C16, E-A4)."""

    PORTAL = "portal"
    EMAIL = "email"
    LETTER = "letter"
    COUNTER = "counter"
    PHONE = "phone"


class Event(StrEnum):
    """What happens in the life of a case: source, subject, action."""

    RECEIVED = "case:request:received"
    IDENTITY_ASKED = "case:identity:asked"
    VERIFIED = "case:identity:verified"
    DOUBTED = "case:identity:doubted"
    STARTED = "case:work:started"
    QUESTION_ASKED = "case:question:asked"
    QUESTION_ANSWERED = "case:question:answered"
    GRANTED = "case:decision:granted"
    PARTLY_GRANTED = "case:decision:partly_granted"
    REFUSED = "case:decision:refused"
    WITHDRAWN = "case:decision:withdrawn"
    DELIVERED = "case:answer:delivered"
    CLOSED = "case:request:closed"
    COLLECTION_FAILED = "package:collection:failed"
    PACKAGE_REQUESTED = "package:file:requested"
    PACKAGE_SEALED = "package:file:sealed"
    PACKAGE_DOWNLOADED = "package:file:downloaded"
    PACKAGE_DISABLED = "package:file:disabled"
    PACKAGE_EXPIRED = "package:file:expired"
    LETTER_MADE = "letter:file:made"
    LETTER_DELIVERED = "letter:file:delivered"
    LETTER_OPENED = "letter:file:opened"
    LETTER_FAILED = "letter:delivery:failed"
    MESSAGE_SENT = "message:contact:sent"
    MESSAGE_FAILED = "message:contact:failed"
    ADVICE_GIVEN = "case:advice:given"
    DECISION_PREPARED = "case:decision:prepared"
    DECISION_RETURNED = "case:decision:returned"
    EXTENSION_PREPARED = "case:extension:prepared"
    EXTENSION_IN_FORCE = "case:extension:in_force"
    REMINDED = "case:deadline:reminded"
    OVERDUE = "case:deadline:missed"
    LINKED = "case:case:linked"
    AUTHORITY_SHOWN = "case:authority:shown"
    AUTHORITY_ENDED = "case:authority:ended"
    CODE_SENT = "case:identity:code_sent"
    FOLLOWED = "case:status:followed"
    CORRECTION_PROPOSED = "correction:field:proposed"
    CORRECTION_APPLIED = "correction:field:applied"
    CORRECTION_REJECTED = "correction:field:rejected"
    STATEMENT_ADDED = "correction:statement:added"
    RESTRICTION_PLACED = "restriction:data:placed"
    RESTRICTION_ANNOUNCED = "restriction:lifting:announced"
    RESTRICTION_LIFTED = "restriction:data:lifted"
    OBJECTION_HEEDED = "objection:marketing:heeded"
    CONSENT_WITHDRAWN = "consent:purpose:withdrawn"
    ERASURE_CONFIRMED = "erasure:request:confirmed"
    ERASURE_CANCELLED = "erasure:request:cancelled"
    ERASURE_PLANNED = "erasure:plan:made"
    ERASURE_APPROVED = "erasure:plan:approved"
    ERASURE_STARTED = "erasure:run:started"
    ERASURE_DONE = "erasure:run:done"
    ERASURE_PROBED = "erasure:probe:clean"
    ERASURE_LEFTOVER = "erasure:probe:found"
    RECIPIENTS_TOLD = "recipient:instruction:sent"
    RECIPIENT_DONE = "recipient:instruction:done"
    RECIPIENT_CHASED = "recipient:instruction:chased"
    RECIPIENT_ESCALATED = "recipient:instruction:escalated"
    TRANSMISSION_ORDERED = "portable:file:ordered"
    TRANSMITTED = "portable:file:transmitted"
    NOT_TRANSMITTED = "portable:file:refused"
    EVIDENCE_MADE = "evidence:pack:made"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where a step leads, who may take it, and whether it needs a reason."""

    to: State
    roles: frozenset[ActorRole]
    outcome: Outcome = Outcome.NONE
    needs_reason: bool = False


_HOLDER, _CLERK = ActorRole.HOLDER, ActorRole.CLERK
_CONTROLLER, _SYSTEM = ActorRole.CONTROLLER, ActorRole.SYSTEM
_DESK = frozenset({_CLERK, _CONTROLLER})
_DESK_OR_SYSTEM = _DESK | {_SYSTEM}
_ANYONE_PROVEN = _DESK | {_HOLDER}

_VERIFY = Transition(State.VERIFIED, _ANYONE_PROVEN)
_WITHDRAW = Transition(State.DECIDED, frozenset({_HOLDER}), Outcome.WITHDRAWN)
# A refusal discloses nothing: a controller may also refuse whoever cannot show who they are (GDPR
# 12(2)).
_REFUSE = Transition(State.DECIDED, frozenset({_CONTROLLER}), Outcome.REFUSED, needs_reason=True)
_GRANT = Transition(State.DECIDED, _DESK_OR_SYSTEM, Outcome.GRANTED)
_PARTLY = Transition(State.DECIDED, frozenset({_CONTROLLER}), Outcome.PARTIAL, needs_reason=True)
_ANSWERS = _DESK_OR_SYSTEM | {_HOLDER}
"""Who can bring a letter to its reader: the post, the counter, a message, the reader's own
opening.
"""
_ASK = Transition(State.QUESTION_ASKED, _DESK, needs_reason=True)

TRANSITIONS: dict[tuple[State, Event], Transition] = {
    (State.RECEIVED, Event.IDENTITY_ASKED): Transition(State.IDENTITY_PENDING, _DESK_OR_SYSTEM),
    (State.RECEIVED, Event.VERIFIED): _VERIFY,
    (State.IDENTITY_PENDING, Event.VERIFIED): _VERIFY,
    (State.IDENTITY_PENDING, Event.REFUSED): _REFUSE,
    (State.VERIFIED, Event.DOUBTED): Transition(State.IDENTITY_PENDING, _DESK, needs_reason=True),
    (State.VERIFIED, Event.WITHDRAWN): _WITHDRAW,
    (State.VERIFIED, Event.STARTED): Transition(State.IN_WORK, _DESK_OR_SYSTEM),
    (State.IN_WORK, Event.QUESTION_ASKED): _ASK,
    (State.IN_WORK, Event.GRANTED): _GRANT,
    (State.IN_WORK, Event.PARTLY_GRANTED): _PARTLY,
    (State.IN_WORK, Event.REFUSED): _REFUSE,
    (State.IN_WORK, Event.WITHDRAWN): _WITHDRAW,
    (State.QUESTION_ASKED, Event.QUESTION_ANSWERED): Transition(State.IN_WORK, _ANYONE_PROVEN),
    (State.QUESTION_ASKED, Event.WITHDRAWN): _WITHDRAW,
    (State.EXTENDED, Event.GRANTED): _GRANT,
    (State.EXTENDED, Event.PARTLY_GRANTED): _PARTLY,
    (State.EXTENDED, Event.REFUSED): _REFUSE,
    (State.EXTENDED, Event.WITHDRAWN): _WITHDRAW,
    **{
        (state, Event.AUTHORITY_ENDED): Transition(
            State.IDENTITY_PENDING, frozenset({_SYSTEM}), needs_reason=True
        )
        for state in (State.VERIFIED, State.IN_WORK, State.QUESTION_ASKED, State.EXTENDED)
    },
    (State.DECIDED, Event.DELIVERED): Transition(State.DELIVERED, _ANSWERS),
    (State.DELIVERED, Event.CLOSED): Transition(State.CLOSED, _DESK_OR_SYSTEM),
    # What was withdrawn has no answer to deliver.
    (State.DECIDED, Event.CLOSED): Transition(State.CLOSED, frozenset({_SYSTEM})),
    (State.EXTENDED, Event.QUESTION_ASKED): _ASK,
}
for _state, _extended in (
    (State.IN_WORK, State.EXTENDED),
    (State.QUESTION_ASKED, State.QUESTION_ASKED),
):
    # A controller prepares; the letter's arrival puts it in force (D4).
    TRANSITIONS[_state, Event.EXTENSION_PREPARED] = Transition(
        _state, frozenset({_CONTROLLER}), needs_reason=True
    )
    TRANSITIONS[_state, Event.EXTENSION_IN_FORCE] = Transition(
        _extended, _ANSWERS, needs_reason=True
    )

PROVEN = frozenset(State) - {State.RECEIVED, State.IDENTITY_PENDING}
"""The states in which the person is known to be the holder."""

OPEN = frozenset(State) - {State.DELIVERED, State.CLOSED}
"""The states in which the person still waits for an answer."""


def transition(state: State, event: Event, *, role: ActorRole, reason: str = "") -> Transition:
    """Return where the step leads; raise StepNotPossible, StepNotYours or ReasonMissing.

    `reason` is a code, never free text about a person.
    """
    found = TRANSITIONS.get((state, event))
    if found is None:
        raise StepNotPossible(state=state.value, step=event.value)
    if role not in found.roles:
        raise StepNotYours(step=event.value, role=role.value)
    if found.needs_reason and not reason.strip():
        raise ReasonMissing(step=event.value)
    return found
