"""The main navigation of each role."""

from django.utils.translation import gettext_lazy as _

from portal.models import StaffRole
from portal.people import Holder, Person

_HOLDER = (
    ("holder_home", _("Overview")),
    ("holder_data", _("My data")),
    ("holder_card", _("Card and money")),
    ("holder_requests", _("My requests")),
    ("holder_log", _("Who looked")),
    ("holder_consents", _("Consents")),
)
_OFFICE = (
    ("queue", _("Requests")),
    ("figures", _("Figures")),
    ("office_erasures", _("Erasures")),
    ("retention_plans", _("Retention")),
    ("integrity", _("Integrity")),
)
_STAFF = {
    StaffRole.CLERK: (
        ("desk", _("Desk")),
        ("look_up", _("Find a person")),
        ("new_application", _("New application")),
        ("desk_block", _("Block a card")),
        ("desk_requests", _("Registered requests")),
        ("desk_cases", _("Requests about data")),
        ("office_erasures", _("Erasures")),
    ),
    StaffRole.CONTROLLER: (*_OFFICE, ("desk_requests", _("Registered requests"))),
    StaffRole.DPO: (_OFFICE[0], ("log_search", _("Record of look-ups")), *_OFFICE[1:]),
}


BELONGS = (
    ("/me/rights/", "holder_requests"),
    ("/me/letters/", "holder_requests"),
    ("/work/", "desk_cases"),
    ("/work/", "queue"),
    ("/office/letters/", "queue"),
    ("/desk/people/", "look_up"),
    ("/desk/mail/", "desk_requests"),
)
"""Start of an address → the item under which it is looked for, where the address does not say."""


def items_for(person: Person | None) -> tuple[tuple[str, object], ...]:
    """Return url names and labels of the person's navigation."""
    if person is None:
        return ()
    return _HOLDER if isinstance(person, Holder) else _STAFF[person.role]


def start_of(person: Person | None) -> str:
    """Return the url name of the person's start page."""
    return str(items_for(person)[0][0]) if person else "home"
