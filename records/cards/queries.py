"""Reading applications and cards. Nothing here opens a sealed value but `reveal_status_claim`."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from records.access.grants import Grant
from records.cards.errors import ApplicationUnknown, CardUnknown, HolderIdInvalid, ReportUnknown
from records.cards.models import Application, ApplicationEvent, Card, CardEvent, CardReport
from records.cards.rules import (
    ISSUE_DAYS,
    PICKUP_DAYS,
    REPLACEABLE_STATES,
    ApplicationState,
    CardState,
    clean_holder_id,
    is_usable,
    issue_due_date,
)
from records.keys.queries import reveal_values


def get_application(application_id: UUID) -> Application:
    """Return an application; raise ApplicationUnknown."""
    found = Application.objects.filter(pk=application_id).first()
    if found is None:
        raise ApplicationUnknown(application_id=application_id)
    return found


def list_applications(*, subject_id: UUID) -> list[Application]:
    """Return the applications of a data subject, oldest first."""
    return list(Application.objects.filter(subject_id=subject_id).order_by("received_on", "pk"))


def list_application_events(*, application_id: UUID) -> list[ApplicationEvent]:
    """Return what happened to an application, in order (T4.1.8)."""
    return list(ApplicationEvent.objects.filter(application=application_id).order_by("number"))


def list_open_applications(*, city: str, limit: int) -> list[Application]:
    """Return the city's applications that somebody has to do something with, the longest waiting
    first.
    """
    waiting = [ApplicationState.INCOMPLETE, ApplicationState.COMPLETE, ApplicationState.ACCEPTED]
    found = Application.objects.filter(state__in=waiting)
    found = found.filter(Q(chosen_city=city) | Q(filed_at_city=city))
    return list(found.order_by("received_on", "pk")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class DueIssue:
    """A complete application whose card is not issued yet, and the last day for it (T4.1.9a)."""

    application_id: UUID
    city: str
    due: date
    overdue: bool


def list_due_issues(*, today: date, city: str | None = None) -> list[DueIssue]:
    """Return all complete applications without a card, the most urgent first, those past ten days
    flagged (T4.1.9a).
    """
    found = Application.objects.filter(
        state__in=[ApplicationState.COMPLETE, ApplicationState.ACCEPTED]
    ).order_by("completed_on", "pk")
    if city is not None:
        found = found.filter(chosen_city=city)
    return [
        DueIssue(
            application_id=application.pk,
            city=application.chosen_city,
            due=issue_due_date(application.completed_on),
            overdue=application.completed_on < today - timedelta(days=ISSUE_DAYS),
        )
        for application in found
        if application.completed_on is not None
    ]


def reveal_status_claim(grant: Grant, application_id: UUID) -> object | None:
    """Return the special status that was claimed on the application, None where none was; the Grant
    covers STATUS.
    """
    ((claim,),) = reveal_values(grant, [get_application(application_id)], ["status_claim"])
    return claim


# -- Cards


def get_card(card_id: UUID) -> Card:
    """Return a card; raise CardUnknown."""
    found = Card.objects.filter(pk=card_id).first()
    if found is None:
        raise CardUnknown(card_id=card_id)
    return found


def find_card(*, holder_id: str) -> Card | None:
    """Return the card of that number as somebody types it, None where it is nobody's or has a wrong
    check digit.
    """
    try:
        number = clean_holder_id(holder_id)
    except HolderIdInvalid:
        return None
    return Card.objects.filter(holder_id=number).first()


def list_cards(*, subject_id: UUID) -> list[Card]:
    """Return the cards of a data subject, oldest first."""
    return list(Card.objects.filter(subject_id=subject_id).order_by("ordered_on", "pk"))


def list_card_events(*, card_id: UUID) -> list[CardEvent]:
    """Return what happened to a card, in order."""
    return list(CardEvent.objects.filter(card=card_id).order_by("number"))


def has_replaceable_card(*, subject_id: UUID) -> bool:
    """Tell whether the person has an earlier card that is of no more use (T4.1.4c)."""
    states = [state.value for state in REPLACEABLE_STATES]
    return Card.objects.filter(subject_id=subject_id, state__in=states).exists()


def card_usable(*, card_id: UUID, on: date) -> bool:
    """Tell whether the card identifies its holder that day (T4.1.12b, T4.3.4)."""
    card = get_card(card_id)
    return is_usable(state=CardState(card.state), valid_until=card.valid_until, on=on)


def list_expired_cards(*, today: date) -> list[Card]:
    """Return cards whose last day of validity has passed and that do not say so yet."""
    alive = [
        CardState.ISSUED,
        CardState.AWAITING_PICKUP,
        CardState.DELIVERED,
        CardState.ACTIVE,
        CardState.BLOCKED,
    ]
    found = Card.objects.filter(state__in=alive, valid_until__lt=today)
    return list(found.order_by("valid_until", "pk"))


def list_uncollected_cards(*, today: date, city: str | None = None) -> list[Card]:
    """Return cards that wait at a point although the ten days have passed; they are destroyed
    (T4.1.11b).
    """
    found = Card.objects.filter(
        state=CardState.AWAITING_PICKUP,
        pickup_called_on__lt=today - timedelta(days=PICKUP_DAYS),
    )
    return list(
        (found.filter(home_city=city) if city is not None else found).order_by("pickup_called_on")
    )


def get_report(report_id: UUID) -> CardReport:
    """Return a report with its card; raise ReportUnknown."""
    found = CardReport.objects.select_related("card").filter(pk=report_id).first()
    if found is None:
        raise ReportUnknown(report_id=report_id)
    return found


def list_forwarded_reports(*, city: str) -> list[CardReport]:
    """Return the reports that other cities have forwarded to this one and that are not settled yet
    (C11).
    """
    found = CardReport.objects.filter(forwarded_to=city, handled_on=None)
    return list(found.select_related("card").order_by("reported_at"))
