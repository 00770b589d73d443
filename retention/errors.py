"""Refusals of retention."""

from records.access.errors import AccessRefused
from records.errors import Refusal


class PeriodOver(AccessRefused):
    """The period for which this data may be used is over (GDPR 5(1)(e)). Only the erasure may open
    it.
    """

    code = "retention.period_over"


class NotAController(Refusal):
    """Only a controller's person may order this; a processor's clerk and a DPO cannot (C1)."""

    code = "retention.not_a_controller"


class UnknownGround(Refusal):
    """The ground of a hold is not one of the listed ones, or names no citation."""

    code = "retention.unknown_ground"


class NoSuchHold(Refusal):
    """There is no such hold, or it was lifted before."""

    code = "retention.no_such_hold"


class TooSoon(Refusal):
    """A plan is carried out seven days after it was made, at the earliest (threat 12). Wait."""

    code = "retention.too_soon"


class NoSuchPlan(Refusal):
    """There is no such plan."""

    code = "retention.no_such_plan"


class PlanNotOpen(Refusal):
    """The plan is not in a state in which this can be done; `state` says in which it is."""

    code = "retention.plan_not_open"


class NotApproved(Refusal):
    """Two different people of controllers have to approve a plan. `approvals` says how many
    have.
    """

    code = "retention.not_approved"


class AlreadyApproved(Refusal):
    """The same person has approved before. Ask a second one."""

    code = "retention.already_approved"


class TooMany(Refusal):
    """The plan would erase more people than is usual.

    Check why. Where it is right, both approvers type in the number of people.
    """

    code = "retention.too_many"


class ClockJumped(Refusal):
    """The system date has moved by more than a day since it was last seen (threat 12).

    Check the clock. Where it is right, a controller's person confirms it.
    """

    code = "retention.clock_jumped"


class RunElsewhere(Refusal):
    """Another worker carries out this plan just now. Wait until its lease is over."""

    code = "retention.run_elsewhere"


class LeaseLost(Refusal):
    """Another worker has taken this run over. Stop; it goes on there."""

    code = "retention.lease_lost"


class ErasureIncomplete(Refusal):
    """Rows of an erased person are still there after every source has erased. Nothing was
    certified.

    `table` names where: its source leaves something out.
    """

    code = "retention.erasure_incomplete"


class StoresBehind(Refusal):
    """A store was restored to a state before an erasure. Run `manage.py purge --replay` first."""

    code = "retention.stores_behind"


class PlanChanged(Refusal):
    """The plan is not what was made: its lines do not give its hash. Withdraw it and make a new
    one.
    """

    code = "retention.plan_changed"
