"""What a holder may ask for on the portal, and the address at which each right begins."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsar.rules import Right


@dataclass(frozen=True, slots=True)
class RightPage:
    """One right as it is offered."""

    right: Right
    url_name: str
    title: Promise
    text: Promise


RIGHTS_PAGES: tuple[RightPage, ...] = (
    RightPage(
        Right.ACCESS,
        "new_request",
        _("Get a copy of my data"),
        _("Everything that is kept about you, to read and for a computer, usually at once."),
    ),
)
"""In the order of the page."""
