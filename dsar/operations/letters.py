"""Making a letter, keeping it with what it says, and its way to the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from dsar.errors import LetterUnknown
from dsar.filestore import StoredFile, remove_files, write_file
from dsar.letters.compose import Block, LetterFacts, letter_data, letter_title
from dsar.letters.kinds import LetterKind
from dsar.models import Case, CaseMessage, Letter
from dsar.operations.authority import require_case_authority
from dsar.operations.collecting import controller_cards
from dsar.operations.delivered import follow_delivery
from dsar.operations.history import lock_case, record
from dsar.operations.messages import queue_message
from dsar.queries import LETTER_TABLE, PackageFile, find_authority, reveal_letter
from dsar.rules import AnswerWay, Event, FiledBy
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, DataCategory, Purpose
from records.documents.rendering import Attachment, render_pdf
from records.documents.seals import SealedPdf, SealSettings
from records.documents.signing import seal_pdf
from records.identity.queries import (
    get_representation,
    reveal_columns,
    reveal_representatives,
)
from records.keys.operations import seal_values
from records.legal_days import legal_day


@dataclass(frozen=True, slots=True)
class PreparedLetter:
    """A letter whose file is written, but which no row names yet."""

    row: Letter
    file: StoredFile = field(repr=False)


def prepare_letter(
    *,
    case: Case,
    kind: LetterKind,
    actor: Actor,
    now: datetime,
    values: Mapping[str, object] | None = None,
    reasons: Sequence[str] = (),
    blocks: Sequence[Block] = (),
    enclosures: Sequence[Attachment] = (),
    addressee: Sequence[str] | None = None,
    way: AnswerWay | None = None,
) -> PreparedLetter:
    """Typeset, seal and write a letter; keep it with `keep_letter` in the transaction of what it
    says.

    Name and address are revealed for it unless `addressee` says to whom it goes instead, and it
    travels as the person wants unless `way` says how. It is
    slow: call it outside any transaction. Raises the gate's refusals, ReasonMissing, and those of
    records.documents.
    """
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.CASE],
        action=Action.DISCLOSE,
        task=str(case.pk),
        now=now,
    )
    sealed = typeset_letter(
        case=case,
        kind=kind,
        addressee=tuple(addressee or _addressee(grant, case, now)),
        now=now,
        values=values,
        reasons=reasons,
        blocks=blocks,
        enclosures=enclosures,
    )
    row = Letter(
        id=uuid4(),
        case=case,
        subject_id=case.subject_id,
        kind=kind,
        language=case.language,
        way=way or case.answer_way,
        made_at=now,
        level=sealed.level,
    )
    file = write_file(table=LETTER_TABLE, row=row.pk, subject=case.subject_id, data=sealed.data)
    row.sha256, row.size, row.file_name = file.sha256, file.size, file.name
    seal_values(grant, [row], [{"content_key": file.key}])
    report_outcome(grant, done=True, now=now, counts={"letters": 1})
    return PreparedLetter(row, file)


def typeset_letter(
    *,
    case: Case,
    kind: LetterKind,
    addressee: Sequence[str],
    now: datetime,
    values: Mapping[str, object] | None = None,
    reasons: Sequence[str] = (),
    blocks: Sequence[Block] = (),
    enclosures: Sequence[Attachment] = (),
) -> SealedPdf:
    """Return a letter typeset and sealed; nothing is opened and nothing is kept by it."""
    seal = SealSettings.configured()
    facts = LetterFacts(
        kind=kind,
        language=case.language,
        reference=case.reference,
        right=case.right,
        received_on=case.received_on,
        due_on=case.due_on,
        legal_max_on=case.legal_max_on,
        written_on=legal_day(now),
        answered_by=case.answered_by,
        addressee=tuple(addressee),
        level=seal.level,
        demo_seal=seal.provider == "demo",
    )
    title = letter_title(facts)
    pdf = render_pdf(
        template="letter",
        data=letter_data(
            facts,
            controllers=controller_cards(),
            values=values or {},
            reasons=reasons,
            blocks=blocks,
        ),
        attachments=enclosures,
        language=case.language,
        title=title,
        created_at=now,
    )
    return seal_pdf(pdf, reason=title, now=now, seal=seal)


def keep_letter(prepared: PreparedLetter, *, case: Case, actor: Actor, now: datetime) -> Letter:
    """Save a prepared letter inside the caller's transaction, which holds the case; queue the
    message that tells the person of it.
    """
    letter = prepared.row
    letter.save(force_insert=True)
    record(case, Event.LETTER_MADE, actor=actor, now=now, reason=letter.kind, sha256=letter.sha256)
    if letter.way == AnswerWay.PORTAL:
        queue_message(case=case, kind="letter", letter=letter, now=now)
    return letter


def drop_letter(prepared: PreparedLetter) -> None:
    """Remove the file of a prepared letter that is not kept after all."""
    remove_files([prepared.file.name])


def make_letter(
    *,
    case: Case,
    kind: LetterKind,
    actor: Actor,
    now: datetime,
    values: Mapping[str, object] | None = None,
    reasons: Sequence[str] = (),
    blocks: Sequence[Block] = (),
    enclosures: Sequence[Attachment] = (),
) -> Letter:
    """Make a letter that changes nothing but itself: acknowledgement, question, receipt. Raises as
    prepare_letter.
    """
    prepared = prepare_letter(
        case=case,
        kind=kind,
        actor=actor,
        now=now,
        values=values,
        reasons=reasons,
        blocks=blocks,
        enclosures=enclosures,
    )
    try:
        with transaction.atomic(durable=True):
            return keep_letter(prepared, case=lock_case(case.pk), actor=actor, now=now)
    except BaseException:
        drop_letter(prepared)
        raise


def open_letter(*, actor: Actor, subject_id: UUID, letter_id: UUID, now: datetime) -> PackageFile:
    """Return a letter to the person whose it is; whoever opened it has it (GDPR 12(3)).

    Raises LetterUnknown, also for another's; PackageDamaged.
    """
    letter = _get_letter_of(subject_id, letter_id)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=[DataCategory.CASE],
        action=Action.DISCLOSE,
        task=str(letter_id),
        now=now,
    )
    file = reveal_letter(grant, letter_id)
    with transaction.atomic(durable=True):
        case = lock_case(letter.case_id)
        record(
            case, Event.LETTER_OPENED, actor=actor, now=now, reason=letter.kind, sha256=file.sha256
        )
        mark_delivered(letter, case=case, actor=actor, now=now)
    report_outcome(grant, done=True, now=now, counts={"letters": 1})
    return file


def print_letter(*, actor: Actor, letter_id: UUID, now: datetime) -> PackageFile:
    """Return a letter to staff who print, post or hand it over; logged like any look (GDPR 29).

    Not the receipt of an erasure that the person reads on the portal: the code in it is theirs
    alone. Raises LetterUnknown, and AuthorityMissing where it would go to somebody who may no
    longer have it.
    """
    letter = Letter.objects.select_related("case").filter(pk=letter_id).first()
    own = letter is not None and (letter.kind, letter.way) == (
        LetterKind.ERASURE_RECEIPT,
        AnswerWay.PORTAL,
    )
    if letter is None or own:
        raise LetterUnknown(letter_id=letter_id)
    if letter.kind != LetterKind.INSTRUCTION:
        require_case_authority(letter.case, now=now)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[letter.subject_id],
        categories=[DataCategory.CASE],
        action=Action.CONSULT,
        task=str(letter.case_id),
        now=now,
    )
    return reveal_letter(grant, letter_id)


def record_handed_over(*, actor: Actor, letter_id: UUID, now: datetime) -> Letter:
    """Note that a letter on paper was handed over at the counter, or has reached the person by
    post.
    """
    with transaction.atomic(durable=True):
        letter = Letter.objects.filter(pk=letter_id).first()
        if letter is None:
            raise LetterUnknown(letter_id=letter_id)
        mark_delivered(letter, case=lock_case(letter.case_id), actor=actor, now=now)
    return letter


def mark_delivered(letter: Letter, *, case: Case, actor: Actor, now: datetime) -> None:
    """Note once that a letter was delivered, inside the caller's transaction that holds the
    case.
    """
    changed = Letter.objects.filter(pk=letter.pk, delivered_at=None).update(
        delivered_at=max(now, letter.made_at), failed_at=None
    )
    if changed:
        letter.refresh_from_db(fields=["delivered_at", "failed_at"])
        record(
            case,
            Event.LETTER_DELIVERED,
            actor=actor,
            now=now,
            reason=letter.kind,
            sha256=letter.sha256,
        )
        CaseMessage.objects.filter(letter=letter, sent_at=None).update(given_up_at=now)
        follow_delivery(letter, case=case, actor=actor, now=now)


def _get_letter_of(subject_id: UUID, letter_id: UUID) -> Letter:
    found = Letter.objects.filter(pk=letter_id, subject_id=subject_id).first()
    if found is None or found.kind == LetterKind.INSTRUCTION:
        raise LetterUnknown(letter_id=letter_id)
    return found


def _addressee(grant: Grant, case: Case, now: datetime) -> list[str]:
    """Return whom the letter goes to: the person, or whoever showed authority to act for them."""
    standing = find_authority(case.pk)
    if case.filed_by != FiledBy.SELF and standing is not None:
        require_case_authority(case, now=now)
        row = get_representation(
            representation_id=standing.representation_id, subject_id=case.subject_id
        )
        (one,) = reveal_representatives(grant, [row])
        return [one.full_name, *_lines(one.residence)]
    ((given, family, residence),) = reveal_columns(
        grant, [case.subject_id], columns=["given_name", "family_name", "residence"]
    )
    name = " ".join(str(part) for part in (given, family) if part)
    return [name, *_lines(str(residence or ""))]


def _lines(residence: str) -> list[str]:
    return [line.strip() for line in residence.split(",") if line.strip()]
