"""From the holder's confirmation to the downloaded package, with 1,000 payments in the wallet.

Real parts throughout: gate and log, all sources, the typesetter's child process, the seal, the
encrypted file, the download. Measured by a process of its own on fresh stores: SQLite always,
PostgreSQL where VARUH_BENCH_POSTGRESQL names a server (test databases are made and dropped).
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ADMIN = os.environ.get("VARUH_BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
LINES = 1_000
ROUNDS = 10
GOAL_SECONDS = 3.0
STORES = ("IDENTITY", "PAYMENTS", "KEYS", "AUDIT")

Report = Callable[..., None]


def run(report: Report) -> None:
    """Measure and report one line per database."""
    for database in ("sqlite", "postgresql"):
        seconds = _measure(database)
        if seconds is None:
            sys.stderr.write(f"package: no {database}; nothing measured.\n")
            continue
        ordered = sorted(seconds)
        p95 = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
        sys.stderr.write(f"package, {database}: median {ordered[len(ordered) // 2]:.2f} s\n")
        report(
            name=f"access request with {LINES} payments, confirm to download, p95",
            database=database,
            value=round(p95, 2),
            unit="s",
            baseline=None,
            ratio=None,
            goal=f"< {GOAL_SECONDS}",
            met=p95 < GOAL_SECONDS,
        )


def _measure(database: str) -> list[float] | None:
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
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.package_worker", str(LINES), str(ROUNDS)],
        capture_output=True,
        check=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    return [float(value) for value in json.loads(done.stdout.splitlines()[-1])]


def _reachable() -> bool:
    import psycopg

    try:
        psycopg.connect(f"{ADMIN}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
