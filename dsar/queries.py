"""Reading cases, their history, their packages."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from dsar.errors import (
    CaseUnknown,
    FieldLocked,
    LetterUnknown,
    ObjectionStands,
    PackageEnded,
    PackageUnknown,
    RequestPending,
)
from dsar.filestore import open_chunks, open_file, stray_files
from dsar.letters.kinds import LetterKind
from dsar.models import (
    Case,
    CaseAuthority,
    CaseEvent,
    CaseRestriction,
    CorrectionItem,
    Fulfilment,
    Instruction,
    Letter,
    Objection,
    Package,
    Transmission,
    Upload,
)
from dsar.package.portable import tables_for
from dsar.package.schema import package_schema
from dsar.rules import (
    CaseClock,
    Deadlines,
    Event,
    Extension,
    Fact,
    Outcome,
    Right,
    case_clock,
    read_reference,
)
from dsar.rules.case_clock import CLOCK_EVENTS
from dsar.rules.corrections import Declared, ObjectionWay, objection_way
from dsar.rules.states import OPEN, PROVEN
from records.access.errors import AccessRefused
from records.access.grants import Grant
from records.access.inventory import Table
from records.access.purposes import Action, DataCategory, Purpose, Store
from records.access.registry import sources
from records.keys.queries import reveal_values
from records.legal_days import add_months, legal_day
from retention.rules import get_rule

PACKAGE_TABLE, LETTER_TABLE = "dsar_package", "dsar_letter"
"""What binds a file to the table of its row."""


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What a person or a controller is told about the clock of a case (H1, D1)."""

    due_on: date
    days_left: int
    """Negative once the day has passed."""
    overdue: bool
    promise_broken: bool
    """An extended case keeps within the law, but not within the policy's 30 days (C3)."""
    clock: CaseClock

    @property
    def was_overdue(self) -> bool:
        """Whether the day was ever missed; an answer does not undo it (threat 32)."""
        return self.clock.overdue_since is not None

    @property
    def extension_failed(self) -> bool:
        """Whether an extension was prepared whose letter did not arrive in time: an alarm."""
        return self.clock.extension is Extension.FAILED


@dataclass(frozen=True, slots=True)
class PackageFile:
    """An opened package or letter; its bytes come in pieces, so that none need fit into memory."""

    name: str
    sha256: str
    size: int
    mime: str
    pieces: Callable[[], Iterator[bytes]] = field(repr=False)

    @property
    def data(self) -> bytes:
        """All bytes at once: for what is known to be small."""
        return b"".join(self.pieces())


def get_case(case_id: UUID) -> Case:
    """Return a case; raise CaseUnknown."""
    found = Case.objects.filter(pk=case_id).first()
    if found is None:
        raise CaseUnknown(case_id=case_id)
    return found


def get_case_of(*, subject_id: UUID, case_id: UUID) -> Case:
    """Return a case of this person; raise CaseUnknown, the same where it is another's (threat
    9).
    """
    found = Case.objects.filter(pk=case_id, subject_id=subject_id).first()
    if found is None:
        raise CaseUnknown(case_id=case_id)
    return found


def find_case_by_reference(text: str) -> Case | None:
    """Return the case of a reference as somebody typed it; raise BadReference."""
    return Case.objects.filter(reference=read_reference(text)).first()


def list_cases_of(subject_id: UUID) -> list[Case]:
    """Return the person's cases, newest first."""
    return list(Case.objects.filter(subject_id=subject_id).order_by("-received_at", "id"))


def list_open_cases(*, controller: str | None = None) -> QuerySet[Case]:
    """Return the cases that wait for an answer, the most urgent first (D1); of one city, if named.

    A request that reached one controller has reached all, so that without a name both see it (D10).
    """
    found = Case.objects.filter(state__in=[state.value for state in OPEN])
    if controller is not None:
        found = found.filter(answered_by=controller)
    return found.order_by("due_on", "received_at", "id")


