"""All sweeps of the service: what is due, in the order in which one feeds the next.

Operations write state and these find what is due. Each is safe to run twice and to kill anywhere;
the broker only wakes them earlier. `manage.py sweep` runs all of them once, without a broker.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.sessions.models import Session

import consent.tasks
import dsar.tasks
import records.access.tasks
import records.wallet.tasks
import retention.tasks
from portal.delivery import forget_demo_messages
from portal.models import SweepMark
from portal.usecases import case_messages, deadline_reminders, following, recipients, sign_in
from records.contracts import operations as contracts
from records.errors import Refusal
from retention.queries.orphans import count_orphans

log = logging.getLogger("varuh.sweeps")

MINUTE, HOUR, DAY = 60, 3600, 86_400
CATCH_UP_SECONDS = 15
"""A beat counts its intervals from its own start: what is late need not wait a day for it."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep: its name, what it runs, and how often the schedule runs it."""

    name: str
    run: Callable[[datetime], object]
    every_seconds: int


def _forget_sessions(now: datetime) -> int:
    """Delete the sessions that have ended: half-typed applications lie in them (GDPR 5(1)(e))."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _expire_cards(now: datetime) -> int:
    expired = 0
    while some := contracts.expire_cards(now=now):
        expired += some
    return expired


def _reconcile(now: datetime) -> int:
    return len(records.wallet.tasks.reconcile_ledger(now=now).findings)


def _look_for_orphans(_now: datetime) -> int:
    found = sum(count_orphans().values())
    if found:
        log.error("orphans across the stores", extra={"found": found})
    return found


SWEEPS = (
    Sweep("sign_in", lambda now: sign_in.sweep(now=now), 15),
    Sweep("sessions", _forget_sessions, HOUR),
    Sweep("demo_messages", lambda now: forget_demo_messages(now=now), HOUR),
    Sweep("blocks", lambda now: contracts.deliver_blocks(now=now), 10),
    Sweep("sagas", lambda now: contracts.finish_sagas(now=now), MINUTE),
    Sweep("expiry", _expire_cards, HOUR),
    Sweep("cases", dsar.tasks.fulfil_cases, MINUTE),
    Sweep("restrictions", dsar.tasks.settle_restrictions, MINUTE),
    Sweep("erasures", dsar.tasks.erase, MINUTE),
    Sweep("messages", case_messages.send, MINUTE),
    Sweep("recipients", recipients.sweep, MINUTE),
    Sweep("transmissions", dsar.tasks.transmit, MINUTE),
    Sweep("packages", dsar.tasks.expire, 10 * MINUTE),
    Sweep("evidence", consent.tasks.sweep_evidence, DAY),
    Sweep("ibans", lambda now: records.wallet.tasks.forget_ibans(now=now), DAY),
    Sweep("ledger", _reconcile, DAY),
    Sweep("clocks", retention.tasks.sweep_clocks, HOUR),
    Sweep("erasure_rest", dsar.tasks.erase_rest, DAY),
    Sweep("runs", retention.tasks.sweep_runs, 10 * MINUTE),
    Sweep("orphans", _look_for_orphans, DAY),
    Sweep("mailbox", dsar.tasks.fetch_mailbox, 2 * MINUTE),
    Sweep("intake", dsar.tasks.end, HOUR),
    Sweep("follow", lambda now: following.forget_tries(now=now), HOUR),
    Sweep("log", records.access.tasks.seal_log, 10),
    Sweep("deadlines", deadline_reminders.send, HOUR),
)


def run_all(*, now: datetime) -> Iterator[tuple[str, object]]:
    """Run every sweep once, in order; yield its name and what it did.

    A sweep that a rule stops (a clock that jumped, a log that cannot be written) does not stop the
    others: its refusal is what is yielded.
    """
    for sweep in SWEEPS:
        yield sweep.name, _run(sweep, now)


def run_named(*, name: str, now: datetime) -> object:
    """Run the sweep of that name and return what it did, or its refusal; raise KeyError."""
    return _run({sweep.name: sweep for sweep in SWEEPS}[name], now)


def run_late(*, now: datetime) -> list[str]:
    """Run the sweeps that are late, after a start or a stand-still; return their names."""
    late = list_late(now=now)
    for name in late:
        run_named(name=name, now=now)
    return late


def schedule() -> dict[str, dict[str, object]]:
    """Return the beat's schedule. A wake-up that waited longer than its interval is dropped."""
    late: dict[str, object] = {
        "task": "portal.run_late_sweeps",
        "schedule": CATCH_UP_SECONDS,
        "options": {"expires": CATCH_UP_SECONDS},
    }
    return {"late": late} | {
        sweep.name: {
            "task": "portal.run_sweep",
            "schedule": sweep.every_seconds,
            "args": [sweep.name],
            "options": {"expires": sweep.every_seconds},
        }
        for sweep in SWEEPS
    }


def list_late(*, now: datetime) -> list[str]:
    """Return the names of the sweeps whose heartbeat is missing: each should have run three times
    since (threat 32).
    """
    seen = dict(SweepMark.objects.values_list("name", "finished_at"))
    never = datetime.min.replace(tzinfo=UTC)
    return [
        sweep.name
        for sweep in SWEEPS
        if now - seen.get(sweep.name, never) > timedelta(seconds=3 * sweep.every_seconds + MINUTE)
    ]


def _run(sweep: Sweep, now: datetime) -> object:
    did: object
    try:
        did, outcome = sweep.run(now), "done"
    except Refusal as refusal:
        log.warning("sweep refused", extra={"sweep": sweep.name, "code": refusal.code})
        did, outcome = refusal, refusal.code
    SweepMark.objects.update_or_create(
        name=sweep.name, defaults={"finished_at": now, "outcome": outcome}
    )
    return did
