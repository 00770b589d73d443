"""The officers' queue among 100,000 cases against the same queue among 1,000 (goal: ≤ 2 times).

One process measures, fills on, and measures again. Test databases, made and dropped; SQLite always,
PostgreSQL where VARUH_BENCH_POSTGRESQL names a server.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.bench_package import ADMIN, STORES, _reachable

FEW, MANY = 1_000, 100_000
GOAL = 2.0

Report = Callable[..., None]


def run(report: Report) -> None:
    """Measure and report one line per database and page."""
    for database in ("sqlite", "postgresql"):
        measured = _measure(database)
        if measured is None:
            sys.stderr.write(f"queue: no {database}; nothing measured.\n")
            continue
        for page, (few, many) in measured.items():
            report(
                name=f"queue: {page} of {MANY:,} cases, of the same of {FEW:,}",
                database=database,
                value=round(many, 2),
                unit="ms",
                baseline=round(few, 2),
                ratio=round(many / few, 2),
                goal=f"<= {GOAL}",
                met=many / few <= GOAL,
            )


def _measure(database: str) -> dict[str, tuple[float, float]] | None:
    environment = dict(os.environ)
    for store in STORES:
        environment.pop(f"VARUH_{store}_DATABASE_URL", None)
    if database == "postgresql":
        if not _reachable():
            return None
        for store in STORES:
            environment[f"VARUH_{store}_DATABASE_URL"] = f"{ADMIN}/varuh_{store.lower()}"
        environment["VARUH_TEST_SUFFIX"] = f"queue_{os.getpid()}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.queue_worker", str(FEW), str(MANY)],
        capture_output=True,
        check=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return {page: (pair[0], pair[1]) for page, pair in found.items()}
