"""Authorisations per second on PostgreSQL, relative to pgbench's TPC-B-like transaction on the
same server.

Interleaved: pgbench, ours, pgbench, ours, so that a busy machine slows both. Both databases are
made for the run and dropped after it. The server is VARUH_BENCH_POSTGRESQL; without pgbench or a
server nothing is measured, and that is said.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import mean

ADMIN = os.environ.get("VARUH_BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
OURS = f"varuh_bench_ledger_{os.getpid()}"
THEIRS = f"varuh_bench_tpcb_{os.getpid()}"
PROCESSES = 8
SECONDS = 5
ROUNDS = 2
WALLETS = 2_000
GOAL = 0.3
"""A lean path through the ORM reaches 0.19 to 0.25 (docs/adr/0005-ledger.md)."""

Report = Callable[..., None]


def run(report: Report) -> None:
    """Measure and report one line."""
    import psycopg

    if shutil.which("pgbench") is None:
        sys.stderr.write("ledger: pgbench is not installed; nothing measured.\n")
        return
    try:
        admin = psycopg.connect(f"{ADMIN}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        sys.stderr.write("ledger: no PostgreSQL server; nothing measured.\n")
        return
    with admin, tempfile.TemporaryDirectory() as folder:
        try:
            for name in (OURS, THEIRS):
                admin.execute(f'CREATE DATABASE "{name}"')
            _measure(report, Path(folder))
        finally:
            for name in (OURS, THEIRS):
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _measure(report: Report, folder: Path) -> None:
    _pgbench("--initialize", "--quiet", "--scale=10")
    _start(folder, "prepare", str(WALLETS)).wait()
    theirs, ours = [], []
    for turn in range(ROUNDS):
        theirs.append(_run_pgbench())
        ours.append(_run_ours(folder, turn))
    rate, baseline = mean(rate for rate, _p50, _p99 in ours), mean(theirs)
    sys.stderr.write(
        f"ledger: p50 {mean(p50 for _rate, p50, _p99 in ours):.1f} ms, "
        f"p99 {max(p99 for _rate, _p50, p99 in ours):.1f} ms\n"
    )
    ratio = rate / baseline
    report(
        name=f"authorisations, {PROCESSES} processes, relative to pgbench TPC-B",
        database="postgresql",
        value=round(rate),
        unit="1/s",
        baseline=round(baseline),
        ratio=round(ratio, 3),
        goal=f">= {GOAL}",
        met=ratio >= GOAL,
    )


def _pgbench(*arguments: str) -> str:
    program = shutil.which("pgbench") or "pgbench"
    done = subprocess.run(
        [program, *arguments, f"{ADMIN}/{THEIRS}"], check=True, capture_output=True, text=True
    )
    return done.stdout


def _run_pgbench() -> float:
    said = _pgbench(f"--client={PROCESSES}", "--jobs=2", f"--time={SECONDS}", "--no-vacuum")
    found = re.search(r"tps = ([0-9.]+)", said)
    if found is None:
        raise RuntimeError("pgbench said no rate")
    return float(found.group(1))


def _run_ours(folder: Path, turn: int) -> tuple[float, float, float]:
    """Return authorisations per second, and the latencies' median and 99th percentile in
    milliseconds.
    """
    workers = [
        _start(folder, "pay", str(SECONDS), str(turn * PROCESSES + number), str(WALLETS))
        for number in range(PROCESSES)
    ]
    for worker in workers:
        if worker.stdout is None or worker.stdout.readline() != "ready\n":
            raise RuntimeError("a worker did not start")
    for worker in workers:
        if worker.stdin is not None:
            worker.stdin.write("go\n")
            worker.stdin.flush()
    found = [json.loads(worker.communicate()[0]) for worker in workers]
    return (
        sum(each["done"] for each in found) / SECONDS,
        mean(each["p50_ms"] for each in found),
        max(each["p99_ms"] for each in found),
    )


def _start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VARUH_")}
    environment = clean | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VARUH_VAR": str(folder),
        "VARUH_PAYMENTS_DATABASE_URL": f"{ADMIN}/{OURS}",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.ledger_worker", *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
