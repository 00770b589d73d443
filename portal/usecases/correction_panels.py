"""What cases of correction, restriction, objection, review and questions show on the pages of a
case; nothing is opened for it.
"""

from datetime import datetime

from django.utils.translation import gettext

from dsar.models import Case
from dsar.queries import find_declared, list_case_restrictions, list_corrections
from dsar.rules import Right
from portal.people import Holder, Staff
from portal.usecases.panels import Panel

RIGHTS = frozenset(
    {
        Right.RECTIFICATION,
        Right.RESTRICTION,
        Right.OBJECTION,
        Right.HUMAN_REVIEW,
        Right.LOG_QUESTION,
    }
)


def correction_panel(case: Case, _holder: Holder, _now: datetime) -> Panel | None:
    """Return what became of each proposed correction, and what stands still meanwhile."""
    items = list_corrections(case.pk)
    return Panel(
        "portal/holder/correction_panel.html",
        {
            "items": [
                {
                    "id": item.pk,
                    "label": field_label(item.column),
                    "state": item.state,
                    "ground": item.ground,
                }
                for item in items
            ],
            "restrictions": list_case_restrictions(case.pk),
        },
    )


def restriction_panel(case: Case, _holder: Holder, _now: datetime) -> Panel | None:
    """Return what of a case stands still, and why."""
    found = list_case_restrictions(case.pk)
    return Panel("portal/holder/restriction_panel.html", {"restrictions": found}) if found else None


def field_label(code: str) -> str:
    """Return the declared label of a column, translated."""
    found = find_declared(code)
    return f"{gettext(found.table.label)}: {gettext(found.column.label)}"


def work_panel(case: Case, _staff: Staff, _now: datetime) -> Panel | None:
    """Return what a case asks for without opening anything, and the way to open it."""
    if case.right not in RIGHTS:
        return None
    return Panel(
        "portal/office/corrections_panel.html",
        {
            "case_id": case.pk,
            "items": list_corrections(case.pk),
            "restrictions": list_case_restrictions(case.pk),
        },
    )
