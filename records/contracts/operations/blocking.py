"""Blocking a card: at once, from anywhere, whatever else is down (T4.4.2, T4.4.4, C11)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from records.access.errors import LogUnavailable
from records.access.gate import log_block_event
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.cards import operations as cards
from records.cards.queries import get_card
from records.cards.rules import BlockReason, CardState, Channel
from records.contracts.models import BlockOutbox, CardSaga, SagaKind
from records.keys.links import wallet_pseudonym_for_blocking
from records.wallet.errors import WalletUnknown
from records.wallet.operations import block_wallet

NEXT_STEPS = ("new_card", "transfer_rest", "pay_out_rest")
"""What the holder is told, with the block, that they can do now (T4.4.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockAnswer:
    """What is true when the block is answered: payments are declined, and who settles the rest."""

    card_id: UUID
    report_id: UUID
    state: CardState
    """`blocked`, or the final state of a card that was dead already."""
    blocked_at: datetime | None
    """The instant of the first report that stands; it decides who bears later losses (T7.7.9)."""
    forwarded_to: str
    next_steps: tuple[str, ...] = NEXT_STEPS


def block_card(
    *,
    card_id: UUID,
    actor: Actor,
    reason: BlockReason,
    now: datetime,
    channel: Channel = Channel.PORTAL,
    city: str = "",
) -> BlockAnswer:
    """Block a card: first the payments, then the card, then the answer (T4.4.4, C11, C13).

    Opens nothing and never waits for the log: the log's entry lies in an outbox, in the transaction
    of the card, and a sweep delivers it. `city` is where the report came in, empty for the holder's
    own; another one's report is forwarded, never rejected. Safe to repeat; the first report stands.
    Raises CardUnknown.
    """
    wallet = wallet_pseudonym_for_blocking(card_id)
    _stop_payments(wallet, now)
    with transaction.atomic(durable=True):
        card = get_card(card_id)
        report = cards.block_card(
            card_id=card_id,
            actor=actor,
            reason=reason,
            channel=channel,
            city=city or card.home_city,
            now=now,
        )
        CardSaga.objects.filter(kind=SagaKind.UNBLOCK, card_id=card_id).delete()
        BlockOutbox.objects.create(
            id=uuid4(),
            subject_id=card.subject_id,
            actor_role=actor.role.value,
            actor_id=actor.id,
            actor_organisation=actor.organisation,
            blocked_at=now,
        )
    # An unblocking that was under way may have lifted the flag before the card was changed: it
    # stands again now.
    _stop_payments(wallet, now)
    card = get_card(card_id)
    return BlockAnswer(
        card_id=card_id,
        report_id=report.pk,
        state=CardState(card.state),
        blocked_at=card.blocked_at,
        forwarded_to=report.forwarded_to,
    )


def _stop_payments(wallet: UUID, now: datetime) -> None:
    try:
        block_wallet(wallet=wallet, now=now)
    except WalletUnknown:
        # A card that is only ordered has no wallet yet, and nothing to stop; an unknown card is
        # refused below.
        return


def deliver_blocks(*, now: datetime, limit: int = 500) -> int:
    """Carry the blocks of the outbox into the log; return how many went. Those that cannot go stay
    for the next run.
    """
    delivered = 0
    for key in BlockOutbox.objects.order_by("blocked_at", "pk").values_list("pk", flat=True)[
        :limit
    ]:
        notice = BlockOutbox.claim(pk=key, now=now)
        if notice is None:
            continue
        try:
            log_block_event(
                event_id=notice.pk,
                actor=Actor(
                    role=ActorRole(notice.actor_role),
                    id=notice.actor_id,
                    organisation=notice.actor_organisation,
                ),
                subject=notice.subject_id,
                blocked_at=notice.blocked_at,
            )
        except LogUnavailable:
            notice.release()
            break
        BlockOutbox.objects.filter(pk=key).delete()
        delivered += 1
    return delivered
