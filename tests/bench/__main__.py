"""`make bench`: run every bench_*.py and print one JSON object a line.

Each line: {"name", "database", "value", "unit", "baseline", "ratio", "goal", "met"}. Ratios come
from one interleaved run, so that a busy machine slows both sides. `python -m tests.bench log
ledger` runs only the named ones.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def report(
    *,
    name: str,
    database: str,
    value: float,
    unit: str,
    baseline: float | None,
    ratio: float | None,
    goal: str,
    met: bool,
) -> None:
    """Print one measured line."""
    line: dict[str, Any] = {
        "name": name,
        "database": database,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "ratio": ratio,
        "goal": goal,
        "met": met,
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main(wanted: list[str]) -> int:
    """Run the benchmarks asked for, all without arguments; return the exit code."""
    here = Path(__file__).parent
    names = sorted(path.stem for path in here.glob("bench_*.py"))
    unknown = set(wanted) - {name.removeprefix("bench_") for name in names}
    if unknown:
        sys.stderr.write(f"No such benchmark: {', '.join(sorted(unknown))}.\n")
        return 2
    for name in names:
        if not wanted or name.removeprefix("bench_") in wanted:
            importlib.import_module(f"tests.bench.{name}").run(report)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
