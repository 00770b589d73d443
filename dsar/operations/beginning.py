"""What happens, inside the transaction in which a request is verified, for each right."""

from collections.abc import Callable
from datetime import datetime

from dsar.models import Case, ErasureOrder, Fulfilment
from dsar.operations.first_steps import begin_rectification, begin_restriction
from dsar.rules import Right

Begin = Callable[[Case, datetime], None]
"""Writes the rows that the right's work starts from; it opens nothing and calls nobody."""


def order_package(case: Case, now: datetime) -> None:
    """Order the job that makes the package (GDPR 15, 20)."""
    Fulfilment.objects.create(case=case, requested_at=now, next_attempt_at=now)


def order_erasure(case: Case, now: datetime) -> None:
    """Note that an erasure was asked for; what goes, and whether it is meant, is confirmed apart
    (GDPR 17, H15).
    """
    ErasureOrder.objects.get_or_create(
        case=case, defaults={"subject_id": case.subject_id, "next_attempt_at": now}
    )


BEGINNINGS: dict[Right, Begin] = {
    Right.ACCESS: order_package,
    Right.PORTABILITY: order_package,
    Right.RECTIFICATION: begin_rectification,
    Right.RESTRICTION: begin_restriction,
    Right.ERASURE: order_erasure,
}
"""A right that is not here waits for a person to take it up."""


def begin(case: Case, *, now: datetime) -> None:
    """Begin the work of a case that has just been verified; the caller holds the transaction."""
    found = BEGINNINGS.get(Right(case.right))
    if found is not None:
        found(case, now)
