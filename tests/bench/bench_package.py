"""From the holder's confirmation to the downloaded package, and a crowd of requests at once.

Real parts throughout: gate and log, all sources, the typesetter's child processes, the seals, the
encrypted file, the download. Measured by processes of their own on fresh stores: SQLite always,
PostgreSQL where VARUH_BENCH_POSTGRESQL names a server (test databases are made and dropped).
VARUH_BENCH_HOLDERS and VARUH_BENCH_REQUESTS give other sizes; the defaults are what the goals say,
but for the crowd of requests, which would take more than ten minutes with a thousand.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ADMIN = os.environ.get("VARUH_BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
HOLDERS = int(os.environ.get("VARUH_BENCH_HOLDERS", "100000"))
REQUESTS = int(os.environ.get("VARUH_BENCH_REQUESTS", "200"))
SIZES = ((1_000, 10, 3.0), (100_000, 1, 60.0))
"""Ledger lines, rounds, goal in seconds."""
WORKER_GOAL_MB, CHILD_GOAL_MB = 600, 1_024
STORES = ("IDENTITY", "PAYMENTS", "KEYS", "AUDIT")

Report = Callable[..., None]


def run(report: Report) -> None:
    """Measure and report, per database: each size, then the crowd."""
    for database in ("sqlite", "postgresql"):
        environment = _environment(database)
        if environment is None:
            sys.stderr.write(f"package: no {database}; nothing measured.\n")
            continue
        for lines, rounds, goal in SIZES:
            found = _measure(environment, "one", lines, rounds, HOLDERS)
            ordered = sorted(found["seconds"])
            p95 = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
            about = f"access request with {lines} payments at {HOLDERS} holders"
            _tell(report, database, f"{about}, confirm to download, p95", p95, "s", goal)
            _tell_memory(report, database, about, found)
        found = _measure(environment, "many", REQUESTS, HOLDERS)
        about = f"{REQUESTS} requests at once at {HOLDERS} holders"
        report(
            name=f"{about}, answered, in the order of their days",
            database=database,
            value=found["answered"],
            unit="packages",
            baseline=None,
            ratio=None,
            goal=f"{REQUESTS} in order",
            met=found["answered"] == REQUESTS and bool(found["in_order"]),
        )
        _tell(report, database, f"{about}, seconds each", found["seconds"] / REQUESTS, "s", 3.0)
        _tell_memory(report, database, about, found)


def _tell(report: Report, database: str, name: str, value: float, unit: str, goal: float) -> None:
    report(
        name=name,
        database=database,
        value=round(value, 2),
        unit=unit,
        baseline=None,
        ratio=None,
        goal=f"< {goal}",
        met=value < goal,
    )


def _tell_memory(report: Report, database: str, about: str, found: dict[str, float]) -> None:
    _tell(report, database, f"{about}, worker", found["worker_mb"], "MB RSS", WORKER_GOAL_MB)
    _tell(report, database, f"{about}, typesetter", found["child_mb"], "MB RSS", CHILD_GOAL_MB)


def _environment(database: str) -> dict[str, str] | None:
    environment = dict(os.environ)
    if database == "postgresql":
        if not _reachable():
            return None
        for store in STORES:
            environment[f"VARUH_{store}_DATABASE_URL"] = f"{ADMIN}/varuh_{store.lower()}"
        environment["VARUH_TEST_SUFFIX"] = f"package_{os.getpid()}"
    else:
        for store in STORES:
            environment.pop(f"VARUH_{store}_DATABASE_URL", None)
    return environment


def _measure(environment: dict[str, str], *arguments: object) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.package_worker", *map(str, arguments)],
        stdout=subprocess.PIPE,
        check=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    return json.loads(done.stdout.splitlines()[-1])


def _reachable() -> bool:
    import psycopg

    try:
        psycopg.connect(f"{ADMIN}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
