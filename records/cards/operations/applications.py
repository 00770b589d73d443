"""Writing applications: every step checks the table of states and appends an event.

The outermost operation (records.contracts) opens the gate and the transaction; each of these takes
its Grant.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from records.access.grants import Actor, Grant
from records.access.purposes import CardForm, DataCategory, Store
from records.cards.errors import (
    ApplicationIncomplete,
    ApplicationUnknown,
)
from records.cards.models import (
    Application,
    ApplicationEvent,
)
from records.cards.rules import (
    ApplicationAction,
    ApplicationPurpose,
    ApplicationState,
    Channel,
    ClaimedStatus,
    RefusalReason,
    check_city,
    check_received,
    check_status_ground,
    next_application_state,
)
from records.keys.operations import seal_values
from records.legal_days import legal_day


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusClaim:
    """A special status that the applicant claims, and the kind of evidence that was named for it
    (T7.2.2).
    """

    status: ClaimedStatus = field(repr=False)
    evidence: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationDetails:
    """What an application says beside the person (T4.1.4a); empty where the paper says nothing."""

    form: CardForm = CardForm.PHYSICAL
    purpose: ApplicationPurpose | None = ApplicationPurpose.FIRST
    chosen_city: str = ""
    delivery_method: str = ""
    delivery_point: str = ""
    terms_reference: str = ""
    status_claim: StatusClaim | None = field(default=None, repr=False)


def create_application(
    grant: Grant,
    *,
    application_id: UUID,
    subject_id: UUID,
    details: ApplicationDetails,
    missing: tuple[str, ...],
    filed_at_city: str,
    receiving_point: str,
    received_on: date,
    channel: Channel,
    now: datetime,
) -> Application:
    """Keep a received application, incomplete or complete by what is missing (T4.1.2, T4.1.4,
    T4.1.8).

    Raises ReceivedInFuture, StatusWithoutGround. Runs inside the caller's transaction, after the
    person's data key is there.
    """
    grant.require(Store.IDENTITY, subject_id, DataCategory.APPLICATION)
    today = legal_day(now)
    check_received(received_on=received_on, today=today)
    application = Application(
        id=application_id,
        subject_id=subject_id,
        form=details.form.value,
        filed_at_city=filed_at_city,
        receiving_point=receiving_point,
        received_on=received_on,
        channel=channel.value,
    )
    _fill(grant, application, details)
    step_application(
        application,
        ApplicationAction.SUBMIT,
        by=grant.actor,
        today=today,
        missing=missing,
        completed_on=received_on,
    )
    return application


def supplement_application(
    grant: Grant,
    *,
    application_id: UUID,
    details: ApplicationDetails,
    missing: tuple[str, ...],
    now: datetime,
) -> Application:
    """Put what came in later into the application; the ten days of issue run from the day it became
    complete (T4.1.9a).
    """
    application = lock_application(application_id)
    grant.require(Store.IDENTITY, application.subject_id, DataCategory.APPLICATION)
    _fill(grant, application, details)
    application.city_confirmed = False
    today = legal_day(now)
    step_application(
        application,
        ApplicationAction.SUPPLEMENT,
        by=grant.actor,
        today=today,
        missing=missing,
        completed_on=application.completed_on or today,
    )
    return application


def accept_application(
    grant: Grant, *, application_id: UUID, city_confirmed: bool, now: datetime
) -> Application:
    """Accept a complete application (T4.1.8). Raises ApplicationIncomplete, CityMismatchUnconfirmed
    (C5).
    """
    application = lock_application(application_id)
    grant.require(Store.IDENTITY, application.subject_id, DataCategory.APPLICATION)
    if application.state == ApplicationState.INCOMPLETE:
        raise ApplicationIncomplete(missing=tuple(application.missing))
    check_city(
        filed_at=application.filed_at_city,
        chosen=application.chosen_city,
        confirmed=city_confirmed,
    )
    application.city_confirmed = application.filed_at_city != application.chosen_city
    application.decided_on = legal_day(now)
    step_application(application, ApplicationAction.ACCEPT, by=grant.actor, today=legal_day(now))
    return application


def refuse_application(
    grant: Grant, *, application_id: UUID, reason: RefusalReason, now: datetime
) -> Application:
    """Refuse an application with its reason; the contract ends that day (C9)."""
    application = lock_application(application_id)
    grant.require(Store.IDENTITY, application.subject_id, DataCategory.APPLICATION)
    application.refusal_reason = reason.value
    application.decided_on = legal_day(now)
    step_application(application, ApplicationAction.REFUSE, by=grant.actor, today=legal_day(now))
    return application


def withdraw_application(grant: Grant, *, application_id: UUID, now: datetime) -> Application:
    """Withdraw an application at the applicant's word; the contract ends that day (C9)."""
    application = lock_application(application_id)
    grant.require(Store.IDENTITY, application.subject_id, DataCategory.APPLICATION)
    application.decided_on = legal_day(now)
    step_application(application, ApplicationAction.WITHDRAW, by=grant.actor, today=legal_day(now))
    return application


def lock_application(application_id: UUID) -> Application:
    found = Application.objects.select_for_update().filter(pk=application_id).first()
    if found is None:
        raise ApplicationUnknown(application_id=application_id)
    return found


def _fill(grant: Grant, application: Application, details: ApplicationDetails) -> None:
    check_status_ground(details.status_claim.status if details.status_claim else None)
    application.purpose = details.purpose.value if details.purpose else ""
    application.chosen_city = details.chosen_city or application.filed_at_city
    application.delivery_method = details.delivery_method
    application.delivery_point = details.delivery_point
    application.terms_reference = details.terms_reference
    claim = details.status_claim
    if claim is None:
        application.status_claim = None
    else:
        sealed = {"status": claim.status.value, "evidence": claim.evidence.strip()}
        seal_values(grant, [application], [{"status_claim": sealed}])


def step_application(
    application: Application,
    action: ApplicationAction,
    *,
    by: Actor,
    today: date,
    missing: tuple[str, ...] = (),
    completed_on: date | None = None,
) -> None:
    adding = application._state.adding
    before = None if adding else ApplicationState(application.state)
    state = next_application_state(before, action, missing=missing)
    application.state = state.value
    if action in {ApplicationAction.SUBMIT, ApplicationAction.SUPPLEMENT}:
        application.missing = list(missing)
        application.completed_on = completed_on if not missing else None
    with transaction.atomic():
        application.save(force_insert=adding, force_update=not adding)
        ApplicationEvent.objects.create(
            application=application,
            number=1 + ApplicationEvent.objects.filter(application=application).count(),
            action=action.value,
            state=state.value,
            happened_on=today,
            missing=list(missing),
            by=by.id,
        )
