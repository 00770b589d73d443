"""Decisions by two people: prepared, advised on, confirmed or returned (C1, C9, D5, GDPR 12(4))."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from dsar.errors import DecisionUnknown, DecisionWaits, ReasonMissing, SamePerson
from dsar.letters.compose import Block
from dsar.models import Advice, Case, Decision, Letter
from dsar.operations.decisions import stop_jobs
from dsar.operations.history import advance, lock_case, record
from dsar.operations.letters import drop_letter, keep_letter, prepare_letter
from dsar.operations.opening import open_case, take_up
from dsar.operations.partial import order_granted_part, parts_block
from dsar.queries import get_case
from dsar.rules import Event, Outcome, Right, State, transition
from dsar.rules.decisions import (
    LETTER_OF,
    NEGATIVE_OUTCOMES,
    STEP_OF,
    DecisionState,
    require_decidable,
    split_parts,
)
from dsar.rules.duties import Duty, require_duty, require_four_eyes
from dsar.rules.grounds import GROUNDS, require_grounds, say_ground
from records.access.gate import report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole
from records.keys.operations import seal_values
from records.keys.queries import reveal_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody proposes to decide."""

    outcome: Outcome
    grounds: Sequence[str] = ()
    granted: Sequence[str] = ()
    refused: Sequence[str] = ()
    reasons: str = field(default="", repr=False)


def prepare_decision(*, actor: Actor, case_id: UUID, proposal: Proposal, now: datetime) -> Decision:
    """Prepare a decision for somebody else to confirm; nothing is decided by it.

    Raises StepNotYours, DecisionWaits, StepNotPossible, GroundUnknown, PartsUnclear and, for a
    negative one without reasons, ReasonMissing.
    """
    case = get_case(case_id)
    require_duty(Duty.PREPARE_DECISION, actor=actor, controllers=case.controllers)
    decision = _propose(case, proposal, actor, now)
    grant = open_case(case, actor=actor, action=Action.COLLECT, now=now)
    if proposal.reasons.strip():
        seal_values(grant, [decision], [{"reasons": proposal.reasons.strip()}])
    with transaction.atomic(durable=True):
        held = lock_case(case_id)
        if held.decisions.filter(state=DecisionState.PREPARED).exists():
            raise DecisionWaits(case_id=case_id)
        take_up(held, actor=actor, now=now)
        _require_step(held, decision)
        decision.save(force_insert=True)
        outcome = proposal.outcome.value
        record(held, Event.DECISION_PREPARED, actor=actor, now=now, reason=outcome)
    report_outcome(grant, done=True, now=now, counts={"decisions": 1})
    return decision


def give_advice(*, actor: Actor, case_id: UUID, text: str, now: datetime) -> Advice:
    """Keep what a data protection officer advises, sealed; it decides nothing (GDPR 38-39)."""
    case = get_case(case_id)
    require_duty(Duty.GIVE_ADVICE, actor=actor, controllers=case.controllers)
    if not text.strip():
        raise ReasonMissing(step=Event.ADVICE_GIVEN.value)
    grant = open_case(case, actor=actor, action=Action.COLLECT, now=now)
    advice = Advice(
        case=case,
        subject_id=case.subject_id,
        given_at=now,
        given_by=actor.id,
        organisation=actor.organisation,
    )
    seal_values(grant, [advice], [{"text": text.strip()}])
    with transaction.atomic(durable=True):
        held = lock_case(case_id)
        advice.save(force_insert=True)
        record(held, Event.ADVICE_GIVEN, actor=actor, now=now)
    report_outcome(grant, done=True, now=now, counts={"advice": 1})
    return advice


def return_decision(*, actor: Actor, decision_id: UUID, note: str, now: datetime) -> Decision:
    """Give a prepared decision back with the reason why; raise ReasonMissing without one."""
    decision = _get_prepared(decision_id)
    case = decision.case
    require_duty(Duty.RETURN_DECISION, actor=actor, controllers=case.controllers)
    if actor.id == decision.prepared_by:
        raise SamePerson(step=Duty.RETURN_DECISION.value)
    if not note.strip():
        raise ReasonMissing(step=Event.DECISION_RETURNED.value)
    grant = open_case(case, actor=actor, action=Action.COLLECT, now=now)
    seal_values(grant, [decision], [{"note": note.strip()}])
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        _get_prepared(decision_id)
        _settle(decision, DecisionState.RETURNED, actor, now)
        decision.save()
        record(held, Event.DECISION_RETURNED, actor=actor, now=now, reason=decision.outcome)
    report_outcome(grant, done=True, now=now, counts={"decisions": 1})
    return decision


