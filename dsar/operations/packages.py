"""Fetching, disabling, renewing and ending packages; closing cases (H12, H13, threats 6 and 33)."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from dsar.errors import (
    CaseHasHoles,
    IdentityNotProven,
    PackageEnded,
    PackageUnknown,
    StepNotPossible,
)
from dsar.filestore import remove_files
from dsar.models import Case, Fulfilment, Package
from dsar.operations.history import advance, lock_case, record
from dsar.package.manifest import Status
from dsar.package.zips import zip_of
from dsar.queries import (
    PackageFile,
    get_case_of,
    orphaned_files,
    reveal_package,
)
from dsar.rules import Event, Outcome, State
from dsar.rules.proof import ProofGap, is_fresh
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.documents.signing import read_attachments
from records.identity.queries import contact_changed_on
from records.legal_days import legal_day

BATCH = 200
_ORPHAN_AGE = timedelta(hours=1)


def download_package(
    *,
    actor: Actor,
    subject_id: UUID,
    package_id: UUID,
    device: str,
    now: datetime,
    files_only: bool = False,
) -> PackageFile:
    """Open a package for the person whose it is, log it, count it and note it in the history.

    The door has asked for the session and a fresh second factor; `subject_id` is the signed-in
    person. `device` is a class such as "phone", not a fingerprint. `files_only` gives the files for
    computers as one zip, without the report around them. Raises PackageUnknown (also for
    another's), PackageEnded, PackageDamaged.
    """
    _get_package_of(subject_id, package_id)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=[DataCategory.CASE],
        action=Action.DISCLOSE,
        task=str(package_id),
        now=now,
    )
    file = reveal_package(grant, package_id, now=now)
    handed = machine_zip(file) if files_only else file
    with transaction.atomic(durable=True):
        package = _get_package_of(subject_id, package_id)
        Package.objects.filter(pk=package_id).update(downloads=F("downloads") + 1)
        record(
            lock_case(package.case_id),
            Event.PACKAGE_DOWNLOADED,
            actor=actor,
            now=now,
            reason=device,
            sha256=file.sha256,
        )
    report_outcome(grant, done=True, now=now, counts={"downloads": 1})
    return handed


def machine_zip(file: PackageFile) -> PackageFile:
    """Return what is attached to a sealed PDF as one zip; the same PDF gives the same bytes.

    Volumes are a zip already, with the files for computers in it.
    """
    if file.mime != "application/pdf":
        return file
    data = zip_of(read_attachments(file.data))
    return PackageFile(
        name=file.name.removesuffix(".pdf") + ".zip",
        sha256=sha256(data).hexdigest(),
        size=len(data),
        mime="application/zip",
        pieces=lambda: iter([data]),
    )


def disable_package(*, actor: Actor, subject_id: UUID, package_id: UUID, now: datetime) -> None:
    """End a package before its time, at the person's word; file and key are gone after it (H12)."""
    with transaction.atomic(durable=True):
        package = _get_package_of(subject_id, package_id)
        if package.ended_at is not None:
            raise PackageEnded(package_id=package_id)
        case = lock_case(package.case_id)
        files = end_packages(Package.objects.filter(pk=package_id), now=now)
        record(case, Event.PACKAGE_DISABLED, actor=actor, now=now, sha256=package.sha256)
    remove_files(files)


def renew_package(*, actor: Actor, subject_id: UUID, case_id: UUID, now: datetime) -> Fulfilment:
    """Ask for a fresh package of an answered case: no new request, and the deadline's record stays
    (H12).

    Returns the job; the one that is open already, if there is one. Raises CaseUnknown, and
    IdentityNotProven where the contact changed lately: whoever signs in by it could be somebody
    else (threat 3).
    """
    if is_fresh(contact_changed_on(subject_id), legal_day(now)):
        raise IdentityNotProven(case_id=case_id, missing=ProofGap.OLD_CONTACT.value)
    with transaction.atomic(durable=True):
        case = lock_case(get_case_of(subject_id=subject_id, case_id=case_id).pk)
        if case.state not in {State.DELIVERED, State.CLOSED}:
            raise PackageUnknown(case_id=case_id, state=case.state)
        job = Fulfilment.objects.filter(case=case, done_at=None).first()
        if job is None:
            job = Fulfilment.objects.create(case=case, requested_at=now, next_attempt_at=now)
            record(case, Event.PACKAGE_REQUESTED, actor=actor, now=now)
    return job


def expire_packages(*, now: datetime) -> int:
    """End all packages whose seven days are over, and remove files that nothing names; return how
    many ended.

    Safe to run twice and to kill anywhere: the row goes first, with the key; a file without a key
    is noise.
    """
    ended = 0
    due = Package.objects.filter(ended_at=None, expires_at__lte=now).order_by("expires_at")
    while batch := list(due.values_list("pk", "case_id", "sha256")[:BATCH]):
        for package_id, case_id, digest in batch:
            with transaction.atomic(durable=True):
                case = lock_case(case_id)
                files = end_packages(due.filter(pk=package_id), now=now)
                if files:
                    record(case, Event.PACKAGE_EXPIRED, actor=_system(case), now=now, sha256=digest)
            remove_files(files)
            ended += len(files)
    for path in orphaned_files(older_than=now - _ORPHAN_AGE):
        path.unlink(missing_ok=True)
    return ended


def close_case(*, actor: Actor, case_id: UUID, now: datetime) -> Case:
    """Close an answered case; raise CaseHasHoles where a source never answered (D2)."""
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.state == State.DECIDED and case.outcome != Outcome.WITHDRAWN:
            raise StepNotPossible(state=case.state, step=Event.CLOSED.value)
        jobs = Fulfilment.objects.filter(case=case)
        lines = [line for job in jobs.order_by("requested_at") for line in job.manifest]
        if jobs.filter(done_at=None).exists() or any(
            line["status"] == Status.FAILED for line in lines
        ):
            raise CaseHasHoles(case_id=case_id)
        advance(case, Event.CLOSED, actor=actor, now=now)
    return case


def close_answered_cases(*, now: datetime) -> int:
    """Close the answered cases whose package was fetched, or is over, and those that were
    withdrawn; return how many.
    """
    closed = 0
    ended = Q(state=State.DELIVERED) | Q(state=State.DECIDED, outcome=Outcome.WITHDRAWN)
    working = Fulfilment.objects.filter(done_at=None).values("case_id")
    answered = Case.objects.filter(ended).exclude(pk__in=working)
    waiting = Package.objects.filter(ended_at=None, downloads=0).values("case_id")
    for case in answered.exclude(pk__in=waiting).distinct()[:BATCH]:
        close_case(actor=_system(case), case_id=case.pk, now=now)
        closed += 1
    return closed


def end_packages(packages: QuerySet[Package], *, now: datetime) -> list[str]:
    """End these packages, keys first, inside the caller's transaction; return the files to remove
    after it.
    """
    live = packages.filter(ended_at=None)
    files = list(live.values_list("file_name", flat=True))
    live.update(ended_at=now, content_key=None)
    return files


def _get_package_of(subject_id: UUID, package_id: UUID) -> Package:
    found = Package.objects.filter(pk=package_id, subject_id=subject_id).first()
    if found is None:
        raise PackageUnknown(package_id=package_id)
    return found


def _system(case: Case) -> Actor:
    return Actor(ActorRole.SYSTEM, "system:packages", case.answered_by)
