"""A person under their names in each store, and the facts by which their contracts end."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from records.access.grants import Grant
from records.access.purposes import CardForm, DataCategory, Store
from records.access.registry import SubjectContext
from records.cards.models import Application, Card
from records.cards.queries import list_applications, list_cards
from records.cards.rules import ApplicationState
from records.keys.links import wallet_pseudonym
from records.wallet.queries import OpenItems, list_wallets, open_items


def subject_context(grant: Grant, subject_id: UUID) -> SubjectContext:
    """Return the person with the wallets of all their cards; the Grant covers the category WALLET,
    and then them.
    """
    grant.require(Store.IDENTITY, subject_id, DataCategory.WALLET)
    return SubjectContext(
        subject_id=subject_id,
        wallets=tuple(
            wallet_pseudonym(grant, card_id=card.pk, subject_id=subject_id)
            for card in list_cards(subject_id=subject_id)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFacts:
    """What decides when one contract ends (T4.1.12, T5.1.9, C9, C10): one application, and its
    card, if one was made.

    `valid_until` is the last day of validity. `items` is None where no wallet was ever opened.
    """

    application_id: UUID
    card_id: UUID | None
    form: CardForm
    city: str
    terms_reference: str
    concluded_on: date
    valid_until: date | None = None
    cancelled_on: date | None = None
    closed_on: date | None = None
    """Of a virtual card: the day on which it was closed (T5.1.9b)."""
    destroyed_on: date | None = None
    refused_on: date | None = None
    withdrawn_on: date | None = None
    wallet: UUID | None = field(default=None, repr=False)
    items: OpenItems | None = field(default=None, repr=False)


def contract_facts(grant: Grant, subject_id: UUID) -> tuple[ContractFacts, ...]:
    """Return the facts of each of the person's contracts, oldest first; the Grant covers
    APPLICATION, CARD, WALLET.

    A contract is concluded on the day on which the application was received (T4.1.12a), so that one
    that was refused or withdrawn is a contract without a card (C9).
    """
    for category in (DataCategory.APPLICATION, DataCategory.CARD, DataCategory.WALLET):
        grant.require(Store.IDENTITY, subject_id, category)
    cards = {card.application_id: card for card in list_cards(subject_id=subject_id)}
    wallets = {
        card.pk: wallet_pseudonym(grant, card_id=card.pk, subject_id=subject_id)
        for card in cards.values()
    }
    opened = {wallet.pk for wallet in list_wallets(list(wallets.values()))}
    return tuple(
        _facts(application, cards.get(application.pk), wallets, opened)
        for application in list_applications(subject_id=subject_id)
    )


def _facts(
    application: Application, card: Card | None, wallets: dict[UUID, UUID], opened: set[UUID]
) -> ContractFacts:
    decided = {application.state: application.decided_on}
    virtual = application.form == CardForm.VIRTUAL
    wallet = wallets[card.pk] if card is not None and wallets[card.pk] in opened else None
    return ContractFacts(
        application_id=application.pk,
        card_id=card.pk if card else None,
        form=CardForm(application.form),
        city=application.chosen_city,
        terms_reference=application.terms_reference,
        concluded_on=application.received_on,
        valid_until=card.valid_until if card else None,
        cancelled_on=card.cancelled_on if card and not virtual else None,
        closed_on=card.cancelled_on if card and virtual else None,
        destroyed_on=card.destroyed_on if card else None,
        refused_on=decided.get(ApplicationState.REFUSED),
        withdrawn_on=decided.get(ApplicationState.WITHDRAWN),
        wallet=wallet,
        items=open_items(wallet) if wallet else None,
    )
