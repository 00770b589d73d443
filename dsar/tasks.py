"""The sweeps of rights requests. A message only wakes a job; the row is the truth. A task is a
door: it has the clock.
"""

from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

from celery import shared_task

from dsar.operations.authority import end_authorities
from dsar.operations.claim_codes import forget_claims
from dsar.operations.erasure_sweep import sweep_erasures, sweep_rest
from dsar.operations.fulfilment import fulfil
from dsar.operations.intake_end import end_intake
from dsar.operations.mailbox import fetch_mail
from dsar.operations.objections import heed_due
from dsar.operations.packages import close_answered_cases, expire_packages
from dsar.operations.receiving import forget_receptions
from dsar.operations.restrictions import lift_settled, place_due
from dsar.operations.reviewing import answer_corrected
from dsar.operations.transmitting import send_transmissions
from dsar.queries import list_urgent

BATCH = 50


def fulfil_cases(now: datetime) -> int:
    """Run the jobs that are due, the most urgent case first; return how many packages were made.

    Urgent is what must be answered first; of two cases with one day, the one received first. Each
    job begins at its own moment: a lease that counts from the beginning of a long sweep would be
    over before its job is done.
    """
    started = monotonic()
    made = 0
    for job in list_urgent(now=now, limit=BATCH):
        moment = now + timedelta(seconds=int(monotonic() - started))
        made += fulfil(fulfilment_id=job, now=moment) is not None
    return made


def expire(now: datetime) -> int:
    """End packages whose time is over and close what is answered; return how many packages
    ended.
    """
    end_authorities(now=now)
    ended = expire_packages(now=now)
    close_answered_cases(now=now)
    return ended


def fetch_mailbox(now: datetime) -> int:
    """Keep the unread messages of the mailbox, where there is one, as drafts; return how many."""
    return fetch_mail(now=now) or 0


def end(now: datetime) -> int:
    """End settled e-mails, attachments of closed cases and people who could not be found; return
    how many.
    """
    return end_intake(now=now)


def erase(now: datetime) -> int:
    """Plan, run and close the erasures that are due; return how many were finished."""
    return sweep_erasures(now)


def erase_rest(now: datetime) -> int:
    """Tell those whose rest is about to be erased, and forget old claim codes; return how many were
    told.
    """
    forget_claims(now)
    return sweep_rest(now)


def transmit(now: datetime) -> int:
    """Hand on the portable data that holders ordered, and forget old arrivals; return how many
    receipts came.
    """
    forget_receptions(now=now)
    return send_transmissions(now=now)


@shared_task(name="dsar.fulfil")  # type: ignore[untyped-decorator]  # celery is untyped
def fulfil_task(fulfilment_id: str) -> None:
    """Answer the most urgent case now.

    The message wakes a worker; it does not say whose turn it is, so that a thousand requests are
    answered by their days, not by the luck of a queue.
    """
    now = datetime.now(UTC)
    for job in list_urgent(now=now, limit=1) or [UUID(fulfilment_id)]:
        fulfil(fulfilment_id=job, now=now)


def settle_restrictions(now: datetime) -> int:
    """Place what waits to be restricted, heed objections, and lift what is settled and told; return
    how much was done.
    """
    placed = place_due(now=now)
    heeded = heed_due(now=now)
    return placed + heeded + answer_corrected(now=now) + lift_settled(now=now)
