"""What the card tables hold about people, how it is handed over, and how it goes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from records.access.grants import Grant
from records.access.inventory import (
    Column,
    NotPersonal,
    Personal,
    Provenance,
    Receipt,
    Record,
    Rectification,
    Section,
    Table,
    not_personal,
)
from records.access.partial import ErasablePart, Traces
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.access.registry import SubjectContext
from records.cards.models import (
    Application,
    ApplicationEvent,
    Card,
    CardEvent,
    CardReport,
)
from records.keys.cells import hex_of
from records.keys.queries import reveal_values

_APPLICATION = (
    Purpose.CARD_APPLICATION,
    Purpose.CARD_ADMINISTRATION,
    Purpose.OWN_DATA,
    Purpose.RIGHTS_REQUEST,
)
_CARD = (
    Purpose.CARD_ADMINISTRATION,
    Purpose.WALLET_ADMINISTRATION,
    Purpose.SIGN_IN,
    Purpose.OWN_DATA,
    Purpose.RIGHTS_REQUEST,
)


def _about_application(
    name: str, label: str, provenance: Provenance = Provenance.OBSERVED
) -> Personal:
    return Personal(name, DataCategory.APPLICATION, label, _APPLICATION, provenance=provenance)


def _about_card(name: str, label: str, provenance: Provenance = Provenance.OBSERVED) -> Personal:
    return Personal(name, DataCategory.CARD, label, _CARD, provenance=provenance)


def _by() -> Column:
    return Personal(
        "by",
        DataCategory.STAFF,
        "account of whoever did it",
        (Purpose.RIGHTS_REQUEST, Purpose.LOG_REVIEW),
        basis=LegalBasis.LEGAL_OBLIGATION,
        provenance=Provenance.OBSERVED,
        withheld="staff_name",
    )


_GIVEN = Provenance.PROVIDED
_ID = NotPersonal("id", "a random number that stands in no other store")
_WHOSE = NotPersonal("subject_id", "whose row it is")

_APPLICATIONS = Table(
    model="cards.Application",
    store=Store.IDENTITY,
    label="Applications",
    columns=(
        _ID,
        _WHOSE,
        _about_application("form", "form of the card", _GIVEN),
        _about_application("state", "state of the application"),
        _about_application("purpose", "purpose of the application", _GIVEN),
        _about_application("filed_at_city", "city where it was filed"),
        # In the clear: it decides who may ask.
        _about_application("chosen_city", "my city", _GIVEN),
        _about_application("city_confirmed", "whether the choice of another city was confirmed"),
        _about_application("received_on", "day of receipt, on which the contract was concluded"),
        _about_application("completed_on", "day on which it was complete"),
        _about_application("decided_on", "day of acceptance, refusal or withdrawal"),
        _about_application("channel", "how it reached us"),
        _about_application("receiving_point", "registration point that received it"),
        _about_application("delivery_method", "way of delivery", _GIVEN),
        _about_application("delivery_point", "point of collection", _GIVEN),
        _about_application("terms_reference", "version of the terms accepted", _GIVEN),
        _about_application("missing", "names of missing fields"),
        _about_application("refusal_reason", "reason of refusal"),
        Personal(
            "status_claim",
            DataCategory.STATUS,
            "special status claimed, and kind of evidence",
            _APPLICATION,
            rectification=Rectification.REVIEWED,
        ),
    ),
)
_APPLICATION_EVENTS = Table(
    model="cards.ApplicationEvent",
    store=Store.IDENTITY,
    label="What happened to the applications",
    columns=(
        *not_personal(("id",), "a random number that stands in no other store"),
        NotPersonal("application", "whose row it is"),
        NotPersonal("number", "the order of the steps"),
        _about_application("action", "step"),
        _about_application("state", "state afterwards"),
        _about_application("happened_on", "day"),
        _about_application("missing", "names of missing fields"),
        _by(),
    ),
)
_CARDS = Table(
    model="cards.Card",
    store=Store.IDENTITY,
    label="Cards",
    columns=(
        _ID,
        _WHOSE,
        NotPersonal("application", "whose row it is"),
        # In the clear: a card is blocked by it at once.
        _about_card("holder_id", "holder ID"),
        _about_card("form", "form of the card", _GIVEN),
        _about_card("home_city", "my city", _GIVEN),
        _about_card("state", "state of the card"),
        _about_card("ordered_on", "day of the order"),
        _about_card("issued_on", "day of issue"),
        _about_card("valid_until", "last day of validity"),
        _about_card("validity_reason", "reason of another validity than five years"),
        _about_card("pickup_called_on", "day of the call to collect it"),
        _about_card("delivered_on", "day of delivery"),
        _about_card("activated_on", "day of first use"),
        _about_card("blocked_at", "time of the report that blocked it"),
        _about_card("cancelled_on", "day of cancellation"),
        _about_card("expired_on", "day of expiry"),
        _about_card("destroyed_on", "day of destruction"),
        _about_card("notice_sent_on", "day of the notice before a cancellation"),
        _about_card("notice_reference", "reference of that notice"),
    ),
)
_CARD_EVENTS = Table(
    model="cards.CardEvent",
    store=Store.IDENTITY,
    label="What happened to the cards",
    columns=(
        *not_personal(("id",), "a random number that stands in no other store"),
        NotPersonal("card", "whose row it is"),
        NotPersonal("number", "the order of the steps"),
        _about_card("action", "step"),
        _about_card("state", "state afterwards"),
        _about_card("happened_on", "day"),
        _about_card("reason", "reason"),
        _by(),
    ),
)
_REPORTS = Table(
    model="cards.CardReport",
    store=Store.IDENTITY,
    label="Reports of loss, theft, abuse or damage",
    columns=(
        _ID,
        NotPersonal("card", "whose row it is"),
        _about_card("reason", "what was reported", _GIVEN),
        _about_card("channel", "how it reached us"),
        _about_card("reported_at", "time of the report"),
        _about_card("reported_city", "city where it was reported"),
        _about_card("forwarded_to", "city to which the rest was forwarded"),
        _about_card("handled_on", "day on which the rest was settled"),
    ),
)
_USED = Table(
    model="cards.UsedHolderId",
    store=Store.IDENTITY,
    label="Numbers used up",
    whole_because="Keyed digests of numbers that were given out once; no row says to whom or when.",
)


def _plain(table: Table, row: Model, **revealed: object) -> Record:
    """Return the row's personal columns that are handed over."""
    return Record(
        {
            column.name: revealed.get(column.name, getattr(row, column.name, None))
            for column in table.personal()
            if not column.withheld
        }
    )


