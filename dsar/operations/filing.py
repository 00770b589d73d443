"""Filing a request, by any channel, and establishing who asks."""

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from dsar.errors import (
    AuthorityMissing,
    BadReceiptDate,
    CaseUnknown,
    IdentityNotProven,
    ScopeUnknown,
)
from dsar.filestore import remove_files
from dsar.intake_queries import is_requester
from dsar.models import Case, Fulfilment, Package
from dsar.operations.beginning import begin
from dsar.operations.history import advance, lock_case, record
from dsar.operations.messages import queue_message
from dsar.operations.packages import end_packages
from dsar.rules import (
    AnswerWay,
    Channel,
    Deadlines,
    Event,
    FiledBy,
    Right,
    State,
    deadlines,
    make_reference,
)
from dsar.rules.proof import (
    PROTECTIVE,
    Doubt,
    ProofGap,
    find_proof_gap,
    is_fresh,
)
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.identity.queries import (
    contact_changed_on,
    get_subject,
    list_controllers,
    reveal_columns,
)
from records.identity.rules import Assurance, Proof, uses_rights_alone
from records.keys.operations import seal_values
from records.legal_days import legal_day

SIGNED_IN = "sign_in"
"""How identity was proven where the holder is signed in: by the enrolled contact, at sign-in."""
GUARDIAN_NEEDED = "guardian_needed"
"""A child under 15 asks through a guardian, whose authority is shown at a registration point."""


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
    unknown_in: str = "",
    days: Deadlines | None = None,
    also: Callable[[Case], None] | None = None,
) -> Case:
    """File a rights request with its deadlines, and return the case (GDPR 12, PP6, C3, C16).

    A signed-in holder is verified by sign-in, and the right's work begins at once. Staff register
    what came another way; the true `received_at` counts, wherever it first arrived, and identity is
    pending. An empty `scope` means everything; `details` are what the person wrote, in the shape of
    the right, and are sealed. `case_id` makes a repeated submission return the first case. `also`
    writes what else belongs to the case, in its transaction, before the right's work begins. `days`
    stand in place of the law's where somebody else sets them (the supervisor). `unknown_in` is the
    city that answers where `subject_id` is a Requester. Raises BadReceiptDate, ScopeUnknown,
    SubjectUnknown.
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
    answered_by, assurance = _who_answers(subject_id, unknown_in)
    grant, born = _open_for_filing(actor, subject_id, key, now)
    clock = days or deadlines(legal_day(received), extra_work_free=settings.EXTRA_WORK_FREE_DAYS)
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
        answered_by=answered_by,
        received_at=received,
        received_on=clock.received,
        registered_at=now,
        due_on=clock.due,
        legal_max_on=clock.legal_max,
        target_on=clock.target,
        assurance=assurance,
    )
    if details:
        seal_values(grant, [case], [{"details": dict(details)}])
    with transaction.atomic(durable=True):
        case.save(force_insert=True)
        record(case, Event.RECEIVED, actor=actor, now=now, reason=channel.value)
        if actor.role is ActorRole.HOLDER:
            _verify_signed_in(case, born, actor=actor, now=now, also=also)
            queue_message(case=case, kind="received", now=now)
        elif also is not None:
            also(case)
    report_outcome(grant, done=True, now=now, counts={"cases": 1})
    return case


def _who_answers(subject_id: UUID, unknown_in: str) -> tuple[str, int]:
    """Return the city that answers, and how well the identity was established."""
    if unknown_in:
        return unknown_in, Assurance.DECLARED.value
    subject = get_subject(subject_id)
    return subject.home_city_id, subject.assurance


def _open_for_filing(
    actor: Actor, subject_id: UUID, key: UUID, now: datetime
) -> tuple[Grant, object]:
    """Open the gate, and return the date of birth of whoever is signed in: nobody else is verified
    by filing, so that nobody else's age is looked at.
    """
    signed_in = actor.role is ActorRole.HOLDER
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=[DataCategory.CASE, *([DataCategory.BIRTH_DATE] if signed_in else [])],
        action=Action.COLLECT,
        task=str(key),
        now=now,
    )
    if not signed_in:
        return grant, None
    ((born,),) = reveal_columns(grant, [subject_id], columns=["birth_date"])
    return grant, born


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

    Control of the enrolled contact proves it, or the card together with a known fact. A document
    with the same name does not, unless the relation itself once rested on a document. For a case
    that somebody else filed see `show_authority`. Raises IdentityNotProven, AuthorityMissing,
    StepNotPossible, StepNotYours.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if is_requester(case.subject_id):
            # Nothing is known of them that anything shown could match.
            raise IdentityNotProven(case_id=case_id, missing=ProofGap.CONTROL.value)
        if case.filed_by != FiledBy.SELF:
            raise AuthorityMissing(case_id=case_id, filed_by=case.filed_by)
        gap = find_proof_gap(
            right=Right(case.right),
            relation=Assurance(case.assurance),
            shown=shown,
            contact_changed_on=contact_changed_on(case.subject_id),
            today=legal_day(now),
        )
        if gap is not ProofGap.NONE:
            raise IdentityNotProven(case_id=case_id, missing=gap.value)
        how = ",".join(sorted(proof.value for proof in shown))
        note_verified(case, actor=actor, how=how, now=now)
    return case


def doubt_identity(*, actor: Actor, case_id: UUID, doubt: Doubt, now: datetime) -> Case:
    """Take a verification back for a reasonable doubt, with its reason; nothing is disclosed until
    it is settled (GDPR 12(6)).
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        advance(case, Event.DOUBTED, actor=actor, now=now, reason=doubt.value)
        Fulfilment.objects.filter(case_id=case.pk, done_at=None).update(
            done_at=now, last_error=Event.DOUBTED.value, lease_token="", lease_until=None
        )
        files = end_packages(Package.objects.filter(case_id=case.pk), now=now)
    remove_files(files)
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


def _verify_signed_in(
    case: Case,
    born: object,
    *,
    actor: Actor,
    now: datetime,
    also: Callable[[Case], None] | None,
) -> None:
    """Let a signed-in holder's request begin, unless the sign-in itself proves too little: the
    contact is new, or a child under 15 asks without a guardian (C4, threat 3).
    """
    today = legal_day(now)
    reason = ""
    if isinstance(born, date) and not uses_rights_alone(born=born, on=today):
        reason = GUARDIAN_NEEDED
    elif Right(case.right) not in PROTECTIVE and is_fresh(
        contact_changed_on(case.subject_id), today
    ):
        reason = Doubt.FRESH_CONTACT.value
    if reason:
        system = Actor(ActorRole.SYSTEM, "system:identity", case.answered_by)
        advance(case, Event.IDENTITY_ASKED, actor=system, now=now, reason=reason)
        if also is not None:
            also(case)
        return
    note_verified(case, actor=actor, how=SIGNED_IN, now=now, also=also)


def _clean_scope(scope: Collection[DataCategory]) -> list[str]:
    try:
        return sorted({DataCategory(kind).value for kind in scope})
    except ValueError:
        raise ScopeUnknown(kinds=len(scope)) from None
