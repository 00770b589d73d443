"""The sweeps of this floor. A task is a door: it reads the clock."""

from datetime import UTC, datetime

from celery import shared_task

from records.access import sealing
from records.access.errors import SealingBusy


def seal_log(now: datetime) -> int:
    """Seal what has been logged; return how many entries. Nothing where a writer or another sweep
    is in the way.
    """
    try:
        return sum(one.entries for one in sealing.seal_log(now=now))
    except SealingBusy:
        return 0


@shared_task(name="access.seal_log")  # type: ignore[untyped-decorator]  # celery is untyped
def seal_log_task() -> int:
    """Seal what has been logged, every ten seconds or so (docs/adr/0003-the-log.md)."""
    return seal_log(datetime.now(UTC))
