"""A letter, from its kind, its facts and what it has to say. Pure.

The frame is the same for all: who writes, to whom, which case, the days that count; what every
negative letter must hold (reasons, complaint, court) cannot be left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dsar.errors import ReasonMissing
from dsar.letters.kinds import NEGATIVE, LetterKind
from dsar.letters.texts import say
from dsar.package.information import ControllerCard

Block = Mapping[str, object]
"""A block of the typesetter's templates: {"kind": "text", "paragraphs": […]}, "facts", "table" …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What stands in the frame of a letter."""

    kind: LetterKind
    language: str
    reference: str
    right: str
    """The code of the right."""
    received_on: date
    due_on: date
    legal_max_on: date
    written_on: date
    answered_by: str
    """Code of the controller that answers."""
    addressee: tuple[str, ...] = field(repr=False)
    """Name and address, line by line."""
    level: str
    demo_seal: bool


def letter_title(facts: LetterFacts) -> str:
    """Return the letter's title."""
    return say(facts.language, f"{facts.kind.value}.title")


def letter_data(
    facts: LetterFacts,
    *,
    controllers: Sequence[ControllerCard],
    values: Mapping[str, object],
    reasons: Sequence[str] = (),
    blocks: Sequence[Block] = (),
) -> dict[str, object]:
    """Return the data of templates/letter.typ.

    `values` fill the sentences of the kind; `reasons` are the reasons in words, one a paragraph;
    `blocks` come after them. Raises ReasonMissing for a negative letter without reasons (GDPR
    12(4)).
    """
    if facts.kind in NEGATIVE and not any(reason.strip() for reason in reasons):
        raise ReasonMissing(letter=facts.kind.value)
    language = facts.language
    sender = next(one for one in controllers if one.code == facts.answered_by)
    known = {
        "reference": facts.reference,
        "right": say(language, f"right.{facts.right}"),
        "received": write_date(facts.received_on),
        "due": write_date(facts.due_on),
        "legal_max": write_date(facts.legal_max_on),
        **values,
    }
    body: list[Block] = [{"kind": "text", "paragraphs": _paragraphs(facts, known)}]
    if reasons:
        body.append({"kind": "note", "title": say(language, "reasons"), "paragraphs": [*reasons]})
    return {
        "organisation": " · ".join(one.name for one in controllers),
        "sender": [sender.name, sender.address, sender.email, sender.phone],
        "addressee": list(facts.addressee),
        "place": f"{write_date(facts.written_on)}",
        "facts": [
            [say(language, "fact.reference"), facts.reference],
            [say(language, "fact.right"), known["right"]],
            [say(language, "fact.received"), known["received"]],
            [say(language, "fact.due"), known["due"]],
        ],
        "blocks": [*body, *blocks],
        "remedy": _remedy(facts, controllers),
        "seal": _seal(facts),
        "footer": facts.reference,
        "words": {"page": say(language, "page"), "of": say(language, "of")},
    }


def write_date(day: date) -> str:
    """Return the day as people read it: 5. 2. 2027."""
    return f"{day.day}. {day.month}. {day.year}"


def _paragraphs(facts: LetterFacts, values: Mapping[str, object]) -> list[str]:
    text = say(facts.language, f"{facts.kind.value}.text", **values)
    return [paragraph.strip() for paragraph in text.split("\n\n")]


def _remedy(facts: LetterFacts, controllers: Sequence[ControllerCard]) -> dict[str, object]:
    """Return how to complain: on every letter in a line, on a negative one in full."""
    language = facts.language
    if facts.kind not in NEGATIVE:
        return {"title": "", "paragraphs": [say(language, "remedy.short")]}
    officers = ", ".join(f"{one.dpo} ({one.dpo_email})" for one in controllers)
    return {
        "title": say(language, "remedy.title"),
        "paragraphs": [
            say(language, "remedy.review", officers=officers),
            say(language, "remedy.complaint"),
            say(language, "remedy.court"),
        ],
    }


def _seal(facts: LetterFacts) -> str:
    text = say(facts.language, f"seal.{facts.level}")
    return f"{text} {say(facts.language, 'seal.demo')}" if facts.demo_seal else text
