"""Partial answers: what is granted is done, what is not is said, and both can be followed."""

from datetime import datetime

from dsar.letters.compose import Block
from dsar.letters.texts import say
from dsar.models import Case, Decision, Fulfilment
from dsar.operations.beginning import order_package
from dsar.package.texts import name_of
from dsar.rules import Outcome, Right

_WITH_PACKAGE = frozenset({Right.ACCESS, Right.PORTABILITY})


def order_granted_part(case: Case, decision: Decision, now: datetime) -> None:
    """Order the package of the granted kinds of data, inside the caller's transaction; a whole
    grant of a copy orders the whole package.
    """
    if decision.outcome == Outcome.REFUSED or Right(case.right) not in _WITH_PACKAGE:
        return
    if not Fulfilment.objects.filter(case=case, done_at=None).exists():
        order_package(case, now)


def parts_block(decision: Decision, language: str) -> Block:
    """Return the letter's table of what is granted and what is not."""
    rows = [
        [name_of(language, "category", code), say(language, f"part.{state}")]
        for state, codes in (("granted", decision.granted), ("refused", decision.refused))
        for code in codes
    ]
    return {
        "kind": "table",
        "label": say(language, "part.title"),
        "columns": [say(language, "part.kind"), say(language, "part.answer")],
        "rows": rows,
    }
