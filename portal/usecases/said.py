"""What a person said in a request, in everyday words."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from portal import words
from portal.usecases.own_data import Fact
from portal.writing import case_word

SAID = {
    "why": _("In their own words"),
    "text": _("In their own words"),
    "decision": _("What was decided"),
    "ask": _("What is asked"),
    "ground": _("Ground"),
    "purposes": _("Purposes"),
}


def write_said(details: Mapping[str, object]) -> tuple[Fact, ...]:
    """Return what the person said, each answer under its name; numbers of rows are left out."""
    return tuple(
        Fact(str(text), _write(details[name])) for name, text in SAID.items() if details.get(name)
    )


def _write(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_write(one) for one in value)
    return case_word(value) if str(value) in words.WORDS else str(value)