def list_verified_duplicates(case: Case) -> list[Case]:
    """Return other open cases of the same person that are verified (threat 4).

    An unverified request never counts as a duplicate of anything, and nothing counts as one of it.
    """
    states = [state.value for state in OPEN & PROVEN]
    if case.state not in states:
        return []
    found = Case.objects.filter(subject_id=case.subject_id, right=case.right, state__in=states)
    return list(found.exclude(pk=case.pk).order_by("received_at"))


def standing(case: Case, *, now: datetime) -> CaseStanding:
    """Return how the case stands against its days (H1); for many cases, `standings` asks once."""
    return standings([case], now=now)[case.pk]


def standings(cases: Collection[Case], *, now: datetime) -> dict[UUID, CaseStanding]:
    """Return how each of these cases stands, from its history, in one query."""
    facts: dict[UUID, list[Fact]] = {case.pk: [] for case in cases}
    rows = CaseEvent.objects.filter(
        case_id__in=facts, event__in=[event.value for event in CLOCK_EVENTS]
    )
    for case_id, event, at, reason in rows.values_list("case_id", "event", "at", "reason"):
        facts[case_id].append(Fact(Event(event), at, reason))
    today = legal_day(now)
    return {case.pk: _standing(case, facts[case.pk], today) for case in cases}


def _standing(case: Case, facts: Collection[Fact], today: date) -> CaseStanding:
    clock = case_clock(
        days=days_of(case),
        facts=facts,
        today=today,
        extra_work_free=settings.EXTRA_WORK_FREE_DAYS,
    )
    return CaseStanding(
        due_on=clock.last_day,
        days_left=clock.days_left,
        overdue=clock.overdue,
        promise_broken=clock.promise_broken,
        clock=clock,
    )


def scope_to_answer(case: Case) -> list[str]:
    """Return the kinds of data that the answer holds: those asked for, or those granted where the
    confirmed decision grants a part.
    """
    confirmed = case.decisions.filter(state="confirmed", outcome=Outcome.PARTIAL).first()
    return list(confirmed.granted if confirmed is not None else case.scope)


def days_of(case: Case) -> Deadlines:
    """Return the days that the person was told; the database lets nobody move them."""
    return Deadlines(
        received=case.received_on,
        due=case.due_on,
        legal_max=case.legal_max_on,
        target=case.target_on,
    )


def list_events(case_id: UUID) -> list[CaseEvent]:
    """Return the whole history of a case, in order (H14, D3)."""
    return list(CaseEvent.objects.filter(case_id=case_id).order_by("number"))


def list_new_events(*, after: datetime, limit: int = 500) -> Sequence[CaseEvent]:
    """Return what happened in all cases after an instant, oldest first: for messages to holders
    (H2).
    """
    return list(
        CaseEvent.objects.select_related("case").filter(at__gt=after).order_by("at", "id")[:limit]
    )


def list_packages(case_id: UUID) -> list[Package]:
    """Return the packages of a case, newest first."""
    return list(Package.objects.filter(case_id=case_id).order_by("-created_at"))


def find_open_fulfilment(case_id: UUID) -> Fulfilment | None:
    """Return the job that is making a package now; its `last_error` says what keeps it (D2)."""
    return Fulfilment.objects.filter(case_id=case_id, done_at=None).first()


def list_urgent(*, now: datetime, limit: int) -> list[UUID]:
    """Return the jobs that are due and that nobody is at, by the day of their cases, then by
    receipt.
    """
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = Fulfilment.objects.filter(free, done_at=None, next_attempt_at__lte=now)
    ordered = due.order_by("case__due_on", "case__received_at", "case_id")
    return list(ordered.values_list("pk", flat=True)[:limit])


def is_available(package: Package, *, now: datetime) -> bool:
    """Return whether the package can be downloaded now."""
    return package.ended_at is None and now < package.expires_at


def personal_tables(right: Right = Right.ACCESS) -> dict[str, tuple[str, Table]]:
    """Return every declared table with personal columns, by model, with its source's code, as that
    right gives it.
    """
    return {
        table.model: (source.code, tables_for(right, table))
        for source in sources()
        for table in source.tables
        if table.personal()
    }


