"""Issuing a card: card, data keys, wallet, chip token, in steps that survive a crash (T4.1.9,
K9).
"""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from records.access.grants import Actor, Grant
from records.access.purposes import CardForm, DataCategory, Purpose, Store
from records.cards import operations as cards
from records.cards.models import Application, Card
from records.cards.queries import get_application, get_card
from records.cards.rules import CardState, valid_until
from records.contracts.errors import AlreadyHandedOver
from records.contracts.models import CardSaga, SagaKind
from records.contracts.operations.gating import opened_for_change
from records.contracts.operations.sagas import claim_saga, run_saga
from records.keys.links import presentation_digest, wallet_pseudonym
from records.keys.operations import create_data_keys
from records.legal_days import legal_day
from records.wallet.operations import open_wallet, register_instrument
from records.wallet.rules import Limits

TOKEN_BYTES = 32
ISSUE_CATEGORIES = (DataCategory.APPLICATION, DataCategory.CARD, DataCategory.WALLET)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCard:
    """A new card and the token for its chip. The token stands in no store and is handed out here,
    once.
    """

    card_id: UUID
    holder_id: str
    valid_until: date
    presentation_token: bytes = field(repr=False)


def issue_card(
    *,
    actor: Actor,
    application_id: UUID,
    now: datetime,
    until: date | None = None,
    validity_reason: str = "",
) -> IssuedCard:
    """Issue the card of an accepted application and open its wallet under a pseudonym (T4.1.9,
    T4.6.1).

    Where an earlier call was cut off, this one goes on from there. Called again while the card lies
    at the desk, it writes the chip anew: the token before is dead. Raises ApplicationIncomplete,
    ApplicationStateRefused, AlreadyHandedOver, Busy, ValidityReasonMissing.
    """
    application = get_application(application_id)
    with opened_for_change(
        actor=actor,
        purpose=Purpose.CARD_ADMINISTRATION,
        subject_id=application.subject_id,
        categories=ISSUE_CATEGORIES,
        task=f"application:{application_id}",
        now=now,
    ) as grant:
        saga = claim_saga(_begin(grant, application, now), now=now)
        writing = _Writing(until=until, validity_reason=validity_reason)
        # The token was in the memory of the process that died: from its step on, everything is done
        # again.
        saga.step = min(saga.step, WRITE_CHIP)
        run_saga(grant, saga, (open_keys, open_purse, writing.write_chip, writing.issue), now=now)
    card = get_card(saga.card_id)
    if card.valid_until is None:
        raise AssertionError("an issued card has its validity")
    return IssuedCard(
        card_id=card.pk,
        holder_id=card.holder_id,
        valid_until=card.valid_until,
        presentation_token=writing.token,
    )


WRITE_CHIP = 2
"""The number of the step that makes the token."""


def _begin(grant: Grant, application: Application, now: datetime) -> CardSaga:
    """Return the list of steps of this application, with its card ordered; made once, in one
    transaction.
    """
    with transaction.atomic(durable=True):
        card = Card.objects.select_for_update().filter(application=application).first()
        if card is not None and card.state not in {CardState.ORDERED, CardState.ISSUED}:
            raise AlreadyHandedOver(card_id=card.pk)
        ordered = cards.order_card(
            grant,
            card_id=card.pk if card else uuid4(),
            application_id=application.pk,
            now=now,
        )
        saga, _ = CardSaga.objects.get_or_create(
            application_id=application.pk,
            defaults={
                "kind": SagaKind.ISSUE,
                "card_id": ordered.pk,
                "subject_id": application.subject_id,
                "started_on": legal_day(now),
            },
        )
    return saga


def open_keys(grant: Grant, saga: CardSaga, now: datetime) -> None:  # noqa: ARG001  # a Step
    """Make the data key of the wallet, under its pseudonym, in the payment store's own right."""
    create_data_keys(grant, store=Store.PAYMENTS, subjects=[_wallet(grant, saga)])


def open_purse(grant: Grant, saga: CardSaga, now: datetime) -> None:
    """Open the wallet. The payment store learns the city and the day, nothing else."""
    city = get_card(saga.card_id).home_city
    open_wallet(wallet=_wallet(grant, saga), city=city, limits=Limits(), now=now)


class _Writing:
    """The two last steps, which share the token in memory."""

    def __init__(self, *, until: date | None, validity_reason: str) -> None:
        self.until = until
        self.validity_reason = validity_reason
        self.token = b""

    def write_chip(self, grant: Grant, saga: CardSaga, now: datetime) -> None:
        """Make a token and let its digest lead to the wallet, unusable until the card is in use
        (T4.1.12b).
        """
        card = get_card(saga.card_id)
        last_day = card.valid_until or self.until or valid_until(legal_day(now))
        self.token = secrets.token_bytes(TOKEN_BYTES)
        register_instrument(
            wallet=_wallet(grant, saga),
            presentation=presentation_digest(self.token),
            form=CardForm(card.form),
            valid_until=last_day + timedelta(days=1),
            alone=True,
        )

    def issue(self, grant: Grant, saga: CardSaga, now: datetime) -> None:
        """Issue the card, unless an earlier run has."""
        with transaction.atomic(durable=True):
            if get_card(saga.card_id).state == CardState.ORDERED:
                cards.issue_card(
                    grant,
                    card_id=saga.card_id,
                    now=now,
                    until=self.until,
                    validity_reason=self.validity_reason,
                )


def _wallet(grant: Grant, saga: CardSaga) -> UUID:
    return wallet_pseudonym(grant, card_id=saga.card_id, subject_id=saga.subject_id)
