"""The portal's background work. A message carries an id; the row is the truth, and the sweep finds what was lost."""

from datetime import datetime
from uuid import UUID

from celery import shared_task

from portal.clock import read_clock
from portal.errors import NotDelivered
from portal.usecases import sign_in


@shared_task(name="portal.send_code", ignore_result=True)
def send_code(challenge_id: str) -> None:
    """Send the code of one challenge."""
    try:
        sign_in.send_code(challenge_id=UUID(challenge_id), now=read_clock())
    except NotDelivered:
        # The row still waits; the sweep tries again until the code's time is over.
        return


def sweep_sign_in(now: datetime) -> int:
    """Send waiting codes and delete old challenges; return how many codes were sent."""
    return sign_in.sweep(now=now)


@shared_task(name="portal.sweep_sign_in", ignore_result=True)
def sweep_sign_in_task() -> None:
    """Run the sweep by the clock."""
    sweep_sign_in(read_clock())
