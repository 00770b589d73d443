"""Sweeps of retention."""

from datetime import datetime

from retention import operations


def sweep_clocks(now: datetime) -> int:
    """Compute the clocks of everybody whose contracts have ended; return how many were judged."""
    return operations.sweep_clocks(now)


def sweep_runs(now: datetime) -> int:
    """Carry out the approved plans whose day has come, and finish what was begun; return how
    many.
    """
    done = len(operations.run_due_plans(now))
    operations.seal_certificates(now)
    operations.withdraw_stale_plans(now)
    return done
