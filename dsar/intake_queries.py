"""Reading what came in: registered requests, people who are not known, e-mails, status codes."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet

from dsar.errors import DraftUnknown
from dsar.filestore import open_file
from dsar.models import Case, DraftState, Intake, MailDraft, Requester, StatusCode, Upload
from dsar.rules.intake import read_status_code
from records.access.grants import Grant
from records.access.purposes import DataCategory, Store
from records.keyring.queries import get_keyring
from records.keys.queries import reveal_values

UPLOAD_TABLE = "dsar_upload"
_CODE_SECRET, _MAIL_SECRET = "dsar/status-code", "dsar/message-id"  # names of keys


# -- Registered requests


def list_registered(*, city: str) -> QuerySet[Case]:
    """Return the requests that staff of this city registered, or that it answers and that came to
    a desk; the most urgent first. Nothing personal is in it.
    """
    found = Case.objects.filter(intake__isnull=False)
    return (
        found.filter(Q(intake__city=city) | Q(answered_by=city))
        .select_related("intake")
        .order_by("due_on", "received_at", "id")
    )


def find_intake(case_id: UUID) -> Intake | None:
    """Return how a request was registered, None where it came through the portal."""
    return Intake.objects.filter(case_id=case_id).first()


@dataclass(frozen=True, slots=True)
class RequesterView:
    """Somebody who could not be found, as they gave themselves."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    facts: str = field(repr=False)


def is_requester(subject_id: UUID) -> bool:
    """Return whether a case's subject is somebody who could not be found."""
    return Requester.objects.filter(pk=subject_id).exists()


def reveal_requester(grant: Grant, requester_id: UUID) -> RequesterView:
    """Return what somebody who could not be found said of themselves."""
    row = Requester.objects.get(pk=requester_id)
    ((name, address, facts),) = reveal_values(grant, [row], ["name", "address", "facts"])
    return RequesterView(str(name), str(address or ""), str(facts or ""))


def list_own_subjects() -> list[UUID]:
    """Return everybody with a data key of their own who is no data subject of the card: those who
    could not be found, and e-mails.
    """
    return [
        *Requester.objects.values_list("pk", flat=True),
        *MailDraft.objects.values_list("pk", flat=True),
    ]


# -- E-mails


def mail_mac(identity: str) -> bytes:
    """Return the keyed MAC of what makes two copies one message: the Message-ID itself is kept
    nowhere.
    """
    return hmac.digest(get_keyring().secret(_MAIL_SECRET), identity.encode(), "sha256")


def list_drafts(*, city: str) -> list[MailDraft]:
    """Return the e-mails that wait for this city's desks, the oldest first."""
    waiting = MailDraft.objects.filter(state=DraftState.WAITING, city__in=["", city])
    return list(waiting.order_by("received_at", "id")[:200])


def get_draft(*, draft_id: UUID, city: str) -> MailDraft:
    """Return an e-mail of this city's desks; raise DraftUnknown, the same for another city's."""
    found = MailDraft.objects.filter(pk=draft_id, city__in=["", city]).first()
    if found is None:
        raise DraftUnknown(draft_id=draft_id)
    return found


@dataclass(frozen=True, slots=True)
class DraftView:
    """An e-mail in plain: everything in it is the sender's word."""

    sender: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    uploads: tuple["UploadView", ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UploadView:
    """An attachment: what it says it is, and how large it is."""

    id: UUID
    name: str = field(repr=False)
    kind: str
    size: int


def reveal_draft(grant: Grant, draft: MailDraft) -> DraftView:
    """Return what an e-mail says."""
    ((sender, subject, text),) = reveal_values(grant, [draft], ["sender", "subject", "text"])
    uploads = list(Upload.objects.filter(draft=draft).order_by("number"))
    return DraftView(
        str(sender or ""), str(subject or ""), str(text or ""), reveal_uploads(grant, uploads)
    )


def reveal_uploads(grant: Grant, uploads: Sequence[Upload]) -> tuple[UploadView, ...]:
    """Return what these attachments say they are."""
    names = reveal_values(grant, list(uploads), ["name"])
    return tuple(
        UploadView(row.pk, str(name or ""), row.kind, row.size)
        for row, (name,) in zip(uploads, names, strict=True)
    )


def reveal_upload(grant: Grant, upload: Upload) -> bytes:
    """Return the bytes of an attachment; raise PackageDamaged where they are not what came."""
    grant.require(Store.IDENTITY, upload.owner_id, DataCategory.CASE)
    ((key,),) = reveal_values(grant, [upload], ["content_key"])
    return open_file(
        table=UPLOAD_TABLE,
        row=upload.pk,
        subject=upload.owner_id,
        name=upload.file_name,
        key=str(key),
        sha256=upload.sha256,
    )


def list_due_drafts(*, now: datetime, days: int) -> list[UUID]:
    """Return the e-mails that were settled so long ago that they end."""
    due = MailDraft.objects.filter(settled_at__lte=now - timedelta(days=days))
    return list(due.order_by("settled_at").values_list("pk", flat=True))


# -- Following a request without an account


def status_mac(case_id: UUID, code: str) -> bytes:
    """Return the keyed MAC of a status code, bound to its case."""
    message = case_id.bytes + read_status_code(code).encode()
    return hmac.digest(get_keyring().secret(_CODE_SECRET), message, "sha256")


def find_case_by_status_code(*, reference: str, code: str) -> Case | None:
    """Return the case of a reference and its status code; None for either being wrong.

    Both cost the same: one query, one MAC, one comparison in constant time (threat 9). `reference`
    is written as `rules.read_reference` returns it.
    """
    found = StatusCode.objects.select_related("case").filter(case__reference=reference).first()
    expected = bytes(found.code_mac) if found else secrets.token_bytes(32)
    given = status_mac(found.case_id if found else uuid4(), code)
    matches = hmac.compare_digest(given, expected)
    return found.case if found is not None and matches else None