STATUS_CLAIM = ErasablePart("cards.status_claim", _APPLICATIONS.model, ("status_claim",))


def _claims(subject: UUID) -> QuerySet[Application]:
    return Application.objects.filter(subject_id=subject, status_claim__isnull=False)


class CardsSource:
    """Applications, cards, and what happened to them."""

    code = "cards"
    tables: tuple[Table, ...] = (
        _APPLICATIONS,
        _APPLICATION_EVENTS,
        _CARDS,
        _CARD_EVENTS,
        _REPORTS,
        _USED,
    )
    parts: tuple[ErasablePart, ...] = (STATUS_CLAIM,)

    def count(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Counts protocol's signature
    ) -> Mapping[str, int]:
        """Return how many rows there are about the person."""
        subject = context.subject_id
        grant.require(Store.IDENTITY, subject, DataCategory.CARD)
        events = ApplicationEvent.objects.filter(application__subject_id=subject)
        return {
            _APPLICATIONS.model: Application.objects.filter(subject_id=subject).count(),
            _APPLICATION_EVENTS.model: events.count(),
            _CARDS.model: Card.objects.filter(subject_id=subject).count(),
            _CARD_EVENTS.model: CardEvent.objects.filter(card__subject_id=subject).count(),
            _REPORTS.model: CardReport.objects.filter(card__subject_id=subject).count(),
        }

    def preview(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the ErasesInPart protocol's signature
    ) -> Mapping[str, int]:
        """Return how many applications claim a status: it is optional (T5.1.5b, T7.2)."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.STATUS)
        return {STATUS_CLAIM.code: _claims(context.subject_id).count()}

    def traces(
        self,
        grant: Grant,
        context: SubjectContext,
        parts: Collection[str],
        now: datetime,  # the ErasesInPart protocol's signature
    ) -> Traces:
        """Return the sealed cells; a claim's words are those of a closed list, and stand in every
        page.
        """
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.STATUS)
        if STATUS_CLAIM.code not in parts:
            return Traces()
        return Traces(tuple(hex_of(row.status_claim) for row in _claims(context.subject_id)))

    def erase_columns(
        self,
        grant: Grant,
        context: SubjectContext,
        parts: Collection[str],
        now: datetime,  # the ErasesInPart protocol's signature
    ) -> Mapping[str, int]:
        """Empty the claims of a special status."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.STATUS)
        if STATUS_CLAIM.code not in parts:
            return {}
        return {STATUS_CLAIM.code: _claims(context.subject_id).update(status_claim=None)}

    def collect(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Sequence[Section]:
        """Return the person's applications and cards with their histories."""
        subject = context.subject_id
        grant.require(Store.IDENTITY, subject, DataCategory.APPLICATION)
        grant.require(Store.IDENTITY, subject, DataCategory.CARD)
        applications = list(
            Application.objects.filter(subject_id=subject).order_by("received_on", "pk")
        )
        claims = reveal_values(grant, applications, ["status_claim"])
        events = ApplicationEvent.objects.filter(application__subject_id=subject)
        cards = Card.objects.filter(subject_id=subject).order_by("ordered_on", "pk")
        steps = CardEvent.objects.filter(card__subject_id=subject).order_by("card_id", "number")
        reports = CardReport.objects.filter(card__subject_id=subject).order_by("reported_at")
        return (
            Section(
                _APPLICATIONS,
                tuple(
                    _plain(_APPLICATIONS, row, status_claim=claim)
                    for row, (claim,) in zip(applications, claims, strict=True)
                ),
            ),
            _section(_APPLICATION_EVENTS, list(events.order_by("application_id", "number"))),
            _section(_CARDS, list(cards)),
            _section(_CARD_EVENTS, list(steps)),
            _section(_REPORTS, list(reports)),
        )

    def erase(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Receipt:
        """Delete applications, cards and their histories; used numbers stay used up. Safe to run
        twice.
        """
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CARD)
        return Receipt(source=self.code, deleted=_delete(context.subject_id))


def _section(table: Table, rows: Sequence[Model]) -> Section:
    return Section(table, tuple(_plain(table, row) for row in rows))


def _delete(subject: UUID) -> dict[str, int]:
    """Delete the rows; histories last, for the database lets them go with their card or application
    only.
    """
    with transaction.atomic():
        cards = list(Card.objects.filter(subject_id=subject).values_list("pk", flat=True))
        applications = list(
            Application.objects.filter(subject_id=subject).values_list("pk", flat=True)
        )
        return {
            "cards.CardReport": CardReport.objects.filter(card__in=cards).delete()[0],
            "cards.Card": Card.objects.filter(pk__in=cards).delete()[0],
            "cards.CardEvent": CardEvent.objects.filter(card__in=cards).delete()[0],
            "cards.Application": Application.objects.filter(pk__in=applications).delete()[0],
            "cards.ApplicationEvent": ApplicationEvent.objects.filter(
                application__in=applications
            ).delete()[0],
        }
