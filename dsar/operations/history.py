"""Steps and their lines of history, always together, always inside the caller's transaction."""

from datetime import datetime
from uuid import UUID

from django.db.models import Max

from dsar.errors import CaseUnknown, StepNotYours
from dsar.models import Case, CaseEvent
from dsar.rules import Event, Outcome, State, transition
from records.access.grants import Actor
from records.access.purposes import ActorRole


def lock_case(case_id: UUID) -> Case:
    """Return the case, locked until the end of the transaction; raise CaseUnknown."""
    found = Case.objects.select_for_update().filter(pk=case_id).first()
    if found is None:
        raise CaseUnknown(case_id=case_id)
    return found


def advance(
    case: Case, event: Event, *, actor: Actor, now: datetime, reason: str = "", sha256: str = ""
) -> None:
    """Take one step of the state machine and write its line; raise what `rules.transition`
    raises.
    """
    step = transition(State(case.state), event, role=actor.role, reason=reason)
    if step.roles == {ActorRole.CONTROLLER}:
        require_controller(case, actor=actor, step=event.value)
    case.state = step.to
    if step.outcome is not Outcome.NONE:
        case.outcome = step.outcome
    if step.to is State.CLOSED:
        case.closed_at = now
    case.save(update_fields=["state", "outcome", "closed_at"])
    record(case, event, actor=actor, now=now, reason=reason, sha256=sha256)


def require_controller(case: Case, *, actor: Actor, step: str) -> None:
    """Return for an officer of one of the case's joint controllers; raise StepNotYours for
    everybody else, a processor's account too, whatever role somebody gave it (C1).
    """
    if actor.role is not ActorRole.CONTROLLER or actor.organisation not in case.controllers:
        raise StepNotYours(step=step, role=actor.role.value)


def record(
    case: Case, event: Event, *, actor: Actor, now: datetime, reason: str = "", sha256: str = ""
) -> CaseEvent:
    """Append one line of history: who, in which role, when; the state stays as it is."""
    last = CaseEvent.objects.filter(case_id=case.pk).aggregate(number=Max("number"), at=Max("at"))
    return CaseEvent.objects.create(
        case_id=case.pk,
        number=(last["number"] or 0) + 1,
        event=event,
        state=case.state,
        # History never goes back, whatever the clocks of two workers say.
        at=max(now, last["at"]) if last["at"] else now,
        actor_role=actor.role,
        organisation=actor.organisation,
        reason=reason,
        package_sha256=sha256,
    )
