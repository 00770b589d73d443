"""A run whose process is killed at every point, one after the other, on stores in files.

`python -m tests.retention.killed_run` prints one JSON object: how each process ended, what is left.
Started by test_killed_run.py with a VARUH_VAR of its own.
"""

import json
import os
import subprocess
import sys


def main() -> None:
    """Set up, make the town, kill a process at every point of the run, finish it, and tell."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from records.access.purposes import ActorRole
    from records.wallet.models import ErasurePosition
    from retention.operations import run_plan
    from retention.queries import count_orphans, stores_behind
    from tests import factories
    from tests.retention.conftest import DUE, make_town, prepare_plan
    from tests.retention.test_runs import POINTS, about

    call_command("setup", verbosity=0, stdout=sys.stderr)
    clerk = factories.make_actor(ActorRole.CLERK, factories.CENE_ID)
    town = make_town(now=factories.NOW, clerk=clerk)
    plan = prepare_plan()
    before = {"ana": about(town.ana), "bor": about(town.bor)}
    codes = {}
    for point in POINTS:
        connections.close_all()
        child = os.fork()
        if child == 0:
            run_plan(
                plan_id=plan.pk,
                now=DUE,
                on_step=lambda seen, point=point: os._exit(9) if seen == point else None,
            )
            os._exit(0)
        codes[point] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    certificate = run_plan(plan_id=plan.pk, now=DUE)
    answer = {
        "codes": codes,
        "before": before,
        "after": {"ana": about(town.ana), "bor": about(town.bor)},
        "orphans": sum(count_orphans().values()),
        "behind": list(stores_behind()),
        "certificate": json.loads(certificate.body),
    }
    answer["starts"] = [starts()]
    ErasurePosition.objects.update(position=0)  # as a store restored from an older backup says
    answer["starts"].append(starts())
    call_command("purge", replay=True, stdout=sys.stderr)
    answer["starts"].append(starts())
    sys.stdout.write(json.dumps(answer))


def starts() -> bool:
    """Return whether the web server's entry point can be imported in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "import portal.wsgi"], stderr=sys.stderr, check=False
    )
    return done.returncode == 0


if __name__ == "__main__":
    main()
