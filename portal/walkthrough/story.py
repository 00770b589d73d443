"""Steps and their proofs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from records.access.grants import Actor
from records.access.purposes import ActorRole


class ProofFailedError(Exception):
    """A step did not prove what it promises."""


@dataclass(slots=True)
class Story:
    """What the steps hand on to each other."""

    now: datetime
    with_worker: bool = False
    kept: dict[str, Any] = field(default_factory=dict, repr=False)


Step = Callable[[Story], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One step as it is printed."""

    step: str
    done: str
    at: str
    ok: bool
    proof: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {
            "step": self.step,
            "done": self.done,
            "at": self.at,
            "ok": self.ok,
            "proof": self.proof,
        }


def tell(story: Story, steps: list[Step]) -> Iterator[Outcome]:
    """Run the steps in order and yield each outcome; stop after the first that fails."""
    for step in steps:
        done = " ".join((step.__doc__ or "").split())
        try:
            proof, ok = step(story), True
        except ProofFailedError as failure:
            proof, ok = {"failed": str(failure)}, False
        yield Outcome(step.__name__, done, story.now.isoformat(), ok, proof)
        if not ok:
            return


def prove(truth: object, what: str) -> None:
    """Raise ProofFailedError, naming what was to be proven, unless it is so."""
    if not truth:
        raise ProofFailedError(what)


CLERK = Actor(ActorRole.CLERK, "5f4dcc3b-0000-4000-8000-000000000001", "knjiznica")
FIRST_CONTROLLER = Actor(ActorRole.CONTROLLER, "5f4dcc3b-0000-4000-8000-000000000002", "novo-mesto")
SECOND_CONTROLLER = Actor(
    ActorRole.CONTROLLER, "5f4dcc3b-0000-4000-8000-000000000003", "nova-gorica"
)
DPO = Actor(ActorRole.DPO, "5f4dcc3b-0000-4000-8000-000000000004", "novo-mesto")
SYSTEM = Actor(ActorRole.SYSTEM, "system:walkthrough", "novo-mesto")
CITY, POINT = "novo-mesto", "nm-knjiznica"
