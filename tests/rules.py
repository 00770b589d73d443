"""The rules of docs/rules.md against the tests that carry their clause.

`python -m tests.rules` prints a line `MISSING <clause>` for each rule of kind S without a test and
exits 1 while there are any; `--write` brings the State column of docs/rules.md up to date.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES_FILE = ROOT / "docs" / "rules.md"
TESTS_DIR = ROOT / "tests"
_ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (.*) \| ([^|]+) \| ([^|]+) \| (tested|open|text) \|$")
_CONTRADICTION = re.compile(r"^\| (C\d+) \| ")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of docs/rules.md."""

    number: int
    clause: str
    kind: str
    state: str

    @property
    def enforced_by_software(self) -> bool:
        """Whether the row is of kind S (or S+P)."""
        return self.kind.startswith("S")


def read_rules() -> list[Rule]:
    """Return all rows of docs/rules.md."""
    rules = []
    for line in RULES_FILE.read_text(encoding="utf-8").splitlines():
        if match := _ROW.match(line):
            number, clause, _, _, kind, state = match.groups()
            rules.append(Rule(int(number), clause.strip(), kind.strip(), state))
    return rules


def read_contradictions() -> set[str]:
    """Return the names of the contradictions, C1 …"""
    lines = RULES_FILE.read_text(encoding="utf-8").splitlines()
    return {match.group(1) for line in lines if (match := _CONTRADICTION.match(line))}


def marked_clauses() -> dict[str, set[str]]:
    """Return clause → test files that carry it, read from the markers in the tests' source."""
    found: dict[str, set[str]] = {}
    for path in TESTS_DIR.rglob("test_*.py"):
        for clause in _clauses_in(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(clause, set()).add(str(path.relative_to(ROOT)))
    return found


def _clauses_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "rule"
            and ast.unparse(node.func).startswith("pytest.mark")
        ):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def is_tested(rule: Rule, marked: dict[str, set[str]]) -> bool:
    """Whether some test carries the rule's clause; »T4.1.9« alone covers none of its parts a, b."""
    return rule.clause in marked


def expected_state(rule: Rule, marked: dict[str, set[str]]) -> str:
    """Return what the State column must say."""
    if is_tested(rule, marked):
        return "tested"
    return "open" if rule.enforced_by_software else "text"


def write_states() -> None:
    """Bring the State column up to date."""
    marked = marked_clauses()
    states = {rule.number: expected_state(rule, marked) for rule in read_rules()}
    lines = RULES_FILE.read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        if match := _ROW.match(line):
            lines[index] = re.sub(
                r"(tested|open|text) \|$", states[int(match.group(1))] + " |", line
            )
    RULES_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Print what is missing; return the exit code."""
    if "--write" in arguments:
        write_states()
    marked = marked_clauses()
    wanted = [rule for rule in read_rules() if rule.enforced_by_software]
    missing = [rule for rule in wanted if not is_tested(rule, marked)]
    for rule in missing:
        sys.stdout.write(f"MISSING {rule.clause}\n")
    sys.stderr.write(
        f"{len(wanted) - len(missing)} of {len(wanted)} rules of kind S carry a test.\n"
    )
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
