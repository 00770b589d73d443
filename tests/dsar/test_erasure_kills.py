"""A worker killed at any point of an erasure leaves nothing half done; the next one finishes."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from dsar.models import Case, ErasureOrder, Letter
from dsar.operations.erasure_run import LEASE_SECONDS, STEPS, run_order
from dsar.operations.erasure_sweep import sweep_erasures
from dsar.queries import list_events
from records.access.erasure_ledger import positions
from records.access.purposes import Store
from records.cards.models import Application, Card
from records.identity.models import DataSubject
from retention.queries import stores_behind
from tests.dsar.test_erasure import EVERYTHING, WINDOW, approve_both, ask, rich
from tests.factories import ALL_STORES, Holder

pytestmark = pytest.mark.django_db(databases=ALL_STORES, transaction=True)
__all__ = ["ask", "rich"]

POINTS = [f"{step.value}:{moment}" for step in STEPS for moment in ("before", "done", "after")]


def run_and_die(order: ErasureOrder, point: str, now: Any) -> int:
    """Run the order in a process of its own that dies, as by SIGKILL, at the point."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            run_order(
                order_id=order.pk,
                now=now,
                on_step=lambda seen: os._exit(9) if seen == point else None,
            )
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.rule("C24", "PP6a")
def test_an_erasure_killed_at_every_point_in_turn_is_finished_by_the_last_process(
    ask: Callable[..., ErasureOrder], rich: Holder, neighbour: Holder, now: Any
) -> None:
    bor = DataSubject.objects.filter(pk=neighbour.subject_id).values().get()
    order = ask(end_contract=True)
    when = now + WINDOW
    sweep_erasures(when)
    approve_both(order, when)
    died = {}
    for point in POINTS:
        died[point] = run_and_die(order, point, when)
        case = Case.objects.get(pk=order.case_id)
        if not point.startswith("receipt"):
            assert case.state == "in_work"
        row = DataSubject.objects.get(pk=rich.subject_id)
        claim = Application.objects.get(subject_id=rich.subject_id).status_claim
        # All parts or none: they are one transaction.
        assert (row.email is None) == (claim is None) == (row.email_index is None)
        when += timedelta(seconds=LEASE_SECONDS + 1)

    run_order(order_id=order.pk, now=when)

    order.refresh_from_db()
    assert died == dict.fromkeys(POINTS, 9)
    assert (order.state, order.last_error) == ("done", "")
    assert order.actual == {**dict.fromkeys(EVERYTHING, 1), "cards": 1}
    assert Card.objects.get(subject_id=rich.subject_id).state == "cancelled"
    events = [line.event for line in list_events(order.case_id)]
    for once in ("erasure:run:started", "erasure:run:done", "erasure:probe:clean"):
        assert events.count(once) == 1
    assert Letter.objects.filter(case=order.case, kind="erasure_receipt").count() == 1
    assert stores_behind() == ()
    assert positions()[Store.IDENTITY] > 0
    assert DataSubject.objects.filter(pk=neighbour.subject_id).values().get() == bor
