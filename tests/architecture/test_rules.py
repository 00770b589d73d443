"""docs/rules.md and the tests speak of the same rules."""

from tests.rules import expected_state, marked_clauses, read_contradictions, read_rules

VECTORS = {"§10"}


def test_all_rules_of_the_sources_are_listed() -> None:
    numbers = [rule.number for rule in read_rules()]

    assert numbers == list(range(1, 212))


def test_every_marked_clause_exists() -> None:
    known = {rule.clause for rule in read_rules()} | read_contradictions() | VECTORS

    unknown = {clause: files for clause, files in marked_clauses().items() if clause not in known}

    assert unknown == {}


def test_the_state_column_is_true() -> None:
    marked = marked_clauses()

    wrong = {
        rule.clause: expected_state(rule, marked)
        for rule in read_rules()
        if rule.state != expected_state(rule, marked)
    }

    assert wrong == {}, "run: python -m tests.rules --write"
