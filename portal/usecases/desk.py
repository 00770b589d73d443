"""What a clerk does: find one person for a task, take an application, make the card (T4.1)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from consent.operations import accept_notice
from consent.queries import list_contract_notices
from consent.rules import Channel as ConsentChannel
from portal.errors import LookUpTooWide, OtherCity
from portal.people import Staff
from portal.permissions import require_city
from records.access.gate import open_gate
from records.access.purposes import Action, DataCategory, Purpose
from records.cards.models import Application, Card
from records.cards.queries import (
    DueIssue,
    find_card,
    get_application,
    get_card,
    list_applications,
    list_cards,
    list_due_issues,
    list_forwarded_reports,
    list_open_applications,
    list_uncollected_cards,
)
from records.cards.rules import Channel
from records.contracts import operations as contracts
from records.contracts.operations import ApplicationDetails, ApplicationStanding, IssuedCard
from records.identity.queries import PersonView, find_subjects_by_facts, get_subject, reveal_person
from records.identity.rules import PersonDetails
from records.legal_days import legal_day

PERSON = frozenset(
    {DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.BIRTH_DATE, DataCategory.CONTACT}
)
SHOWN = 100


@dataclass(frozen=True, slots=True)
class WorkList:
    """What waits at a city's desks, with its clocks (C4)."""

    applications: tuple[Application, ...]
    due: dict[UUID, DueIssue]
    uncollected: tuple[Card, ...]
    forwarded: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person opened for a task."""

    person: PersonView
    cards: tuple[Card, ...]
    applications: tuple[Application, ...]


def list_work(*, staff: Staff, now: datetime) -> WorkList:
    """Return what waits for the clerk's city; nothing personal is opened."""
    today = legal_day(now)
    return WorkList(
        applications=tuple(list_open_applications(city=staff.city, limit=SHOWN)),
        due={line.application_id: line for line in list_due_issues(today=today, city=staff.city)},
        uncollected=tuple(list_uncollected_cards(today=today, city=staff.city)),
        forwarded=tuple(list_forwarded_reports(city=staff.city)),
    )


def find_person(
    *,
    staff: Staff,
    task: str,
    holder_id: str,
    family_name: str,
    birth_date: date | None,
    now: datetime,
) -> UUID | None:
    """Return the one person with this card ID, or with this surname and birth date; None for
    nobody.

    The search is logged, a miss as well. Raises OtherCity, LookUpTooWide.
    """
    facts = set() if holder_id else {DataCategory.NAME, DataCategory.BIRTH_DATE}
    grant = open_gate(
        actor=staff.actor,
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[],
        categories=facts | {DataCategory.CARD},
        action=Action.SEARCH,
        task=f"desk:{task}",
        now=now,
    )
    if holder_id:
        card = find_card(holder_id=holder_id)
        if card is None:
            return None
        require_city(profile_id=staff.profile_id, city=card.home_city)
        return card.subject_id
    found = find_subjects_by_facts(grant, family_name=family_name, birth_date=birth_date)
    if not found:
        return None
    if len(found) > 1:
        raise LookUpTooWide
    require_city(profile_id=staff.profile_id, city=get_subject(found[0]).home_city_id)
    return found[0]


def reveal_person_page(*, staff: Staff, subject_id: UUID, task: str, now: datetime) -> PersonPage:
    """Return one person of the clerk's city, opened for the task and logged. Raises OtherCity."""
    require_city(profile_id=staff.profile_id, city=get_subject(subject_id).home_city_id)
    grant = open_gate(
        actor=staff.actor,
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[subject_id],
        categories=PERSON | {DataCategory.CARD, DataCategory.APPLICATION},
        task=f"desk:{task}",
        now=now,
    )
    return PersonPage(
        person=reveal_person(grant, subject_id),
        cards=tuple(list_cards(subject_id=subject_id)),
        applications=tuple(list_applications(subject_id=subject_id)),
    )


def submit(
    *,
    staff: Staff,
    details: ApplicationDetails,
    person: PersonDetails | None,
    subject_id: UUID | None,
    point: str,
    received_on: date,
    channel: Channel,
    language: str,
    now: datetime,
) -> ApplicationStanding:
    """Keep the application and, where the paper is signed, the acceptance of the texts in force
    (T4.1.4, T1.1). Raises OtherCity for somebody known there.
    """
    if subject_id is not None:
        require_city(profile_id=staff.profile_id, city=get_subject(subject_id).home_city_id)
    standing = contracts.submit_application(
        actor=staff.actor,
        details=details,
        person=person,
        subject_id=subject_id,
        point=point,
        received_on=received_on,
        channel=channel,
        now=now,
    )
    if details.terms_reference:
        accept_notice(
            actor=staff.actor,
            subject_id=standing.subject_id,
            notices=list_contract_notices(language=language, day=legal_day(now)),
            channel=ConsentChannel(channel.value),
            now=now,
            application_id=standing.application_id,
        )
    return standing


def name_terms(now: datetime) -> str:
    """Return the reference of the terms in force, as an application names it (T1.1)."""
    terms = list_contract_notices(language="sl", day=legal_day(now))[0]
    return f"{terms.kind}/{terms.version}"


def get_own_application(*, staff: Staff, application_id: UUID) -> Application:
    """Return an application that the clerk's city filed or was chosen in; raise OtherCity."""
    found = get_application(application_id)
    if staff.city not in (found.chosen_city, found.filed_at_city):
        raise OtherCity(city=found.chosen_city)
    return found


def find_card_of(application: Application) -> Card | None:
    """Return the card of an application, None before it was ordered."""
    return Card.objects.filter(application=application).first()


def issue(*, staff: Staff, application_id: UUID, now: datetime) -> IssuedCard:
    """Issue the card of an accepted application of the clerk's city."""
    application = get_own_application(staff=staff, application_id=application_id)
    require_city(profile_id=staff.profile_id, city=application.chosen_city)
    return contracts.issue_card(actor=staff.actor, application_id=application_id, now=now)


def accept(*, staff: Staff, application_id: UUID, city_confirmed: bool, now: datetime) -> None:
    """Accept a complete application."""
    get_own_application(staff=staff, application_id=application_id)
    contracts.accept_application(
        actor=staff.actor, application_id=application_id, city_confirmed=city_confirmed, now=now
    )


def act_on_card(*, staff: Staff, card_id: UUID, action: str, now: datetime) -> Card:
    """Call for pickup, deliver or activate a card of the clerk's city. Raises OtherCity and the
    card's refusals.
    """
    card = get_card(card_id)
    require_city(profile_id=staff.profile_id, city=card.home_city)
    acts = {
        "call": contracts.call_for_pickup,
        "deliver": contracts.deliver_card,
        "activate": contracts.activate_card,
    }
    return acts[action](actor=staff.actor, card_id=card_id, now=now)
