"""The life of a card as one table: what is not in it is refused (T4.1.11-12, T4.3.4, T4.4.4,
T4.6.4).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from records.cards.errors import CardStateRefused, NoticeMissing, PickupStillOpen

PICKUP_DAYS = 10
"""T4.1.11b."""


class CardState(StrEnum):
    """Where a card stands. Blocked is not cancelled: a block is lifted, a cancellation never is."""

    ORDERED = "ordered"
    ISSUED = "issued"
    AWAITING_PICKUP = "awaiting_pickup"
    DELIVERED = "delivered"
    ACTIVE = "active"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DESTROYED = "destroyed"


class CardAction(StrEnum):
    """What can happen to a card. `order` makes it."""

    ORDER = "order"
    ISSUE = "issue"
    CALL_FOR_PICKUP = "call_for_pickup"
    DELIVER = "deliver"
    ACTIVATE = "activate"
    BLOCK = "block"
    UNBLOCK = "unblock"
    CANCEL = "cancel"
    EXPIRE = "expire"
    DESTROY = "destroy"


class BlockReason(StrEnum):
    """Why a card is blocked; each is free of charge (C13)."""

    LOSS = "loss"
    THEFT = "theft"
    ABUSE = "abuse"
    DAMAGE = "damage"
    OTHER = "other"


class CancelReason(StrEnum):
    """Why a card is cancelled. All but the holder's own request need a prior written notice
    (T4.6.4).
    """

    HOLDER_REQUEST = "holder_request"
    NEW_CARD_ISSUED = "new_card_issued"
    LONG_NON_USE = "long_non_use"
    WRONG_DATA = "wrong_data"
    COURT_ORDER = "court_order"


_S, _A = CardState, CardAction
_NOT_IN_HAND = frozenset({_S.ISSUED, _S.AWAITING_PICKUP})
_IN_HAND = frozenset({_S.DELIVERED, _S.ACTIVE})

CARD_TRANSITIONS: dict[CardAction, tuple[frozenset[CardState], CardState]] = {
    _A.ISSUE: (frozenset({_S.ORDERED}), _S.ISSUED),
    _A.CALL_FOR_PICKUP: (frozenset({_S.ISSUED}), _S.AWAITING_PICKUP),
    _A.DELIVER: (_NOT_IN_HAND, _S.DELIVERED),
    _A.ACTIVATE: (frozenset({_S.DELIVERED}), _S.ACTIVE),
    _A.BLOCK: (_NOT_IN_HAND | _IN_HAND, _S.BLOCKED),
    _A.UNBLOCK: (frozenset({_S.BLOCKED}), _S.ACTIVE),
    _A.CANCEL: (_NOT_IN_HAND | _IN_HAND | {_S.BLOCKED}, _S.CANCELLED),
    _A.EXPIRE: (_NOT_IN_HAND | _IN_HAND | {_S.BLOCKED}, _S.EXPIRED),
    _A.DESTROY: (frozenset(_S) - {_S.DESTROYED}, _S.DESTROYED),
}
"""Action → from which states, into which one."""

TERMINAL_STATES = frozenset({_S.DESTROYED})
DEAD_STATES = frozenset({_S.CANCELLED, _S.EXPIRED, _S.DESTROYED})
"""Of no more use, for good."""
REPLACEABLE_STATES = DEAD_STATES | {_S.BLOCKED}
"""An earlier card in one of these may be replaced (T4.1.4c, T4.6.3a)."""


def next_card_state(state: CardState, action: CardAction, *, was_active: bool = True) -> CardState:
    """Return the state after the action; raise CardStateRefused for everything that is not in the
    table.

    A block is lifted only from a card that was in use before: one that was blocked on its way to
    the holder is replaced (T4.1.12b).
    """
    sources, target = CARD_TRANSITIONS.get(action, (frozenset(), state))
    if state not in sources or (action is CardAction.UNBLOCK and not was_active):
        raise CardStateRefused(state=state.value, action=action.value)
    return target


def is_usable(*, state: CardState, valid_until: date | None, on: date) -> bool:
    """Tell whether the card identifies and pays that day: in the holder's hands, in use, not
    expired (T4.1.12b, T4.3.4).
    """
    return state is CardState.ACTIVE and valid_until is not None and on <= valid_until


def pickup_last_day(called_on: date) -> date:
    """Return the last day on which the holder may collect the card (T4.1.11b)."""
    return called_on + timedelta(days=PICKUP_DAYS)


def check_pickup_over(*, called_on: date, today: date) -> None:
    """Raise PickupStillOpen while the holder may still collect the card (T4.1.11b)."""
    last_day = pickup_last_day(called_on)
    if today <= last_day:
        raise PickupStillOpen(last_day=last_day.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorNotice:
    """The written notice that the issuer sent before cancelling: when, and where it is filed
    (T4.6.4).
    """

    sent_on: date
    reference: str


def check_cancellation(*, reason: CancelReason, notice: PriorNotice | None, today: date) -> None:
    """Raise NoticeMissing unless the holder asked, or a written notice was sent on an earlier day
    (T4.6.4).
    """
    if reason is CancelReason.HOLDER_REQUEST:
        return
    if notice is None or not notice.reference.strip() or notice.sent_on >= today:
        raise NoticeMissing(reason=reason.value)
