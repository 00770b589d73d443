"""A worker killed at any point leaves nothing half done; the next one finishes."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from dsar.models import Case, Fulfilment, Package
from dsar.operations import expire_packages, fulfil
from dsar.operations.fulfilment import LEASE_SECONDS
from dsar.queries import list_events
from tests.dsar.conftest import fetch
from tests.factories import ALL_STORES, Holder

pytestmark = pytest.mark.django_db(databases=ALL_STORES, transaction=True)

STEPS = [
    "dsar.operations.fulfilment.open_gate",
    "dsar.operations.fulfilment.make_sealed_package",
    "dsar.operations.fulfilment._finish",
    "dsar.operations.fulfilment.end_packages",
    "dsar.operations.fulfilment.report_outcome",
]


def run_and_kill(step: str, job: Fulfilment, now: Any) -> None:
    """Run the job in a process of its own that dies, as by SIGKILL, when it reaches the step."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(step, lambda *_arguments, **_named: os._exit(9))
            try:
                fulfil(fulfilment_id=job.pk, now=now)
            finally:
                os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_any_step_leaves_nothing_half_done(
    file_request: Callable[..., Case], holder: Holder, folders: Path, now: Any, step: str
) -> None:
    case = file_request()
    job = Fulfilment.objects.get()

    run_and_kill(step, job, now)

    left = Package.objects.count()
    case.refresh_from_db()
    assert (left, case.state) in {(0, "in_work"), (1, "delivered")}
    later = now + timedelta(seconds=LEASE_SECONDS + 1)
    fulfil(fulfilment_id=job.pk, now=later)
    case.refresh_from_db()
    assert case.state == "delivered"
    assert Package.objects.filter(ended_at=None).count() == 1
    assert fetch(holder, later).startswith(b"%PDF")
    events = [line.event for line in list_events(case.pk)]
    assert events.count("case:answer:delivered") == 1
    _age_files(folders)
    expire_packages(now=later)
    assert len(list((folders / "packages").iterdir())) == 1


def _age_files(folders: Path) -> None:
    """Make all files look old, so that the sweep takes what no row names."""
    for path in (folders / "packages").iterdir():
        os.utime(path, (0, 0))
