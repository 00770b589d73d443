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
    RightPage(
        Right.RECTIFICATION,
        "rectification",
        _("Correct my data"),
        _("Phone and e-mail at once, the rest after a look. What is contested rests meanwhile."),
    ),
    RightPage(
        Right.RESTRICTION,
        "restriction",
        _("Let my data rest"),
        _("We keep the data but do not use it. Payments with the card go on."),
    ),
    RightPage(
        Right.OBJECTION,
        "objection",
        _("Object to a use of my data"),
        _("News stops at once and for good. For anything else you see what helps."),
    ),
    RightPage(
        Right.WITHDRAWAL,
        "holder_consents",
        _("Take back a consent"),
        _("One click, and it counts at once. No request is needed."),
    ),
    RightPage(
        Right.HUMAN_REVIEW,
        "human-review",
        _("Have a person look at a decision"),
        _("A payment was declined, or your card was blocked, and you think that it was wrong."),
    ),
    RightPage(
        Right.LOG_QUESTION,
        "holder_log",
        _("Ask about a look at my data"),
        _("You see who looked, and ask about any entry in its row."),
    ),
    RightPage(
        Right.PORTABILITY,
        "portability",
        _("Take my data with me"),
        _("What you gave us and what arose in use, in forms that another service can read."),
    ),
    RightPage(
        Right.ERASURE,
        "erasure",
        _("Erase my data"),
        _("See first what goes at once, what later and why; then decide."),
    ),
)
"""In the order of the page."""
