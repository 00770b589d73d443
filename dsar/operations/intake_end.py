"""The end of what came in: e-mails that are settled, people who could not be found, attachments of
closed cases (GDPR 5(1)(e)).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from dsar.filestore import remove_files
from dsar.intake_queries import list_due_drafts
from dsar.models import Case, MailDraft, Requester, Upload
from records.access import erasure_ledger
from records.access.erasure_ledger import LedgerEntry
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store
from records.access.registry import SubjectContext, sources
from records.keys.erasure import name_keys
from records.keys.operations import destroy_data_keys
from records.legal_days import add_months, legal_day
from retention.operations.positions import record_positions
from retention.rules import get_rule

KEPT_DAYS = get_rule("job").days
BATCH = 50
_ABANDONED = timedelta(days=1)
"""A requester without a case is what a crash between the two left."""
_ACTOR = Actor(ActorRole.SYSTEM, "system:intake", "")


def end_intake(*, now: datetime) -> int:
    """End what is due, in batches; return how much. Safe to run twice and to kill anywhere."""
    ended = _end_uploads(now)
    due = [*list_due_drafts(now=now, days=KEPT_DAYS), *_due_requesters(now)]
    for start in range(0, len(due), BATCH):
        end_subjects(due[start : start + BATCH], now=now)
    return ended + len(due)


def end_subjects(subjects: Sequence[UUID], *, now: datetime) -> None:
    """Erase these people or e-mails, who have a key of their own: the ledger first, then the rows,
    then the keys (threat 14).
    """
    grant = open_gate(
        actor=_ACTOR,
        purpose=Purpose.RETENTION,
        subjects=subjects,
        categories=[DataCategory.CASE],
        action=Action.ERASE,
        task="intake-end",
        now=now,
    )
    names = {
        Store.IDENTITY: list(subjects),
        Store.KEYS: name_keys(grant, store=Store.IDENTITY, subjects=subjects),
    }
    position = erasure_ledger.write(
        grant,
        entries=[LedgerEntry(store, name) for store, some in names.items() for name in some],
        now=now,
    )
    source = next(one for one in sources() if one.code == "dsar")
    for subject in subjects:
        source.erase(grant, SubjectContext(subject), now)
    destroy_data_keys(grant, store=Store.IDENTITY, subjects=subjects)
    record_positions(position=position)
    report_outcome(grant, done=True, now=now, counts={"ended": len(subjects)})


def erase_rows_of(subject_id: UUID) -> tuple[dict[str, int], list[str]]:
    """Delete what stands under this key of its own, inside the caller's transaction; return how
    many rows went from which table, and the files to remove after it.
    """
    uploads = Upload.objects.filter(owner_id=subject_id)
    files = list(uploads.values_list("file_name", flat=True))
    gone = {
        "dsar.Upload": uploads._raw_delete(uploads.db),
        "dsar.MailDraft": MailDraft.objects.filter(pk=subject_id)._raw_delete("default"),
        "dsar.Requester": Requester.objects.filter(pk=subject_id)._raw_delete("default"),
    }
    return {model: int(rows or 0) for model, rows in gone.items()}, files


def _due_requesters(now: datetime) -> list[UUID]:
    """Return those whose last case was closed so long ago that it ends, and those without one."""
    months = get_rule("case").months
    today = legal_day(now)
    rows = Case.objects.filter(subject_id__in=Requester.objects.values("pk"))
    last: dict[UUID, datetime | None] = {}
    for subject_id, closed_at in rows.values_list("subject_id", "closed_at"):
        seen = last.get(subject_id, closed_at)
        last[subject_id] = None if closed_at is None or seen is None else max(seen, closed_at)
    due = [
        subject_id
        for subject_id, closed_at in last.items()
        if closed_at is not None and add_months(legal_day(closed_at), months) < today
    ]
    abandoned = Requester.objects.filter(created_at__lte=now - _ABANDONED)
    return [*due, *abandoned.exclude(pk__in=last).values_list("pk", flat=True)]


def _end_uploads(now: datetime) -> int:
    """Remove the attachments of cases that were closed thirty days ago."""
    due = Upload.objects.filter(case__closed_at__lte=now - timedelta(days=KEPT_DAYS))
    with transaction.atomic(durable=True):
        files = list(due.values_list("file_name", flat=True))
        due.delete()
    remove_files(files)
    return len(files)
