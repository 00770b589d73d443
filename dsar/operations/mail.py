"""E-mails that may be requests: kept once, sealed, turned into a case or set aside, ended."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from dsar.errors import DraftSettled
from dsar.filestore import StoredFile, remove_files, write_file
from dsar.intake_queries import (
    UPLOAD_TABLE,
    mail_mac,
    reveal_upload,
    reveal_uploads,
)
from dsar.mail.reading import ReadMail
from dsar.models import Case, DraftState, MailDraft, Upload
from dsar.operations.history import lock_case
from dsar.rules.intake import AsideReason
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, DataCategory, Purpose, Store
from records.keys.operations import create_data_keys, seal_values
from records.keys.queries import reveal_values

UPLOADED, FETCHED = "upload", "mailbox"


def keep_mail(
    *,
    actor: Actor,
    mail: ReadMail,
    size: int,
    source: str,
    now: datetime,
    city: str = "",
    arrived_at: datetime | None = None,
    problems: Sequence[str] = (),
) -> MailDraft:
    """Keep an e-mail as a draft under a data key of its own, and return it; the same message a
    second time returns the first draft, whatever became of it.

    `arrived_at` is what our own mail server says; else the newest stamp in the message
    counts.
    """
    key = mail_mac(mail.identity)
    there = MailDraft.objects.filter(message_mac=key).first()
    if there is not None:
        return there
    stamps = [stamp for stamp in (arrived_at or mail.received_at,) if stamp and stamp <= now]
    draft = MailDraft(
        id=uuid4(),
        message_mac=key,
        source=source,
        city=city,
        received_at=stamps[0] if stamps else now,
        written_at=mail.written_at,
        taken_at=now,
        size=size,
        problems=sorted({*mail.problems, *problems}),
    )
    grant = _open(actor, draft.pk, Action.COLLECT, now)
    create_data_keys(grant, store=Store.IDENTITY, subjects=[draft.pk])
    said = {"sender": mail.sender, "subject": mail.subject, "text": mail.text}
    seal_values(grant, [draft], [said])
    uploads: list[Upload] = []
    try:
        uploads = _write_files(grant, draft, mail)
        with transaction.atomic(durable=True):
            draft.save(force_insert=True)
            Upload.objects.bulk_create(uploads)
    except BaseException as error:
        remove_files([upload.file_name for upload in uploads])
        if isinstance(error, IntegrityError):
            # Somebody else kept the same message meanwhile; our key is an orphan that ends here.
            _destroy_key(draft.pk, now)
            return MailDraft.objects.get(message_mac=key)
        raise
    report_outcome(grant, done=True, now=now, counts={"files": len(uploads)})
    return draft


def _write_files(grant: Grant, draft: MailDraft, mail: ReadMail) -> list[Upload]:
    uploads: list[Upload] = []
    for number, file in enumerate(mail.files, start=1):
        row = Upload(id=uuid4(), owner_id=draft.pk, draft=draft, number=number, kind=file.kind[:80])
        stored = write_file(table=UPLOAD_TABLE, row=row.pk, subject=draft.pk, data=file.data)
        _name_file(row, stored)
        seal_values(grant, [row], [{"name": file.name, "content_key": stored.key}])
        uploads.append(row)
    return uploads


def _name_file(row: Upload, stored: StoredFile) -> None:
    row.file_name, row.sha256, row.size = stored.name, stored.sha256, stored.size


def hand_out_upload(*, actor: Actor, upload: Upload, now: datetime) -> bytes:
    """Return the bytes of an attachment to staff who save them; logged like any look."""
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[upload.owner_id],
        categories=[DataCategory.CASE],
        task=str(upload.case_id or upload.draft_id),
        now=now,
    )
    return reveal_upload(grant, upload)


def register_draft(
    *, actor: Actor, draft_id: UUID, register: Callable[[], Case], now: datetime
) -> Case:
    """Turn an e-mail into a case: `register` files it, with the draft's id, and what the e-mail
    holds moves under the person's key (PP6c). Safe to run again after a crash. Raises DraftSettled.
    """
    draft = MailDraft.objects.get(pk=draft_id)
    if draft.state == DraftState.SET_ASIDE:
        raise DraftSettled(draft_id=draft_id)
    case = register()
    _move_files(actor, draft, case, now)
    with transaction.atomic(durable=True):
        lock_case(case.pk)
        MailDraft.objects.filter(pk=draft_id, state=DraftState.WAITING).update(
            state=DraftState.REGISTERED, settled_at=now, sender=None, subject=None, text=None
        )
    return case


def _move_files(actor: Actor, draft: MailDraft, case: Case, now: datetime) -> None:
    """Seal each attachment anew for the person; each is moved whole, or not yet."""
    uploads = list(Upload.objects.filter(draft=draft).order_by("number"))
    if not uploads:
        return
    source = _open(actor, draft.pk, Action.CONSULT, now)
    target = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.CASE],
        action=Action.COLLECT,
        task=str(case.pk),
        now=now,
    )
    for row, view in zip(uploads, reveal_uploads(source, uploads), strict=True):
        data, old = reveal_upload(source, row), row.file_name
        stored = write_file(table=UPLOAD_TABLE, row=row.pk, subject=case.subject_id, data=data)
        row.owner_id, row.case, row.draft = case.subject_id, case, None
        _name_file(row, stored)
        seal_values(target, [row], [{"name": view.name, "content_key": stored.key}])
        row.save()
        remove_files([old])
    report_outcome(target, done=True, now=now, counts={"files": len(uploads)})


def set_aside(*, actor: Actor, draft: MailDraft, reason: AsideReason, now: datetime) -> None:
    """Say that an e-mail is no request, and why; it ends after thirty days. Raises DraftSettled."""
    grant = _open(actor, draft.pk, Action.CHANGE, now)
    changed = MailDraft.objects.filter(pk=draft.pk, state=DraftState.WAITING).update(
        state=DraftState.SET_ASIDE, reason=AsideReason(reason).value, settled_at=now
    )
    report_outcome(grant, done=bool(changed), now=now)
    if not changed:
        raise DraftSettled(draft_id=draft.pk)


def reveal_mail_text(grant: Grant, draft: MailDraft) -> str:
    """Return the text of an e-mail, to go into the request."""
    ((text,),) = reveal_values(grant, [draft], ["text"])
    return str(text or "")


def _open(actor: Actor, draft_id: UUID, action: Action, now: datetime) -> Grant:
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[draft_id],
        categories=[DataCategory.CASE],
        action=action,
        task=str(draft_id),
        now=now,
    )


def _destroy_key(draft_id: UUID, now: datetime) -> None:
    from dsar.operations.intake_end import end_subjects

    end_subjects([draft_id], now=now)
