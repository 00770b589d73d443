"""Filing a request, by any channel, and establishing who asks."""

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from dsar.errors import BadReceiptDate, CaseUnknown, IdentityNotProven, ScopeUnknown
from dsar.models import Case, Fulfilment
from dsar.operations.beginning import begin
from dsar.operations.history import advance, lock_case, record
from dsar.operations.messages import queue_message
from dsar.rules import (
    AnswerWay,
    Channel,
    Event,
    FiledBy,
    Right,
    State,
    deadlines,
    make_reference,
)
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.identity.queries import get_subject, list_controllers
from records.identity.rules import Assurance, Proof, proves_holder
from records.keys.operations import seal_values
from records.legal_days import legal_day

SIGNED_IN = "sign_in"
"""How identity was proven where the holder is signed in: by the enrolled contact, at sign-in."""


def file_request(
    *,
    actor: Actor,
    subject_id: UUID,
    right: Right,
    now: datetime,
    scope: Collection[DataCategory] = (),
    details: Mapping[str, object] | None = None,
    channel: Channel = Channel.PORTAL,
    language: str = "sl",
    answer_way: AnswerWay = AnswerWay.PORTAL,
    filed_by: FiledBy = FiledBy.SELF,
    arrived_at: str = "",
    received_at: datetime | None = None,
    parent: Case | None = None,
    case_id: UUID | None = None,
    also: Callable[[Case], None] | None = None,
) -> Case:
    """File a rights request with its deadlines, and return the case (GDPR 12, PP6, C3, C16).

    A signed-in holder is verified by sign-in, and the right's work begins at once. Staff register
    what came another way; the true `received_at` counts, wherever it first arrived, and identity is
    pending. An empty `scope` means everything; `details` are what the person wrote, in the shape of
    the right, and are sealed. `case_id` makes a repeated submission return the first case. `also`
    writes what else belongs to the case, in its transaction, before the right's work begins. Raises
    BadReceiptDate, ScopeUnknown, SubjectUnknown.
    """
    received = received_at or now
    if received > now:
        raise BadReceiptDate(received=received.isoformat())
    kinds = _clean_scope(scope)
    key = case_id or uuid4()
    if (there := Case.objects.filter(pk=key).first()) is not None:
        if there.subject_id != subject_id:
            raise CaseUnknown(case_id=key)
        return there
    subject = get_subject(subject_id)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=[DataCategory.CASE],
        action=Action.COLLECT,
        task=str(key),
        now=now,
    )
    clock = deadlines(legal_day(received), extra_work_free=settings.EXTRA_WORK_FREE_DAYS)
    case = Case(
        id=key,
        reference=make_reference(secrets.choice),
        subject_id=subject_id,
        right=right,
        filed_by=filed_by,
        parent=parent,
        state=State.RECEIVED,
        channel=channel,
        language=language,
        answer_way=answer_way,
        arrived_at=arrived_at or actor.organisation,
        scope=kinds,
        controllers=[controller.code for controller in list_controllers()],
        answered_by=subject.home_city_id,
        received_at=received,
        received_on=clock.received,
        registered_at=now,
        due_on=clock.due,
        legal_max_on=clock.legal_max,
        target_on=clock.target,
        assurance=subject.assurance,
    )
    if details:
        seal_values(grant, [case], [{"details": dict(details)}])
    with transaction.atomic(durable=True):
        case.save(force_insert=True)
        record(case, Event.RECEIVED, actor=actor, now=now, reason=channel.value)
        if actor.role is ActorRole.HOLDER:
            note_verified(case, actor=actor, how=SIGNED_IN, now=now, also=also)
            queue_message(case=case, kind="received", now=now)
        elif also is not None:
            also(case)
    report_outcome(grant, done=True, now=now, counts={"cases": 1})
    return case


def ask_identity(*, actor: Actor, case_id: UUID, now: datetime) -> Case:
    """Note that the person was asked to show that they are the holder (GDPR 12(6)); the clock runs
    on.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        advance(case, Event.IDENTITY_ASKED, actor=actor, now=now)
    return case


def verify_identity(
    *, actor: Actor, case_id: UUID, shown: Collection[Proof], now: datetime
) -> Case:
    """Note that the person proved to be the holder, and how; the answering work starts from here
    (C8).

    Control of the card or of the enrolled contact proves it. A document with the same name does
    not, unless the relation itself once rested on a document. Raises IdentityNotProven,
    StepNotPossible, StepNotYours.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if not proves_holder(relation=Assurance(case.assurance), shown=shown):
            raise IdentityNotProven(case_id=case_id, assurance=case.assurance)
        how = ",".join(sorted(proof.value for proof in shown))
        note_verified(case, actor=actor, how=how, now=now)
    return case


def doubt_identity(*, actor: Actor, case_id: UUID, reason: str, now: datetime) -> Case:
    """Take a verification back for a reasonable doubt, with its reason; nothing is disclosed until
    it is settled.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        advance(case, Event.DOUBTED, actor=actor, now=now, reason=reason)
        Fulfilment.objects.filter(case_id=case.pk, done_at=None).update(
            done_at=now, last_error=Event.DOUBTED.value, lease_token="", lease_until=None
        )
    return case


def note_verified(
    case: Case,
    *,
    actor: Actor,
    how: str,
    now: datetime,
    also: Callable[[Case], None] | None = None,
) -> None:
    """Move a case on, and begin what its right asks for, inside the caller's transaction."""
    advance(case, Event.VERIFIED, actor=actor, now=now, reason=how)
    if also is not None:
        also(case)
    begin(case, now=now)


def _clean_scope(scope: Collection[DataCategory]) -> list[str]:
    try:
        return sorted({DataCategory(kind).value for kind in scope})
    except ValueError:
        raise ScopeUnknown(kinds=len(scope)) from None
