"""Telling recipients of a correction, erasure or restriction until each has answered (GDPR 19).

The rows are written with the change itself; a sweep sends them, at least once, under an id that
makes a second arrival harmless. Who has no address for instructions gets a sealed letter.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from dsar.errors import InstructionUnknown, WireRefused
from dsar.letters.kinds import LetterKind
from dsar.models import Case, Instruction
from dsar.operations.history import lock_case, record
from dsar.operations.letters import drop_letter, keep_letter, prepare_letter
from dsar.ports import Notice
from dsar.rules import AnswerWay, Event
from dsar.rules.recipients import Result, Silence, Step, next_step
from dsar.wire import (
    ANSWER,
    INSTRUCTION,
    post_note,
    read_note,
    read_public_key,
    signing_key,
    write_note,
)
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.cards.queries import list_cards
from records.errors import Refusal
from records.identity.models import Processor
from records.identity.queries import list_processors
from records.legal_days import legal_day

BATCH = 100
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)

Escalate = Callable[[str, str, datetime], None]
"""Tells the officers that a recipient is silent: the case's reference, the recipient's code, the
time.
"""


def tell_recipients(case: Case, kind: Notice) -> None:
    """Write one instruction for each processor that acts for the case's controllers, inside the
    caller's transaction.
    """
    joint = set(case.controllers)
    now = case.events.aggregate(last=Max("at"))["last"]
    told = Instruction.objects.filter(case=case, kind=kind)
    number = (told.aggregate(last=Max("number"))["last"] or 0) + 1
    rows = [
        Instruction(
            case=case,
            recipient=one.code,
            kind=kind,
            number=number,
            created_at=now,
            next_attempt_at=now,
        )
        for one in list_processors()
        if joint & {controller.code for controller in one.acts_for.all()}
    ]
    Instruction.objects.bulk_create(rows)


def send_instructions(*, now: datetime) -> int:
    """Send what is due; return how many arrived or were written as letters. Safe to run twice and
    to kill anywhere: an instruction may arrive twice, under the same id, and is never lost.
    """
    due = Instruction.objects.filter(told_at=None, answered_at=None, next_attempt_at__lte=now)
    sent = 0
    for pk in list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH]):
        row = Instruction.claim(pk=pk, now=now, told_at=None, answered_at=None)
        if row is not None:
            sent += _send(row, now)
    return sent


def _send(row: Instruction, now: datetime) -> bool:
    recipient = Processor.objects.filter(code=row.recipient).first()
    try:
        if recipient is not None and recipient.instructions_url:
            _send_note(row, recipient, now)
        else:
            _write_letter(row, recipient, now)
    except Refusal as refusal:
        pause = min(_FIRST_PAUSE * 2 ** (row.attempts - 1), _LONGEST_PAUSE)
        _ours(row).update(
            last_error=refusal.code,
            next_attempt_at=now + pause,
            lease_token="",
            lease_until=None,
        )
        return False
    return True


def _send_note(row: Instruction, recipient: Processor, now: datetime) -> None:
    case = row.case
    grant = open_gate(
        actor=_system(case),
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.CARD, DataCategory.CASE],
        action=Action.DISCLOSE,
        task=str(case.pk),
        now=now,
    )
    content = {
        "instruction": str(row.pk),
        "recipient": row.recipient,
        "kind": row.kind,
        "case": case.reference,
        "controller": case.answered_by,
        "holder_ids": sorted(
            card.holder_id for card in list_cards(subject_id=case.subject_id) if card.holder_id
        ),
        "issued_at": now.isoformat(),
    }
    try:
        _, answer = post_note(
            recipient.instructions_url, write_note(INSTRUCTION, content, signing_key())
        )
    except Refusal:
        report_outcome(grant, done=False, now=now)
        raise
    report_outcome(grant, done=True, now=now)
    with transaction.atomic(durable=True):
        held = lock_case(case.pk)
        _ours(row).update(
            told_at=row.told_at or now, last_error="", lease_token="", lease_until=None
        )
        record(held, Event.RECIPIENTS_TOLD, actor=_system(held), now=now, reason=row.recipient)
    if answer.strip():
        acknowledge(recipient_code=row.recipient, note=answer, now=now)


def _write_letter(row: Instruction, recipient: Processor | None, now: datetime) -> None:
    case = row.case
    prepared = prepare_letter(
        case=case,
        kind=LetterKind.INSTRUCTION,
        actor=_system(case),
        now=now,
        way=AnswerWay.POST,
        addressee=_addressee(row, recipient),
        blocks=[{"kind": "facts", "rows": _facts(row)}],
    )
    try:
        with transaction.atomic(durable=True):
            held = lock_case(case.pk)
            letter = keep_letter(prepared, case=held, actor=_system(held), now=now)
            _ours(row).update(
                told_at=now, letter=letter, last_error="", lease_token="", lease_until=None
            )
            record(held, Event.RECIPIENTS_TOLD, actor=_system(held), now=now, reason=row.recipient)
    except BaseException:
        drop_letter(prepared)
        raise


def _addressee(row: Instruction, recipient: Processor | None) -> list[str]:
    if recipient is None:
        return [row.recipient]
    return [recipient.name, *recipient.address.split(", ")]


def _facts(row: Instruction) -> list[list[str]]:
    cards = ", ".join(
        card.holder_id for card in list_cards(subject_id=row.case.subject_id) if card.holder_id
    )
    return [["Navodilo / instruction", row.kind], ["Kartica / card", cards], ["Id", str(row.pk)]]


def acknowledge(*, recipient_code: str, note: str, now: datetime) -> Instruction:
    """Keep the answer of a recipient, whose signature is checked; the first answer counts.

    Raises WireRefused for a signature or content that does not fit, InstructionUnknown for another
    recipient's instruction.
    """
    recipient = Processor.objects.filter(code=recipient_code).first()
    if recipient is None or not recipient.instructions_key:
        raise WireRefused(reason="sender")
    content = read_note(
        ANSWER,
        note,
        name=recipient.code,
        public_key=read_public_key(recipient.instructions_key),
    )
    try:
        key, result = UUID(str(content["instruction"])), Result(content["result"])
    except (KeyError, ValueError):
        raise WireRefused(reason="content") from None
    found = Instruction.objects.filter(pk=key, recipient=recipient_code).first()
    if found is None:
        raise InstructionUnknown(instruction=key)
    return _keep_answer(found, result, Actor(ActorRole.SYSTEM, recipient_code, recipient_code), now)


def record_answer(
    *, actor: Actor, case_id: UUID, instruction_id: UUID, result: Result, now: datetime
) -> Instruction:
    """Keep an answer that came on paper or by phone. Raises InstructionUnknown."""
    found = Instruction.objects.filter(pk=instruction_id, case_id=case_id).first()
    if found is None:
        raise InstructionUnknown(instruction=instruction_id)
    return _keep_answer(found, result, actor, now)


def _keep_answer(row: Instruction, result: Result, actor: Actor, now: datetime) -> Instruction:
    with transaction.atomic(durable=True):
        case = lock_case(row.case_id)
        kept = Instruction.objects.filter(pk=row.pk, answered_at=None).update(
            answered_at=now, result=result, told_at=row.told_at or now
        )
        if kept:
            record(
                case,
                Event.RECIPIENT_DONE,
                actor=actor,
                now=now,
                reason=f"{row.recipient}:{result.value}",
            )
    row.refresh_from_db()
    return row


def chase_recipients(*, escalate: Escalate, now: datetime) -> int:
    """Remind recipients that are silent, and pass lasting silence on; return how many steps were
    taken. A reminder sends the instruction once more, under the same id.
    """
    today = legal_day(now)
    silent = Instruction.objects.filter(
        told_at__isnull=False, answered_at=None, escalated_at=None
    ).select_related("case")
    steps = 0
    for row in silent.order_by("told_at").iterator(chunk_size=BATCH):
        if row.told_at is None:
            continue
        silence = Silence(legal_day(row.told_at), row.chases, escalated=False)
        step = next_step(silence, today=today)
        if step is not Step.WAIT:
            _take_step(row, step, escalate, now)
            steps += 1
    return steps


def _take_step(row: Instruction, step: Step, escalate: Escalate, now: datetime) -> None:
    chases = step is Step.CHASE
    event = Event.RECIPIENT_CHASED if chases else Event.RECIPIENT_ESCALATED
    with transaction.atomic(durable=True):
        case = lock_case(row.case_id)
        changed = Instruction.objects.filter(pk=row.pk, chases=row.chases, escalated_at=None)
        values = {"chases": row.chases + 1} if chases else {"escalated_at": now}
        if not changed.update(**values):
            return
        record(case, event, actor=_system(case), now=now, reason=row.recipient)
    if not chases:
        escalate(row.case.reference, row.recipient, now)
        return
    recipient = Processor.objects.filter(code=row.recipient).first()
    if recipient is not None and recipient.instructions_url:
        try:
            _send_note(row, recipient, now)
        except Refusal as refusal:
            Instruction.objects.filter(pk=row.pk).update(last_error=refusal.code)


def _ours(row: Instruction) -> QuerySet[Instruction]:
    return Instruction.objects.filter(pk=row.pk)


def _system(case: Case) -> Actor:
    return Actor(ActorRole.SYSTEM, "system:recipients", case.answered_by)
