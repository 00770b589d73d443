"""Applications, cards, and what happened to them."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from records.access.purposes import CardForm, DataCategory, Store
from records.cards.rules import (
    ApplicationAction,
    ApplicationPurpose,
    ApplicationState,
    BlockReason,
    CardAction,
    CardState,
    Channel,
    RefusalReason,
)
from records.keys.fields import SealedField


def _choices(members: Iterable[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in members]


class Application(models.Model):
    """A written application for a card (T4.1.2). With its submission the contract is concluded
    (T4.1.12a).

    Name, residence, date of birth and contact stand with the data subject, once. Not sealed: codes
    and days by which the desk works without opening anything.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject_id = models.UUIDField(db_index=True)
    form = models.CharField(max_length=8, choices=_choices(CardForm))
    state = models.CharField(max_length=10, choices=_choices(ApplicationState), db_index=True)
    purpose = models.CharField(max_length=16, choices=_choices(ApplicationPurpose), blank=True)
    filed_at_city = models.SlugField(max_length=40)
    chosen_city = models.SlugField(max_length=40)
    """Moje mesto: governs the funds; the city of filing where the paper names none (C5)."""
    city_confirmed = models.BooleanField(default=False)
    """The clerk asked the holder which city is meant, because the two differ (C5)."""
    received_on = models.DateField()
    """The day on which it first arrived anywhere (T4.1.6, C16); the contract's first day
    (T4.1.12a).
    """
    completed_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    channel = models.CharField(max_length=8, choices=_choices(Channel))
    receiving_point = models.SlugField(max_length=40)
    delivery_method = models.SlugField(max_length=40, blank=True, default="")
    delivery_point = models.SlugField(max_length=40, blank=True, default="")
    terms_reference = models.CharField(max_length=80, blank=True, default="")
    """The version of the terms that was accepted; the acceptance itself stands with the notices."""
    missing = models.JSONField(default=list)
    """The names of the missing fields, never what is in the others (T4.1.8)."""
    refusal_reason = models.CharField(max_length=20, choices=_choices(RefusalReason), blank=True)
    status_claim = SealedField(category=DataCategory.STATUS, kind="json", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ApplicationState.INCOMPLETE.value, completed_on__isnull=True)
                | Q(
                    state__in=[
                        ApplicationState.COMPLETE.value,
                        ApplicationState.ACCEPTED.value,
                        ApplicationState.ISSUED.value,
                    ],
                    completed_on__isnull=False,
                )
                | Q(state__in=[ApplicationState.REFUSED.value, ApplicationState.WITHDRAWN.value]),
                name="cards_application_complete_or_not",
            ),
            models.CheckConstraint(
                condition=Q(completed_on__isnull=True) | Q(completed_on__gte=F("received_on")),
                name="cards_application_received_before_complete",
            ),
        ]


class ApplicationEvent(models.Model):
    """One step of an application; appended, never changed. Its time and clerk to the second stand
    in the log.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.DO_NOTHING, related_name="events", db_index=False
    )
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=16, choices=_choices(ApplicationAction))
    state = models.CharField(max_length=10, choices=_choices(ApplicationState))
    happened_on = models.DateField()
    missing = models.JSONField(default=list)
    by = models.CharField(max_length=80)
    """The Actor's id."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="cards_application_events_in_order"
            ),
        ]


class Card(models.Model):
    """A card of either form (T1.2). It belongs to one data subject for good (T4.3.3), under a
    number of its own.

    The payment store knows nothing of this row, nor this row of the wallet: a keyed pseudonym joins
    them (K9).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    holder_id = models.CharField(max_length=12, unique=True)
    subject_id = models.UUIDField(db_index=True)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="card")
    form = models.CharField(max_length=8, choices=_choices(CardForm))
    home_city = models.SlugField(max_length=40)
    state = models.CharField(max_length=16, choices=_choices(CardState), db_index=True)
    ordered_on = models.DateField()
    issued_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    """The last day of validity; a trigger keeps it from changing (T4.6.2)."""
    validity_reason = models.CharField(max_length=80, blank=True, default="")
    pickup_called_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    activated_on = models.DateField(null=True)
    blocked_at = models.DateTimeField(null=True)
    """The instant of the report: it decides who bears what was spent afterwards (T7.7.9)."""
    cancelled_on = models.DateField(null=True)
    expired_on = models.DateField(null=True)
    destroyed_on = models.DateField(null=True)
    notice_sent_on = models.DateField(null=True)
    notice_reference = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CardState.ORDERED.value)
                | Q(state=CardState.DESTROYED.value)
                | Q(issued_on__isnull=False, valid_until__isnull=False),
                name="cards_card_issued_has_validity",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("issued_on")),
                name="cards_card_valid_after_issue",
            ),
            models.CheckConstraint(
                condition=~Q(state=CardState.ACTIVE.value)
                | Q(delivered_on__isnull=False, activated_on__isnull=False),
                name="cards_card_active_was_delivered",
            ),
            models.CheckConstraint(
                condition=~Q(state=CardState.BLOCKED.value) | Q(blocked_at__isnull=False),
                name="cards_card_blocked_at_a_time",
            ),
        ]


class CardEvent(models.Model):
    """One step in the life of a card; appended, never changed. A day, not an instant: instants pair
    stores.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    card = models.ForeignKey(
        Card, on_delete=models.DO_NOTHING, related_name="events", db_index=False
    )
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=16, choices=_choices(CardAction))
    state = models.CharField(max_length=16, choices=_choices(CardState))
    happened_on = models.DateField()
    reason = models.CharField(max_length=24, blank=True, default="")
    """A code: of a block, a cancellation, a validity."""
    by = models.CharField(max_length=80)
    """The Actor's id."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "number"], name="cards_card_events_in_order"),
        ]


class CardReport(models.Model):
    """A report of loss, theft, abuse or damage, by any channel at any point of any city (T4.4.1,
    T4.4.2a).

    The block takes effect at once and everywhere; where the city is not the holder's, the rest
    (payout, new card) is forwarded to the one that is. It is never rejected (C11).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=8, choices=_choices(BlockReason))
    channel = models.CharField(max_length=8, choices=_choices(Channel))
    reported_at = models.DateTimeField()
    reported_city = models.SlugField(max_length=40)
    forwarded_to = models.SlugField(max_length=40, blank=True, default="")
    handled_on = models.DateField(null=True)
    """The day on which the issuer of the holder's city had settled the rest."""


class UsedHolderId(models.Model):
    """A keyed digest of every holder ID that was ever given out, so that none is given out again
    (T4.1.9b).

    It outlives the card's erasure: it says of a number that it is used up, and nothing about whose
    it was.
    """

    digest = models.UUIDField(primary_key=True)