def confirm_decision(*, actor: Actor, decision_id: UUID, now: datetime) -> Letter:
    """Confirm what another prepared: decision, letter and state commit together, or none of them.

    Raises StepNotYours, SamePerson, DecisionUnknown, StepNotPossible, and what making the letter
    raises.
    """
    decision = _get_prepared(decision_id)
    case = decision.case
    _require_confirmer(case, decision, actor)
    _require_step(case, decision)
    grant = open_case(case, actor=actor, action=Action.CONSULT, now=now)
    ((written,),) = reveal_values(grant, [decision], ["reasons"])
    outcome = Outcome(decision.outcome)
    prepared = prepare_letter(
        case=case,
        kind=LETTER_OF[outcome],
        actor=actor,
        now=now,
        reasons=_reasons(decision, str(written or ""), case.language),
        blocks=_blocks(decision, case.language),
    )
    try:
        with transaction.atomic(durable=True):
            held = lock_case(case.pk)
            decision = _get_prepared(decision_id)
            decision.letter = keep_letter(prepared, case=held, actor=actor, now=now)
            _settle(decision, DecisionState.CONFIRMED, actor, now)
            decision.save()
            ground = decision.grounds[0] if decision.grounds else ""
            advance(held, STEP_OF[outcome], actor=actor, now=now, reason=ground)
            held.ground = ground
            held.save(update_fields=["ground"])
            stop_jobs(held, STEP_OF[outcome], now)
            order_granted_part(held, decision, now)
    except BaseException:
        drop_letter(prepared)
        raise
    return decision.letter


def _propose(case: Case, proposal: Proposal, actor: Actor, now: datetime) -> Decision:
    """Return the row of a proposal that holds together; whatever does not is refused by name."""
    outcome = proposal.outcome
    require_decidable(outcome)
    codes: list[str] = []
    if outcome in NEGATIVE_OUTCOMES:
        codes = [
            ground.code for ground in require_grounds(proposal.grounds, right=Right(case.right))
        ]
        if not proposal.reasons.strip():
            raise ReasonMissing(step=Event.DECISION_PREPARED.value)
    granted, refused = split_parts(
        outcome=outcome, granted=proposal.granted, refused=proposal.refused
    )
    return Decision(
        case=case,
        subject_id=case.subject_id,
        state=DecisionState.PREPARED,
        outcome=outcome,
        grounds=codes,
        granted=granted,
        refused=refused,
        prepared_at=now,
        prepared_by=actor.id,
        prepared_role=actor.role,
        prepared_at_organisation=actor.organisation,
    )


def _require_step(case: Case, decision: Decision) -> None:
    """Return if a controller could take this step from where the case stands."""
    state = State.IN_WORK if case.state == State.VERIFIED else State(case.state)
    reason = decision.grounds[0] if decision.grounds else ""
    transition(state, STEP_OF[Outcome(decision.outcome)], role=ActorRole.CONTROLLER, reason=reason)


def _require_confirmer(case: Case, decision: Decision, actor: Actor) -> None:
    """Return if the actor is the second person, and no judge of their own earlier decision."""
    require_four_eyes(
        prepared_by=decision.prepared_by,
        prepared_role=ActorRole(decision.prepared_role),
        actor=actor,
        controllers=case.controllers,
    )
    if case.right == Right.INTERNAL_REVIEW and case.parent_id is not None:
        earlier = Decision.objects.filter(case_id=case.parent_id, state=DecisionState.CONFIRMED)
        if earlier.filter(settled_by=actor.id).exists():
            raise SamePerson(step=Right.INTERNAL_REVIEW.value)


def _reasons(decision: Decision, written: str, language: str) -> list[str]:
    sentences = [say_ground(GROUNDS[code], language) for code in decision.grounds]
    return [*sentences, *(part.strip() for part in written.split("\n\n") if part.strip())]


def _blocks(decision: Decision, language: str) -> list[Block]:
    return [parts_block(decision, language)] if decision.granted else []


def _settle(decision: Decision, state: DecisionState, actor: Actor, now: datetime) -> None:
    decision.state = state
    decision.settled_at = now
    decision.settled_by = actor.id
    decision.settled_at_organisation = actor.organisation


def _get_prepared(decision_id: UUID) -> Decision:
    found = (
        Decision.objects.select_related("case")
        .filter(pk=decision_id, state=DecisionState.PREPARED)
        .first()
    )
    if found is None:
        raise DecisionUnknown(decision_id=decision_id)
    return found
