"""From a paper at the counter to an accepted application (T4.1.2-T4.1.8)."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from records.access.grants import Actor, Grant
from records.access.purposes import Action, CardForm, DataCategory, Purpose
from records.cards import operations as cards
from records.cards.errors import NothingToReplace
from records.cards.models import Application, Card
from records.cards.operations import ApplicationDetails
from records.cards.queries import get_application, has_replaceable_card
from records.cards.rules import (
    ApplicationFacts,
    ApplicationPurpose,
    ApplicationState,
    Channel,
    RefusalReason,
    check_age,
    check_received,
    check_status_ground,
    issue_due_date,
    missing_fields,
)
from records.contracts.errors import DeliveryUnknown, FormDiffers, IssueRunning, SubjectGiven
from records.contracts.models import CardSaga
from records.contracts.operations.gating import PERSON, opened_for_change
from records.identity.models import DataSubject, DeliveryMethod
from records.identity.operations import change_details, register_data_subject
from records.identity.queries import (
    get_controller,
    get_registration_point,
    get_subject,
    list_delivery_methods,
    reveal_columns,
)
from records.identity.rules import PersonDetails, clean_details
from records.legal_days import legal_day

_CATEGORIES = (
    *PERSON,
    DataCategory.STATUS,
    DataCategory.APPLICATION,
    DataCategory.CARD,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationStanding:
    """Where an application stands after a step: what is missing, and until when the card is to be
    issued.
    """

    application_id: UUID
    subject_id: UUID
    state: ApplicationState
    missing: tuple[str, ...]
    issue_due: date | None


def submit_application(
    *,
    actor: Actor,
    details: ApplicationDetails,
    person: PersonDetails | None = None,
    subject_id: UUID | None = None,
    point: str,
    received_on: date,
    channel: Channel,
    now: datetime,
    application_id: UUID | None = None,
) -> ApplicationStanding:
    """Keep an application as it arrived: of a new `person`, or of the known `subject_id`
    (T4.1.2-T4.1.8, T4.1.12a).

    Nothing but the fields of T4.1.4 is asked for, and no document (T4.1.4e, T4.1.5a). Where fields
    are missing, the application is kept as incomplete and they are named. `received_on` is the day
    on which it first arrived anywhere. `application_id` is for whoever must know it beforehand, to
    find out after a crash whether it was kept. Raises GuardianRequired (nothing is stored),
    ReceivedInFuture, StatusWithoutGround, the refusals of clean_details, and those of the register
    and of the gate.
    """
    if (person is None) == (subject_id is None):
        raise SubjectGiven(known=subject_id is not None)
    today, city = legal_day(now), get_registration_point(point).city_id
    check_received(received_on=received_on, today=today)
    check_status_ground(details.status_claim.status if details.status_claim else None)
    method = _check_register(details)
    if person is not None:
        person = clean_details(person, today=today)
        check_age(birth_date=person.birth_date, on=received_on)
    subject = subject_id or uuid4()
    application_id = application_id or uuid4()
    with opened_for_change(
        actor=actor,
        purpose=Purpose.CARD_APPLICATION,
        action=Action.COLLECT,
        subject_id=subject,
        categories=_CATEGORIES,
        task=f"application:{application_id}",
        now=now,
    ) as grant:
        if person is None:
            _check_known(grant, subject, details.form, received_on)
        with transaction.atomic(durable=True):
            if person is not None:
                register_data_subject(
                    grant,
                    subject_id=subject,
                    details=person,
                    home_city=details.chosen_city or city,
                    form=details.form,
                    now=now,
                )
            application = cards.create_application(
                grant,
                application_id=application_id,
                subject_id=subject,
                details=details,
                missing=_missing(subject, details, method),
                filed_at_city=city,
                receiving_point=point,
                received_on=received_on,
                channel=channel,
                now=now,
            )
    return _standing(application)


def supplement_application(
    *,
    actor: Actor,
    application_id: UUID,
    details: ApplicationDetails,
    person: Mapping[str, object] | None = None,
    now: datetime,
) -> ApplicationStanding:
    """Put what came in later into an application: `details` as they are now, `person` only the
    columns that change.

    The ten days run from the day on which it became complete (T4.1.8, T4.1.9a). Raises as
    submit_application, and ApplicationStateRefused once it is decided.
    """
    before = get_application(application_id)
    method = _check_register(details)
    with (
        opened_for_change(
            actor=actor,
            purpose=Purpose.CARD_APPLICATION,
            subject_id=before.subject_id,
            categories=_CATEGORIES,
            task=f"application:{application_id}",
            now=now,
        ) as grant,
        transaction.atomic(durable=True),
    ):
        if person:
            change_details(grant, subject_id=before.subject_id, changes=person, now=now)
        _check_known(grant, before.subject_id, details.form, before.received_on)
        application = cards.supplement_application(
            grant,
            application_id=application_id,
            details=details,
            missing=_missing(before.subject_id, details, method),
            now=now,
        )
        _follow_city(application)
    return _standing(application)


def accept_application(
    *, actor: Actor, application_id: UUID, city_confirmed: bool = False, now: datetime
) -> ApplicationStanding:
    """Accept a complete application (T4.1.8).

    Raises ApplicationIncomplete, CityMismatchUnconfirmed (C5), NothingToReplace (T4.1.4c).
    """
    before = get_application(application_id)
    if before.purpose in _REPLACES and not has_replaceable_card(subject_id=before.subject_id):
        raise NothingToReplace(purpose=before.purpose)
    with _deciding(actor, before, now) as grant, transaction.atomic(durable=True):
        application = cards.accept_application(
            grant, application_id=application_id, city_confirmed=city_confirmed, now=now
        )
        _follow_city(application)
    return _standing(application)


def refuse_application(
    *, actor: Actor, application_id: UUID, reason: RefusalReason, now: datetime
) -> ApplicationStanding:
    """Refuse an application with its reason; its contract ends that day (C9). Raises
    IssueRunning.
    """
    before = get_application(application_id)
    _check_no_card(application_id)
    with _deciding(actor, before, now) as grant, transaction.atomic(durable=True):
        application = cards.refuse_application(
            grant, application_id=application_id, reason=reason, now=now
        )
    return _standing(application)


def withdraw_application(
    *, actor: Actor, application_id: UUID, now: datetime
) -> ApplicationStanding:
    """Withdraw an application at the applicant's word; its contract ends that day (C9). Raises
    IssueRunning.
    """
    before = get_application(application_id)
    _check_no_card(application_id)
    with _deciding(actor, before, now) as grant, transaction.atomic(durable=True):
        application = cards.withdraw_application(grant, application_id=application_id, now=now)
    return _standing(application)


_REPLACES = frozenset({ApplicationPurpose.RENEWAL.value, ApplicationPurpose.REPLACEMENT.value})


def _deciding(
    actor: Actor, application: Application, now: datetime
) -> AbstractContextManager[Grant]:
    return opened_for_change(
        actor=actor,
        purpose=Purpose.CARD_APPLICATION,
        subject_id=application.subject_id,
        categories=(DataCategory.APPLICATION,),
        task=f"application:{application.pk}",
        now=now,
    )


def _check_register(details: ApplicationDetails) -> DeliveryMethod | None:
    """Raise for a city, point or way of delivery that the register does not have; return the way of
    delivery.
    """
    if details.chosen_city:
        get_controller(details.chosen_city)
    if details.delivery_point:
        get_registration_point(details.delivery_point)
    if not details.delivery_method:
        return None
    for method in list_delivery_methods():
        if method.code == details.delivery_method:
            return method
    raise DeliveryUnknown(delivery_method=details.delivery_method)


def _check_known(grant: Grant, subject_id: UUID, form: CardForm, received_on: date) -> None:
    if get_subject(subject_id).form != form:
        raise FormDiffers(subject_id=subject_id)
    ((birth_date,),) = reveal_columns(grant, [subject_id], columns=["birth_date"])
    check_age(birth_date=birth_date, on=received_on)  # type: ignore[arg-type]


def _check_no_card(application_id: UUID) -> None:
    if (
        Card.objects.filter(application=application_id).exists()
        or CardSaga.objects.filter(application_id=application_id).exists()
    ):
        raise IssueRunning(application_id=application_id)


def _missing(
    subject_id: UUID, details: ApplicationDetails, method: DeliveryMethod | None
) -> tuple[str, ...]:
    """Return what is missing, judged by whether cells are there: nothing is opened for it
    (T4.1.8).
    """
    row = get_subject(subject_id)
    claim = details.status_claim
    facts = ApplicationFacts(
        given_name=row.given_name is not None,
        family_name=row.family_name is not None,
        residence=row.residence is not None,
        birth_date=row.birth_date is not None,
        phone=row.phone is not None,
        email=row.email is not None,
        my_city=True,
        terms=bool(details.terms_reference),
        delivery_method=method is not None,
        delivery_point=bool(details.delivery_point),
        needs_delivery_point=method is not None and method.needs_point,
        purpose=details.purpose is not None,
        status_claimed=claim is not None,
        status_data=claim is not None and bool(claim.evidence.strip()),
    )
    return missing_fields(facts, form=details.form)


def _follow_city(application: Application) -> None:
    """Let the person's city be the one that the application chooses (T2.3, C5)."""
    DataSubject.objects.filter(pk=application.subject_id).update(home_city=application.chosen_city)


def _standing(application: Application) -> ApplicationStanding:
    waiting = {ApplicationState.COMPLETE, ApplicationState.ACCEPTED}
    state = ApplicationState(application.state)
    return ApplicationStanding(
        application_id=application.pk,
        subject_id=application.subject_id,
        state=state,
        missing=tuple(application.missing),
        issue_due=issue_due_date(application.completed_on)
        if application.completed_on and state in waiting
        else None,
    )
