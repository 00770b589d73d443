"""What follows, inside the transaction in which a letter counts as delivered, from its kind."""

from collections.abc import Callable
from datetime import datetime

from dsar.letters.kinds import LetterKind
from dsar.models import Case, Letter
from dsar.operations.history import advance
from dsar.rules import Event, State
from records.access.grants import Actor


def follow_delivery(letter: Letter, *, case: Case, actor: Actor, now: datetime) -> None:
    """Take the step that the letter's arrival completes; the caller holds the case."""
    step = _STEPS.get(LetterKind(letter.kind))
    if step is not None:
        step(letter, case, actor, now)


def _extend(letter: Letter, case: Case, actor: Actor, now: datetime) -> None:
    from dsar.operations.extensions import put_in_force

    put_in_force(letter, case=case, actor=actor, now=now)


def _answer(letter: Letter, case: Case, actor: Actor, now: datetime) -> None:
    if case.state == State.DECIDED:
        advance(case, Event.DELIVERED, actor=actor, now=now, sha256=letter.sha256)


_STEPS: dict[LetterKind, Callable[[Letter, Case, Actor, datetime], None]] = {
    LetterKind.EXTENSION: _extend,
    LetterKind.GRANTED: _answer,
    LetterKind.PARTIAL: _answer,
    LetterKind.REFUSED: _answer,
}
