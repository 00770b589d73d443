"""What writes: clocks, holds, plans, runs, certificates, and the replay of the erasure ledger."""

from retention.operations.clocks import confirm_clock, see_clock, sweep_clocks
from retention.operations.documents import seal_certificate, seal_certificates
from retention.operations.holds import lift_hold, place_hold
from retention.operations.planning import (
    approve_plan,
    make_plan,
    withdraw_plan,
    withdraw_stale_plans,
)
from retention.operations.replay import replay_erasure_ledger
from retention.operations.runs import run_due_plans, run_plan

__all__ = [
    "approve_plan",
    "confirm_clock",
    "lift_hold",
    "make_plan",
    "place_hold",
    "replay_erasure_ledger",
    "run_due_plans",
    "run_plan",
    "seal_certificate",
    "seal_certificates",
    "see_clock",
    "sweep_clocks",
    "withdraw_plan",
    "withdraw_stale_plans",
]
