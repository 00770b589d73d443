"""What a desk does with requests: find whose they are, register them, see them through on paper."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from dsar.errors import CaseUnknown, IdentityNotProven, LetterUnknown
from dsar.intake_queries import (
    UploadView,
    find_intake,
    is_requester,
    list_registered,
    reveal_requester,
    reveal_uploads,
)
from dsar.models import Case, Letter, Package, Upload
from dsar.operations import ask_identity, doubt_identity, verify_identity
from dsar.operations.intake import (
    answer_not_found,
    hand_over_letter,
    hand_over_package,
    order_package_again,
    print_package,
)
from dsar.operations.mail import hand_out_upload
from dsar.operations.status_codes import print_acknowledgement
from dsar.queries import (
    CaseStanding,
    PackageFile,
    find_open_fulfilment,
    get_case,
    is_available,
    list_events,
    list_letters,
    list_packages,
    reveal_details,
    standing,
)
from dsar.rules.proof import Doubt
from dsar.rules.states import PROVEN
from portal.errors import LookUpTooWide
from portal.people import Staff
from portal.permissions import require_city
from portal.usecases.queue import QueueLine
from portal.usecases.sign_in import check_code
from records.access.gate import open_gate
from records.access.purposes import Action, DataCategory, Purpose
from records.cards.queries import find_card
from records.identity.queries import find_subjects_by_facts, get_subject, reveal_columns
from records.identity.rules import Proof

SHOWN = 200
LIVE_CARDS = frozenset({"delivered", "active", "expired"})
"""In the holder’s hands. A blocked card was reported lost or stolen: it proves nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whose request it is. Of another city's person nothing but the city is known (threat 35)."""

    subject_id: UUID = field(repr=False)
    city: str


def find_person(
    *,
    staff: Staff,
    holder_id: str,
    family_name: str,
    birth_date: date | None,
    case_id: UUID,
    now: datetime,
) -> Found | None:
    """Return the one person with this card ID, or with this surname and birth date, of any city;
    None for nobody. The search is logged, a miss as well. Raises LookUpTooWide.
    """
    facts = set() if holder_id else {DataCategory.NAME, DataCategory.BIRTH_DATE}
    grant = open_gate(
        actor=staff.actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[],
        categories=facts | {DataCategory.CARD},
        action=Action.SEARCH,
        task=str(case_id),
        now=now,
    )
    if holder_id:
        card = find_card(holder_id=holder_id)
        found = [card.subject_id] if card else []
    else:
        found = find_subjects_by_facts(grant, family_name=family_name, birth_date=birth_date)
    if not found:
        return None
    if len(found) > 1:
        raise LookUpTooWide
    return Found(found[0], get_subject(found[0]).home_city_id)


def list_requests(*, staff: Staff, now: datetime) -> list[QueueLine]:
    """Return the requests that this city's desks registered or answer, the most urgent first."""
    cases = list_registered(city=staff.city)[:SHOWN]
    return [QueueLine(case, standing(case, now=now)) for case in cases]


@dataclass(frozen=True, slots=True)
class DeskCase:
    """A request at the desk. Another city's shows its number, state and clock only."""

    case: Case
    standing: CaseStanding
    ours: bool
    proven: bool
    unknown: bool
    """Whether it is somebody's who cannot be found."""
    on_paper: bool
    registered_in: str
    events: tuple[object, ...] = ()
    letters: tuple[Letter, ...] = ()
    package: Package | None = None
    making: bool = False
    may_order: bool = False
    """Whether the answer on paper ended and can be made anew."""
    doubts: tuple[Doubt, ...] = tuple(Doubt)


def get_desk_case(*, staff: Staff, case_id: UUID) -> Case:
    """Return a case that this city registered or answers; raise CaseUnknown for any other."""
    case = get_case(case_id)
    intake = find_intake(case_id)
    if case.answered_by != staff.city and (intake is None or intake.city != staff.city):
        raise CaseUnknown(case_id=case_id)
    return case


def get_own_case(*, staff: Staff, case_id: UUID) -> Case:
    """Return a case that this city answers; raise OtherCity for what was only forwarded."""
    case = get_desk_case(staff=staff, case_id=case_id)
    require_city(profile_id=staff.profile_id, city=case.answered_by)
    return case


def read_desk_case(*, staff: Staff, case_id: UUID, now: datetime) -> DeskCase:
    """Return a request as the desk sees it; nothing personal is opened."""
    case = get_desk_case(staff=staff, case_id=case_id)
    intake = find_intake(case_id)
    common = {
        "case": case,
        "standing": standing(case, now=now),
        "proven": case.state in [state.value for state in PROVEN],
        "unknown": is_requester(case.subject_id),
        "on_paper": case.answer_way != "portal",
        "registered_in": intake.city if intake else "",
    }
    if case.answered_by != staff.city:
        return DeskCase(ours=False, **common)
    made = list_packages(case_id)
    packages = [package for package in made if is_available(package, now=now)]
    job = find_open_fulfilment(case_id)
    return DeskCase(
        ours=True,
        events=tuple(list_events(case_id)),
        letters=tuple(list_letters(case_id)),
        package=packages[0] if packages else None,
        making=job is not None,
        may_order=bool(made) and not packages and job is None and case.answer_way != "portal",
        **common,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """What the person wrote, opened for the desk's work and logged."""

    text: str = field(repr=False)
    uploads: tuple[UploadView, ...] = field(repr=False)
    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    facts: str = field(default="", repr=False)


def reveal_written(*, staff: Staff, case_id: UUID, now: datetime) -> Written:
    """Return what was written, and by whom where nobody could be found."""
    case = get_own_case(staff=staff, case_id=case_id)
    grant = open_gate(
        actor=staff.actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.CASE],
        task=str(case_id),
        now=now,
    )
    text = str(reveal_details(grant, case).get("text", ""))
    uploads = reveal_uploads(grant, list(Upload.objects.filter(case=case).order_by("number")))
    if not is_requester(case.subject_id):
        return Written(text, uploads)
    said = reveal_requester(grant, case.subject_id)
    return Written(text, uploads, said.name, said.address, said.facts)


