"""Work on a card that spans stores: a durable list of steps, each safe to repeat, kept until the
last is done.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from records.access.grants import Grant
from records.contracts.errors import Busy
from records.contracts.models import CardSaga

Step = Callable[[Grant, CardSaga, datetime], None]
LEASE_SECONDS = 60


def claim_saga(saga: CardSaga, *, now: datetime) -> CardSaga:
    """Return the saga under our lease; raise Busy while somebody else is at it."""
    claimed = CardSaga.claim(pk=saga.pk, now=now, lease_seconds=LEASE_SECONDS)
    if claimed is None:
        raise Busy(card_id=saga.card_id)
    return claimed


def run_saga(grant: Grant, saga: CardSaga, steps: Sequence[Step], *, now: datetime) -> None:
    """Do the steps that are not done yet, note each after its commit, and strike the saga off at
    the end.

    A process that dies anywhere leaves the row; whoever claims it next goes on, and repeats at most
    one step.
    """
    try:
        for number in range(saga.step, len(steps)):
            steps[number](grant, saga, now)
            note_step(saga, number + 1)
    except Exception:
        saga.release()
        raise
    CardSaga.objects.filter(pk=saga.pk).delete()


def note_step(saga: CardSaga, step: int) -> None:
    """Note that the work has come to this step; raise Busy where the lease was lost to somebody
    else.
    """
    ours = CardSaga.objects.filter(pk=saga.pk, lease_token=saga.lease_token)
    if not ours.update(step=step):
        raise Busy(card_id=saga.card_id)
    saga.step = step
