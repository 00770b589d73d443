"""The base of all typed refusals."""

from typing import ClassVar


class Refusal(Exception):
    """You asked for something that a rule does not let happen.

    `code` is stable and never reused; `facts` hold identifiers and numbers, never personal data.
    The portal turns the code into a sentence in the user's language (portal.refusals).
    """

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        shown = ", ".join(f"{name}={value}" for name, value in sorted(facts.items()))
        super().__init__(f"{self.code}({shown})")