def refuse_erasure_while_answering(
    purpose: Purpose, action: Action, subjects: Sequence[UUID], _now: datetime
) -> AccessRefused | None:
    """Return the refusal to erase a person who waits for an answer, None otherwise (E-A8, threat
    13).

    Only verified requests hold: nobody keeps another's data alive with a letter.
    """
    if purpose is not Purpose.RETENTION or action is not Action.ERASE:
        return None
    waiting = Case.objects.filter(
        subject_id__in=subjects, state__in=[state.value for state in OPEN & PROVEN]
    ).count()
    return RequestPending(cases=waiting) if waiting else None


def list_waiting(subject_ids: Collection[UUID], _now: datetime) -> dict[UUID, str]:
    """Return those who wait for an answer, with the reason's code: retention holds them (E-A8)."""
    waiting = Case.objects.filter(
        subject_id__in=subject_ids, state__in=[state.value for state in OPEN & PROVEN]
    )
    return dict.fromkeys(waiting.values_list("subject_id", flat=True), "request_pending")


def list_case_periods(subject_ids: Collection[UUID]) -> dict[UUID, date]:
    """Return until when the latest answered request of each person is kept: five years after it
    was closed (retention rule `case`).

    A request to be erased prolongs nothing: it would keep what it asks to have erased.
    """
    answered = (
        Case.objects.filter(subject_id__in=subject_ids, closed_at__isnull=False)
        .exclude(right=Right.ERASURE)
        .values("subject_id")
        .annotate(last=Max("closed_at"))
    )
    months = get_rule("case").months
    return {row["subject_id"]: add_months(legal_day(row["last"]), months) for row in answered}


def find_declared(code: str) -> Declared:
    """Return a declared column by its code, `app.Model.column`; raise FieldLocked where there is
    none, or where it is none of the person's business.
    """
    model, _, name = code.rpartition(".")
    for source in sources():
        for table in source.tables:
            for column in table.personal() if table.model == model else ():
                if column.name == name and column.category is not DataCategory.STAFF:
                    return Declared(table, column)
    raise FieldLocked(column=code)


def refuse_objected(
    purpose: Purpose, _action: Action, subjects: Sequence[UUID], _now: datetime
) -> AccessRefused | None:
    """Return the refusal of a purpose to which one of the people objects, None otherwise (GDPR 21).

    The gate asks this at every opening: an objection counts at once in every process and job.
    """
    if objection_way(purpose) is ObjectionWay.NOT_GIVEN:
        return None
    standing = Objection.objects.filter(
        subject_id__in=subjects, purpose=purpose.value, ended_at=None
    ).count()
    return ObjectionStands(purpose=purpose.value, people=standing) if standing else None


def objects_to(*, subject_id: UUID, purpose: Purpose) -> bool:
    """Return whether the person's objection to the purpose stands."""
    return Objection.objects.filter(
        subject_id=subject_id, purpose=purpose.value, ended_at=None
    ).exists()


def list_corrections(case_id: UUID) -> list[CorrectionItem]:
    """Return the proposed corrections of a case, sealed, in order."""
    return list(CorrectionItem.objects.filter(case_id=case_id).order_by("proposed_at", "column"))


def list_restrictions_of(subject_id: UUID) -> list[CaseRestriction]:
    """Return the restrictions of a person that stand, oldest first."""
    found = CaseRestriction.objects.filter(
        case__subject_id=subject_id, placed_at__isnull=False, lifted_at=None
    )
    return list(found.select_related("case", "lifting_letter").order_by("placed_at"))


def list_case_restrictions(case_id: UUID) -> list[CaseRestriction]:
    """Return the restrictions of a case, those that were lifted included."""
    found = CaseRestriction.objects.filter(case_id=case_id).order_by("asked_at", "id")
    return list(found.select_related("lifting_letter"))


def published_schema(right: Right = Right.ACCESS) -> dict[str, object]:
    """Return the JSON Schema of packages made today; the portal serves it."""
    return package_schema(personal_tables(right).values(), right)


