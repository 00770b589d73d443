"""Decisions: their states, what a partial answer must name, which step and letter follow. Pure."""

from collections.abc import Collection
from enum import StrEnum

from dsar.errors import PartsUnclear, StepNotPossible
from dsar.letters.kinds import LetterKind
from dsar.rules.states import Event, Outcome
from records.access.purposes import DataCategory


class DecisionState(StrEnum):
    """How far a decision has come."""

    PREPARED = "prepared"
    RETURNED = "returned"
    CONFIRMED = "confirmed"


class Result(StrEnum):
    """How the supervisor's procedure ended, for the person."""

    UPHELD = "upheld"
    PARTLY = "partly"
    DISMISSED = "dismissed"


STEP_OF: dict[Outcome, Event] = {
    Outcome.GRANTED: Event.GRANTED,
    Outcome.PARTIAL: Event.PARTLY_GRANTED,
    Outcome.REFUSED: Event.REFUSED,
}
LETTER_OF: dict[Outcome, LetterKind] = {
    Outcome.GRANTED: LetterKind.GRANTED,
    Outcome.PARTIAL: LetterKind.PARTIAL,
    Outcome.REFUSED: LetterKind.REFUSED,
}
NEGATIVE_OUTCOMES = frozenset({Outcome.PARTIAL, Outcome.REFUSED})
OUTCOME_OF_RESULT: dict[Result, Outcome] = {
    Result.UPHELD: Outcome.GRANTED,
    Result.PARTLY: Outcome.PARTIAL,
    Result.DISMISSED: Outcome.REFUSED,
}


def require_decidable(outcome: Outcome) -> None:
    """Return if people can decide this; raise StepNotPossible (a withdrawal is the person's)."""
    if outcome not in STEP_OF:
        raise StepNotPossible(step=f"decide:{outcome.value or 'nothing'}")


def split_parts(
    *, outcome: Outcome, granted: Collection[str], refused: Collection[str]
) -> tuple[list[str], list[str]]:
    """Return the kinds of data granted and refused, as clean codes.

    A partial answer names both and nothing twice; any other names neither, for it is whole. Raises
    PartsUnclear.
    """
    if outcome is not Outcome.PARTIAL:
        if granted or refused:
            raise PartsUnclear(outcome=outcome.value)
        return [], []
    try:
        yes = sorted({DataCategory(code).value for code in granted})
        no = sorted({DataCategory(code).value for code in refused})
    except ValueError:
        raise PartsUnclear(outcome=outcome.value) from None
    if not yes or not no or set(yes) & set(no):
        raise PartsUnclear(outcome=outcome.value, granted=len(yes), refused=len(no))
    return yes, no
