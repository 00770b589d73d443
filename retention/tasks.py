"""Sweeps of retention."""

from datetime import UTC, datetime

from celery import shared_task

from retention import operations


def sweep_clocks(now: datetime) -> int:
    """Compute the clocks of everybody whose contracts have ended; return how many were judged."""
    return operations.sweep_clocks(now)


def sweep_runs(now: datetime) -> int:
    """Carry out the approved plans whose day has come, and finish what was begun; return how
    many.
    """
    return len(operations.run_due_plans(now))


@shared_task(name="retention.sweep_clocks")
def sweep_clocks_task() -> int:
    """Run the sweep at the current time: a task is a door."""
    return sweep_clocks(datetime.now(UTC))


@shared_task(name="retention.sweep_runs")
def sweep_runs_task() -> int:
    """Run the sweep at the current time: a task is a door."""
    return sweep_runs(datetime.now(UTC))
