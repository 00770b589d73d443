"""Blocking a card from a page: the holder's own, or any at the desk (C11, H18, C6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.people import Holder, Staff
from records.cards.errors import CardUnknown
from records.cards.models import Card
from records.cards.queries import find_card, get_card, list_cards
from records.cards.rules import CARD_TRANSITIONS, BlockReason, CardAction, Channel
from records.contracts.operations import block_card


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the receipt of a block says: the card, and when the first report came that stands."""

    holder_id: str
    blocked_at: datetime
    forwarded_to: str


def list_blockable(*, holder: Holder) -> list[Card]:
    """Return the holder's cards that could still pay."""
    states = {state.value for state in CARD_TRANSITIONS[CardAction.BLOCK][0]}
    return [card for card in list_cards(subject_id=holder.subject_id) if card.state in states]


def block_own_card(*, holder: Holder, card_id: UUID, reason: BlockReason, now: datetime) -> Receipt:
    """Block one of the holder's own cards; raise CardUnknown for any other."""
    card = get_card(card_id)
    if card.subject_id != holder.subject_id:
        raise CardUnknown(card_id=card_id)
    return _block(card, holder, reason, now, Channel.PORTAL, "")


def block_at_desk(
    *, staff: Staff, holder_id: str, reason: BlockReason, channel: Channel, now: datetime
) -> Receipt:
    """Block a card of any city at once; the rest is forwarded to the holder's city. Raises
    CardUnknown.
    """
    card = find_card(holder_id=holder_id)
    if card is None:
        raise CardUnknown
    return _block(card, staff, reason, now, channel, staff.city)


def _block(
    card: Card,
    person: Holder | Staff,
    reason: BlockReason,
    now: datetime,
    channel: Channel,
    city: str,
) -> Receipt:
    answer = block_card(
        card_id=card.pk, actor=person.actor, reason=reason, now=now, channel=channel, city=city
    )
    return Receipt(card.holder_id, answer.blocked_at or now, answer.forwarded_to)
