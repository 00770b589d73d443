"""A holder's requests: filing, following, the package (H1-H3, H10-H14)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dsar.errors import PackageEnded
from dsar.models import Case, Fulfilment, Instruction, Letter, Package
from dsar.operations import (
    disable_package,
    download_package,
    file_request,
    may_be_reviewed,
    renew_package,
)
from dsar.queries import (
    CaseStanding,
    PackageFile,
    find_open_fulfilment,
    get_case_of,
    is_available,
    list_cases_of,
    list_events,
    list_instructions,
    list_letters_to_person,
    list_packages,
    standing,
    standings,
)
from dsar.rules import Right
from dsar.rules.states import OPEN
from portal.people import Holder
from portal.usecases import transmitting
from portal.usecases.case_panels import Panel, holder_panel
from portal.usecases.transmitting import Handed
from portal.writing import case_word
from records.access.purposes import DataCategory

MAKES_PACKAGE = frozenset({Right.ACCESS.value, Right.PORTABILITY.value})


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A request in a list."""

    id: UUID
    reference: str
    state_name: str
    is_open: bool
    due: object
    received: object
    standing: CaseStanding


@dataclass(frozen=True, slots=True)
class CasePage:
    """One request with its clock, history and package."""

    case: Case
    line: CaseLine
    events: tuple[object, ...]
    package: Package | None
    """The newest package that can be downloaded now."""
    job: Fulfilment | None
    may_renew: bool
    letters: tuple[Letter, ...]
    panel: Panel | None
    told: tuple[Instruction, ...]
    may_review: bool = False
    handed: tuple[Handed, ...] = ()
    may_transmit: bool = False


def list_own(*, holder: Holder, now: datetime) -> list[CaseLine]:
    """Return the holder's requests, newest first."""
    cases = list_cases_of(holder.subject_id)
    how = standings(cases, now=now)
    return [_line(case, how[case.pk]) for case in cases]


def file_own(
    *,
    holder: Holder,
    right: Right,
    language: str,
    case_id: UUID,
    now: datetime,
    scope: Collection[DataCategory] = (),
    details: Mapping[str, object] | None = None,
) -> Case:
    """File a request of the holder's own; the same `case_id` sent twice gives the same request."""
    return file_request(
        actor=holder.actor,
        subject_id=holder.subject_id,
        right=right,
        scope=scope,
        details=details,
        language=language,
        case_id=case_id,
        now=now,
    )


def read_case(*, holder: Holder, case_id: UUID, now: datetime) -> CasePage:
    """Return one of the holder's requests; raise CaseUnknown for any other."""
    case = get_case_of(subject_id=holder.subject_id, case_id=case_id)
    packages = [package for package in list_packages(case_id) if is_available(package, now=now)]
    job = find_open_fulfilment(case_id)
    return CasePage(
        case=case,
        line=_line(case, standing(case, now=now)),
        events=tuple(list_events(case_id)),
        package=packages[0] if packages else None,
        job=job,
        may_renew=not packages
        and job is None
        and case.right in MAKES_PACKAGE
        and case.state in ("delivered", "closed"),
        letters=tuple(list_letters_to_person(case_id)),
        told=tuple(list_instructions(case_id)),
        panel=holder_panel(case=case, holder=holder, now=now),
        may_review=may_be_reviewed(case),
        handed=transmitting.list_handed(case_id),
        may_transmit=transmitting.may_transmit(case, packages[0] if packages else None),
    )


def reveal_package_file(
    *, holder: Holder, case_id: UUID, device: str, now: datetime, files_only: bool = False
) -> PackageFile:
    """Return the package of a request, or only its files for computers as one zip; the door has
    asked for a fresh code. Raises PackageUnknown, PackageEnded.
    """
    page = read_case(holder=holder, case_id=case_id, now=now)
    if page.package is None:
        raise PackageEnded(case_id=case_id)
    return download_package(
        actor=holder.actor,
        subject_id=holder.subject_id,
        package_id=page.package.pk,
        device=device,
        files_only=files_only,
        now=now,
    )


def disable(*, holder: Holder, case_id: UUID, now: datetime) -> None:
    """End the package of a request before its time (H12)."""
    page = read_case(holder=holder, case_id=case_id, now=now)
    if page.package is not None:
        disable_package(
            actor=holder.actor, subject_id=holder.subject_id, package_id=page.package.pk, now=now
        )


def renew(*, holder: Holder, case_id: UUID, now: datetime) -> UUID:
    """Ask for a fresh package without a new request (H12); return the job's id."""
    job = renew_package(actor=holder.actor, subject_id=holder.subject_id, case_id=case_id, now=now)
    return job.pk


def _line(case: Case, how: CaseStanding) -> CaseLine:
    return CaseLine(
        id=case.pk,
        reference=case.reference,
        state_name=case_word(case.state),
        is_open=case.state in [state.value for state in OPEN],
        due=how.due_on,
        received=case.received_on,
        standing=how,
    )
