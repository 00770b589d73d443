"""Sealed fields against plain Django fields, and against what others do instead.

Each way of encrypting runs in a process of its own, in turns with plain Django (tests/bench/peers);
its figure is the ratio of the two. The peers have virtual environments of their own under
.bench-venvs/, for two of them install a package of the same name.
"""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

POSTGRESQL = os.environ.get("VARUH_BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
HOME = Path(__file__).parents[2]
VENVS = HOME / ".bench-venvs"
SHARED = ("Django==5.2.19", "psycopg[binary]==3.3.9", "cryptography==50.0.2")
PEERS = {
    "dc5": "django-cryptography-5==2.0.3",
    "djfernet": "djfernet==0.8.1",
    "sef": "django-searchable-encrypted-fields==0.2.1",
    "fef": "django-fernet-encrypted-fields==0.4.0",
}

ROWS = {
    "insert": "bulk insert of 10,000 subjects with 8 fields and new data keys",
    "read": "reading all 8 fields of 10,000",
    "export": "export path of 10,000, against plain Django reading the same rows",
    "tuples": "export path of 10,000, against plain Django's own values_list",
    "page": "a page of 50 with 2 fields, including its log rows",
    "update": "one update",
    "search": "exact search among 100,000",
}
GOALS = {
    "sqlite": {
        "insert": 2.5,
        "read": 4.5,
        "export": 3.2,
        "tuples": 3.2,
        "page": 2.8,
        "update": 1.6,
        "search": 1.8,
        "roll": 200_000,
    },
    "postgresql": {
        "insert": 3.2,
        "read": 5.0,
        "export": 3.6,
        "tuples": 3.6,
        "page": 3.3,
        "update": 1.4,
        "search": 2.3,
        "roll": 60_000,
    },
}
LEVEL = 1.1
"""How much slower than the best peer still counts as level with it, in the update row."""

Report = Callable[..., None]


def run(report: Report) -> None:
    """Measure on both databases, PostgreSQL where one answers."""
    _make_venvs()
    for database, url in (("sqlite", "sqlite://"), ("postgresql", POSTGRESQL)):
        if database == "postgresql" and not _answers(url):
            sys.stderr.write(f"No PostgreSQL at {url}: only SQLite is measured.\n")
            continue
        ours = _measure("varuh", url)
        _report_ours(report, database, ours)
        for peer, package in PEERS.items():
            theirs = _measure(peer, url)
            _report_peer(report, database, package, ours, theirs)


def _report_ours(report: Report, database: str, ours: dict[str, dict[str, Any]]) -> None:
    goals = GOALS[database]
    for row, label in ROWS.items():
        plain, sealed = ours[row]["plain"], ours[row]["sealed"]
        ratio = sealed / plain
        report(
            name=f"encryption: {label}",
            database=database,
            value=round(sealed * 1000, 3),
            unit="ms",
            baseline=round(plain * 1000, 3),
            ratio=round(ratio, 2),
            goal=f"<= {goals[row]} x plain Django",
            met=ratio <= goals[row],
        )
    rate = ours["roll"]["keys_a_second"]
    report(
        name="encryption: KEK roll",
        database=database,
        value=round(rate),
        unit="data keys/s",
        baseline=None,
        ratio=None,
        goal=f">= {goals['roll']} data keys/s",
        met=rate >= goals["roll"],
    )


def _report_peer(
    report: Report,
    database: str,
    package: str,
    ours: dict[str, dict[str, Any]],
    theirs: dict[str, dict[str, Any]],
) -> None:
    for row, label in ROWS.items():
        if row not in theirs:
            continue
        plain, sealed = theirs[row]["plain"], theirs[row]["sealed"]
        ratio = sealed / plain
        margin = LEVEL if row == "update" else 1.0
        report(
            name=f"encryption: {label}: {package}",
            database=database,
            value=round(sealed * 1000, 3),
            unit="ms",
            baseline=round(plain * 1000, 3),
            ratio=round(ratio, 2),
            goal="Varuh is level" if row == "update" else "Varuh is faster",
            met=ours[row]["sealed"] / ours[row]["plain"] <= ratio * margin,
        )


def _measure(adaptor: str, url: str) -> dict[str, dict[str, Any]]:
    """Run the harness for one adaptor; return its lines by row."""
    python = sys.executable if adaptor == "varuh" else str(VENVS / adaptor / "bin" / "python")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VARUH_")}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    outcome = subprocess.run(
        [python, "-m", "tests.bench.peers.harness", adaptor, url],
        cwd=HOME,
        env=clean,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in outcome.stdout.splitlines() if line.startswith("{")]
    return {line["row"]: line for line in lines}


def _make_venvs() -> None:
    """Make what is missing of the peers' virtual environments."""
    for name, package in PEERS.items():
        folder = VENVS / name
        if (folder / ".installed").exists():
            continue
        sys.stderr.write(f"Installing {package} in {folder.relative_to(HOME)} …\n")
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *SHARED, package], check=True, stdout=sys.stderr)
        (folder / ".installed").touch()


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(f"{url}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
