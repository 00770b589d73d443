"""Answering an access request without staff, as a job that may be killed anywhere and run again
(C26).
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from dsar.errors import CaseHasHoles, LeaseLost, StepNotPossible
from dsar.filestore import StoredFile, new_key, remove_files, write_chunks
from dsar.models import Case, Fulfilment, Package
from dsar.operations.authority import require_case_authority
from dsar.operations.collecting import (
    Question,
    asked_categories,
    collect_all,
    context_of,
    list_received,
    make_sealed_package,
    reads_as_child,
)
from dsar.operations.history import advance, lock_case, record
from dsar.operations.messages import queue_message
from dsar.operations.packages import end_packages
from dsar.operations.typesetting import SealedPackage
from dsar.package.manifest import Entry, holes
from dsar.queries import PACKAGE_TABLE
from dsar.rules import AnswerWay, Event, State
from dsar.rules.states import PROVEN
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, Purpose
from records.errors import Refusal
from records.keys.operations import seal_values

LEASE_SECONDS = 600
"""A package of 100,000 ledger lines takes a minute; a dead worker's job waits no longer than
this.
"""
LIFE = timedelta(days=7)
"""H12: a package can be fetched for seven days."""
_FIRST_PAUSE_SECONDS = 15
_LONGEST_PAUSE_SECONDS = 3_600


def fulfil(*, fulfilment_id: UUID, now: datetime) -> Package | None:
    """Make the package of a job, if it is due and nobody else is at it; return it, or None.

    Safe to run twice and to kill anywhere: until the last transaction there is only an encrypted
    file without a key, which the sweep removes. A failure stands in the job with its code, and the
    job is due again after a pause that doubles. One hole, and nothing is delivered.
    """
    job = Fulfilment.claim(
        pk=fulfilment_id,
        now=now,
        lease_seconds=LEASE_SECONDS,
        done_at=None,
        next_attempt_at__lte=now,
    )
    if job is None:
        return None
    actor = None
    try:
        case = _start(job, now)
        actor = system_actor(case)
        return _answer(job, case, actor, now)
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001  # any cause keeps the case open, by name, and is tried again
        _note_failure(job, error, now)
        return None


def system_actor(case: Case) -> Actor:
    """Return the actor of a job: the service itself, on behalf of the controller that answers."""
    return Actor(ActorRole.SYSTEM, "system:fulfilment", case.answered_by)


def _start(job: Fulfilment, now: datetime) -> Case:
    """Check once more that the person is verified, and move a fresh case into work."""
    with transaction.atomic(durable=True):
        case = lock_case(job.case_id)
        if State(case.state) not in PROVEN:
            raise StepNotPossible(state=case.state, step=Event.STARTED.value)
        require_case_authority(case, now=now)
        if case.state == State.VERIFIED:
            advance(case, Event.STARTED, actor=system_actor(case), now=now)
    return case


def _answer(job: Fulfilment, case: Case, actor: Actor, now: datetime) -> Package:
    question = Question.of(case)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=asked_categories(question),
        action=Action.DISCLOSE,
        task=str(case.pk),
        now=now,
    )
    try:
        context = context_of(grant, case.subject_id, question)
        collected = collect_all(grant, context, question, now)
        _keep_manifest(job, collected.manifest)
        if failed := holes(collected.manifest):
            raise CaseHasHoles(case_id=case.pk, tables=len(failed))
        received = list_received(grant, context, question)
        child = reads_as_child(grant, case)
        # A Grant lives for minutes, and a large package takes some: all that needs it comes before
        # the typesetting.
        package, key = _prepare_row(job, case, grant, now)
        sealed = make_sealed_package(case, collected, now, received=received, child=child)
        stored = write_chunks(
            table=PACKAGE_TABLE,
            row=package.pk,
            subject=case.subject_id,
            data=sealed.pieces,
            key=key,
        )
        try:
            _finish(job, package, actor, sealed, stored, now)
        except BaseException:
            remove_files([stored.name])
            raise
    except BaseException:
        report_outcome(grant, done=False, now=now)
        raise
    report_outcome(grant, done=True, now=now, counts={"rows": sealed.rows})
    return package


def _prepare_row(job: Fulfilment, case: Case, grant: Grant, now: datetime) -> tuple[Package, str]:
    """Return the package's row with the file's key sealed in it, not yet saved, and the key."""
    key = new_key()
    package = Package(
        id=uuid4(),
        case=case,
        fulfilment=job,
        subject_id=case.subject_id,
        created_at=now,
        expires_at=now + LIFE,
    )
    seal_values(grant, [package], [{"content_key": key}])
    return package, key


def _finish(
    job: Fulfilment,
    package: Package,
    actor: Actor,
    sealed: SealedPackage,
    stored: StoredFile,
    now: datetime,
) -> None:
    """Commit package, job, states and history together, if the lease is still ours."""
    package.sha256, package.size, package.file_name = stored.sha256, stored.size, stored.name
    package.level, package.rows, package.volumes = sealed.level, sealed.rows, sealed.volumes
    with transaction.atomic(durable=True):
        case = lock_case(package.case_id)
        if State(case.state) not in PROVEN:
            raise StepNotPossible(state=case.state, step=Event.GRANTED.value)
        ours = Fulfilment.objects.filter(pk=job.pk, lease_token=job.lease_token, done_at=None)
        if not ours.update(done_at=now, last_error="", lease_token="", lease_until=None):
            raise LeaseLost(fulfilment_id=job.pk)
        earlier = end_packages(Package.objects.filter(case_id=case.pk), now=now)
        package.save(force_insert=True)
        record(case, Event.PACKAGE_SEALED, actor=actor, now=now, sha256=package.sha256)
        if case.state in {State.IN_WORK, State.EXTENDED}:
            advance(case, Event.GRANTED, actor=actor, now=now)
            if case.answer_way == AnswerWay.PORTAL:
                advance(case, Event.DELIVERED, actor=actor, now=now, sha256=package.sha256)
        # On paper it is delivered when it was handed over (operations.intake.hand_over_package).
        if case.answer_way == AnswerWay.PORTAL:
            queue_message(case=case, kind="package", now=now)
    remove_files(earlier)


def _keep_manifest(job: Fulfilment, manifest: tuple[Entry, ...]) -> None:
    Fulfilment.objects.filter(pk=job.pk, lease_token=job.lease_token).update(
        manifest=[entry.as_dict() for entry in manifest]
    )


def _note_failure(job: Fulfilment, error: Exception, now: datetime) -> None:
    """Write why the job failed and when it is due again; a code, never a message that could quote
    data.
    """
    code = error.code if isinstance(error, Refusal) else type(error).__name__
    pause = min(_FIRST_PAUSE_SECONDS * 2 ** (job.attempts - 1), _LONGEST_PAUSE_SECONDS)
    with transaction.atomic(durable=True):
        ours = Fulfilment.objects.filter(pk=job.pk, lease_token=job.lease_token, done_at=None)
        held = ours.update(
            last_error=code,
            last_error_at=now,
            next_attempt_at=now + timedelta(seconds=pause),
            lease_token="",
            lease_until=None,
        )
        if held:
            case = lock_case(job.case_id)
            record(case, Event.COLLECTION_FAILED, actor=system_actor(case), now=now, reason=code)
