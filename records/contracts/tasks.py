"""The sweeps of card and wallet; each is safe to run twice, and to kill anywhere."""

from datetime import UTC, datetime

from celery import shared_task

from records.contracts.operations import deliver_blocks, expire_cards, finish_sagas


@shared_task(name="contracts.deliver_blocks")
def deliver_blocks_task() -> int:
    """Carry blocks into the log; every few seconds: a task is a door."""
    return deliver_blocks(now=datetime.now(UTC))


@shared_task(name="contracts.finish_sagas")
def finish_sagas_task() -> int:
    """Finish what was cut off between stores; every minute."""
    return finish_sagas(now=datetime.now(UTC))


@shared_task(name="contracts.expire_cards")
def expire_cards_task() -> int:
    """Note expired cards; nightly."""
    return expire_cards(now=datetime.now(UTC))
