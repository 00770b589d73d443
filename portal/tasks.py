"""The portal's background work. A message carries an id; the row is the truth, and the sweep finds
what was lost.
"""

import logging
from uuid import UUID

from celery import Task, shared_task
from kombu.exceptions import ChannelError, OperationalError

from portal.clock import read_clock
from portal.errors import NotDelivered
from portal.sweeps import run_late, run_named
from portal.usecases import sign_in

log = logging.getLogger("varuh.tasks")


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


def wake(task: Task, key: UUID) -> bool:
    """Put a message with the row's id on the queue; return False where the queue is away.

    Nothing is lost then: the row is the truth, and the sweep finds it.
    """
    try:
        task.delay(str(key))
    except (OperationalError, ChannelError, OSError) as error:
        log.warning("queue away, the sweep will do it", extra={"cause": type(error).__name__})
        return False
    return True


@shared_task(name="portal.run_late_sweeps", ignore_result=True)
def run_late_sweeps() -> None:
    """Run what is late by the clock."""
    run_late(now=read_clock())
