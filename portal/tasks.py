"""The portal's background work. A message carries an id; the row is the truth, and the sweep finds
what was lost.
"""

from uuid import UUID

from celery import shared_task

from portal.clock import read_clock
from portal.errors import NotDelivered
from portal.sweeps import run_named
from portal.usecases import sign_in


@shared_task(name="portal.send_code", ignore_result=True)
def send_code(challenge_id: str) -> None:
    """Send the code of one challenge."""
    try:
        sign_in.send_code(challenge_id=UUID(challenge_id), now=read_clock())
    except NotDelivered:
        # The row still waits; the sweep tries again until the code's time is over.
        return


@shared_task(name="portal.run_sweep", ignore_result=True)
def run_sweep(name: str) -> None:
    """Run one sweep by the clock; the schedule names it."""
    run_named(name=name, now=read_clock())