def hand_out_case_upload(
    *, staff: Staff, case_id: UUID, upload_id: UUID, now: datetime
) -> tuple[int, bytes]:
    """Return number and bytes of an attachment of a case; raise CaseUnknown."""
    case = get_own_case(staff=staff, case_id=case_id)
    upload = Upload.objects.filter(pk=upload_id, case=case).first()
    if upload is None:
        raise CaseUnknown(case_id=case_id)
    return upload.number, hand_out_upload(actor=staff.actor, upload=upload, now=now)


# -- Identity


def verify_by_card(
    *, staff: Staff, case_id: UUID, holder_id: str, birth_date: date | None, now: datetime
) -> Case:
    """Note that the person showed the card, whose number must be of one of their cards, and said
    their date of birth: a card alone may have been found (C8). What is kept is compared, not shown.
    """
    case = get_own_case(staff=staff, case_id=case_id)
    card = find_card(holder_id=holder_id)
    if card is None or card.subject_id != case.subject_id or card.state not in LIVE_CARDS:
        raise IdentityNotProven(case_id=case_id)
    shown = [Proof.CARD_PRESENTED]
    if birth_date is not None and _knows(staff, case, birth_date, now):
        shown.append(Proof.KNOWN_FACT)
    return verify_identity(actor=staff.actor, case_id=case_id, shown=shown, now=now)


def _knows(staff: Staff, case: Case, birth_date: date, now: datetime) -> bool:
    grant = open_gate(
        actor=staff.actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.BIRTH_DATE],
        task=str(case.pk),
        now=now,
    )
    ((kept,),) = reveal_columns(grant, [case.subject_id], columns=["birth_date"])
    return kept == birth_date


def verify_by_document(*, staff: Staff, case_id: UUID, now: datetime) -> Case:
    """Note that a document was compared; enough only where the relation once rested on one (C8)."""
    get_own_case(staff=staff, case_id=case_id)
    return verify_identity(
        actor=staff.actor, case_id=case_id, shown=[Proof.DOCUMENT_MATCHES], now=now
    )


def verify_by_code(
    *, staff: Staff, case_id: UUID, challenge_id: UUID, code: str, now: datetime
) -> Case:
    """Note that the person read out the code sent to the enrolled contact. Raises CodeWrong,
    CodeExpired.
    """
    case = get_own_case(staff=staff, case_id=case_id)
    found = check_code(challenge_id=challenge_id, code=code, task="rights", now=now)
    if found != case.subject_id:
        raise IdentityNotProven(case_id=case_id)
    return verify_identity(actor=staff.actor, case_id=case_id, shown=[Proof.CONTACT_CODE], now=now)


def note_identity_asked(*, staff: Staff, case_id: UUID, now: datetime) -> None:
    """Note that the person was asked to show who they are (GDPR 12(6))."""
    get_own_case(staff=staff, case_id=case_id)
    ask_identity(actor=staff.actor, case_id=case_id, now=now)


def note_doubt(*, staff: Staff, case_id: UUID, doubt: Doubt, now: datetime) -> None:
    """Take a verification back for a reasonable doubt; what was made for the person ends (GDPR
    12(6)).
    """
    get_own_case(staff=staff, case_id=case_id)
    doubt_identity(actor=staff.actor, case_id=case_id, doubt=doubt, now=now)


# -- Paper


def print_receipt(*, staff: Staff, case_id: UUID, now: datetime) -> PackageFile:
    """Return the acknowledgement with a fresh status code; of another city's person it names
    nobody.
    """
    case = get_desk_case(staff=staff, case_id=case_id)
    return print_acknowledgement(
        actor=staff.actor, case_id=case_id, bare=case.answered_by != staff.city, now=now
    )


def print_answer(*, staff: Staff, case_id: UUID, now: datetime) -> PackageFile:
    """Return the package to print, where the person asked for paper."""
    get_own_case(staff=staff, case_id=case_id)
    return print_package(actor=staff.actor, case_id=case_id, now=now)


def deliver_answer(*, staff: Staff, case_id: UUID, now: datetime) -> None:
    """Note that the printed answer was handed over or has arrived."""
    get_own_case(staff=staff, case_id=case_id)
    hand_over_package(actor=staff.actor, case_id=case_id, now=now)


def order_answer_again(*, staff: Staff, case_id: UUID, now: datetime) -> None:
    """Have the answer on paper made anew; it can be printed for seven days again."""
    get_own_case(staff=staff, case_id=case_id)
    order_package_again(actor=staff.actor, case_id=case_id, now=now)


def deliver_letter(*, staff: Staff, case_id: UUID, letter_id: UUID, now: datetime) -> None:
    """Note that a letter of this case was handed over or has arrived."""
    get_own_case(staff=staff, case_id=case_id)
    letter = Letter.objects.filter(pk=letter_id, case_id=case_id).first()
    if letter is None:
        raise LetterUnknown(letter_id=letter_id)
    hand_over_letter(actor=staff.actor, letter=letter, now=now)


def answer_nobody(*, staff: Staff, case_id: UUID, now: datetime) -> None:
    """Answer somebody who could not be found; a controller decides (C1)."""
    case = get_own_case(staff=staff, case_id=case_id)
    if not is_requester(case.subject_id):
        raise CaseUnknown(case_id=case_id)
    answer_not_found(actor=staff.actor, case_id=case_id, now=now)
