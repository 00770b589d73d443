"""What the pages of a case show beyond what all cases share: one panel a topic."""

from collections.abc import Callable
from datetime import datetime

from dsar.models import Case
from dsar.rules import Right
from portal.people import Holder, Staff
from portal.usecases import correction_panels, recipients
from portal.usecases.panels import Panel

__all__ = ["HOLDER_PANELS", "OFFICE_PANELS", "Panel", "holder_panel", "office_panels"]


OfficePanel = Callable[[Case, Staff, datetime], Panel | None]
HolderPanel = Callable[[Case, Holder, datetime], Panel | None]


def _told(case: Case, _staff: Staff, _now: datetime) -> Panel | None:
    found = recipients.office_panel(case)
    return Panel(*found) if found else None


def _work(case: Case, staff: Staff, now: datetime) -> Panel | None:
    from portal.usecases.case_work import work_panel

    return work_panel(case, staff, now)


def _erasure_for_staff(case: Case, staff: Staff, now: datetime) -> Panel | None:
    from portal.usecases import erasing  # which itself makes panels

    return erasing.office_panel(case, staff, now)


def _erasure_for_holder(case: Case, holder: Holder, now: datetime) -> Panel | None:
    from portal.usecases import erasing  # which itself makes panels

    return erasing.holder_panel(case, holder, now)


OFFICE_PANELS: tuple[OfficePanel, ...] = (
    _erasure_for_staff,
    _work,
    _told,
    correction_panels.work_panel,
)
"""Asked for every case, in this order; None where there is nothing to show."""

HOLDER_PANELS: dict[Right, HolderPanel] = {
    Right.ERASURE: _erasure_for_holder,
    Right.RECTIFICATION: correction_panels.correction_panel,
    Right.RESTRICTION: correction_panels.restriction_panel,
    Right.OBJECTION: correction_panels.restriction_panel,
}
"""What a holder sees of their own case, by its right."""


def office_panels(*, case: Case, staff: Staff, now: datetime) -> list[Panel]:
    """Return the panels of a case for staff."""
    found = (make(case, staff, now) for make in OFFICE_PANELS)
    return [panel for panel in found if panel is not None]


def holder_panel(*, case: Case, holder: Holder, now: datetime) -> Panel | None:
    """Return the panel of a holder's own case, None where its right has none."""
    make = HOLDER_PANELS.get(Right(case.right))
    return make(case, holder, now) if make else None