def reveal_package(grant: Grant, package_id: UUID, *, now: datetime) -> PackageFile:
    """Return the sealed PDF or zip; raise PackageUnknown, PackageEnded, PackageDamaged.

    The Grant must cover the person whose package it is (threat 33). Counting and the history are
    the operation's (`operations.download_package`).
    """
    package = Package.objects.select_related("case").filter(pk=package_id).first()
    if package is None:
        raise PackageUnknown(package_id=package_id)
    grant.require(Store.IDENTITY, package.subject_id, DataCategory.CASE)
    if package.subject_id != package.case.subject_id:
        raise PackageUnknown(package_id=package_id)
    if not is_available(package, now=now):
        raise PackageEnded(package_id=package_id)
    ((key,),) = reveal_values(grant, [package], ["content_key"])
    pieces = partial(
        open_chunks,
        table=PACKAGE_TABLE,
        row=package.id,
        subject=package.subject_id,
        name=package.file_name,
        key=str(key),
        sha256=package.sha256,
    )
    for _ in pieces():
        pass  # It is read to the end first: nothing of a damaged package leaves.
    kind = "zip" if package.volumes > 1 else "pdf"
    name = f"{package.case.reference}.{kind}"
    return PackageFile(name, package.sha256, package.size, f"application/{kind}", pieces)


def find_authority(case_id: UUID) -> CaseAuthority | None:
    """Return the authority on which a case was filed for somebody else, None where there is
    none.
    """
    return CaseAuthority.objects.filter(case_id=case_id).first()


def list_letters(case_id: UUID) -> list[Letter]:
    """Return the letters of a case, oldest first, those to recipients included."""
    return list(Letter.objects.filter(case_id=case_id).order_by("made_at", "id"))


def list_letters_to_person(case_id: UUID) -> list[Letter]:
    """Return the letters of a case that are written to the person, oldest first."""
    return [letter for letter in list_letters(case_id) if letter.kind != LetterKind.INSTRUCTION]


def list_instructions(case_id: UUID) -> list[Instruction]:
    """Return who was told of what in a case, and what they answered (GDPR 19)."""
    return list(
        Instruction.objects.filter(case_id=case_id).order_by("created_at", "kind", "recipient")
    )


def list_transmissions(case_id: UUID) -> list[Transmission]:
    """Return to whom the package of a case was to be handed, and what came of it (GDPR 20(2))."""
    return list(Transmission.objects.filter(case_id=case_id).order_by("created_at", "peer"))


def reveal_letter(grant: Grant, letter_id: UUID) -> PackageFile:
    """Return a letter as a sealed PDF; raise LetterUnknown, PackageDamaged.

    The Grant must cover the person whose letter it is (threat 33).
    """
    letter = Letter.objects.select_related("case").filter(pk=letter_id).first()
    if letter is None:
        raise LetterUnknown(letter_id=letter_id)
    grant.require(Store.IDENTITY, letter.subject_id, DataCategory.CASE)
    if letter.subject_id != letter.case.subject_id:
        raise LetterUnknown(letter_id=letter_id)
    ((key,),) = reveal_values(grant, [letter], ["content_key"])
    data = open_file(
        table=LETTER_TABLE,
        row=letter.id,
        subject=letter.subject_id,
        name=letter.file_name,
        key=str(key),
        sha256=letter.sha256,
    )
    name = f"{letter.case.reference}-{letter.kind}.pdf"
    return PackageFile(name, letter.sha256, len(data), "application/pdf", lambda: iter([data]))


def reveal_details(grant: Grant, case: Case) -> dict[str, object]:
    """Return what the person wrote, in the shape of the right; empty where nothing was written."""
    ((details,),) = reveal_values(grant, [case], ["details"])
    return dict(details) if isinstance(details, dict) else {}


def orphaned_files(*, older_than: datetime) -> list[Path]:
    """Return files in the packages folder that no row names and that a killed worker left
    behind.
    """
    known = {
        *Package.objects.filter(ended_at=None).values_list("file_name", flat=True),
        *Letter.objects.values_list("file_name", flat=True),
        *Upload.objects.values_list("file_name", flat=True),
    }
    return stray_files(known=known, older_than=older_than.timestamp())
