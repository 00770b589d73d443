"""Erasure in the portal: the preview in words, the choice, what a case page shows (H15)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext

from dsar.erasing.preview import (
    CONTACTS,
    EVERY_CATEGORY,
    Preview,
    default_parts,
    is_virtual,
    possible_parts,
    preview_erasure,
)
from dsar.models import Case, ErasureBreaker, ErasureOrder
from dsar.operations.erasure import cancel_erasure, confirm_erasure, list_votes
from dsar.queue import visible_to
from dsar.rules import Right
from dsar.rules.erasure import APPROVALS, Fate, Line, OrderState, may_approve
from dsar.rules.states import PROVEN
from portal import words
from portal.delivery import get_channel
from portal.models import StaffRole
from portal.people import Holder, Staff
from portal.usecases.own_cases import file_own
from portal.usecases.panels import Panel
from portal.writing import write_day
from records.access.gate import open_gate
from records.access.grants import Grant
from records.access.inventory import Table
from records.access.purposes import Action, DataCategory, Purpose
from records.access.registry import SubjectContext, sources
from records.identity.queries import reveal_columns
from retention.rules import get_rule

PHONE, EMAIL = CONTACTS


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a preview or plan in everyday words."""

    title: str
    columns: str
    rows: int
    until: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose."""

    end_contract: bool = False
    keep: str = ""
    """The contact that stays, where one of two can go; empty for the one that we can reach."""


@dataclass(frozen=True, slots=True)
class Page:
    """A preview in words."""

    preview: Preview
    parts: tuple[str, ...]
    keep: str
    may_choose_contact: bool
    now: tuple[Row, ...]
    later: tuple[Row, ...]
    kept: tuple[Row, ...]


def read_preview(*, holder: Holder, choice: Choice, now: datetime) -> Page:
    """Return what an erasure would do to the holder's data; the look is an entry of the log."""
    grant = open_gate(
        actor=holder.actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[holder.subject_id],
        categories=EVERY_CATEGORY,
        action=Action.CONSULT,
        task="erasure-preview",
        now=now,
    )
    possible = possible_parts(grant, SubjectContext(holder.subject_id), now)
    stay = _contacts_that_may_stay(grant, holder.subject_id, possible)
    keep = choice.keep if choice.keep in stay else stay[0]
    parts = default_parts(possible, keep_contact=keep)
    preview = preview_erasure(
        grant,
        subject_id=holder.subject_id,
        parts=parts,
        end_contract=choice.end_contract,
        now=now,
    )
    return Page(
        preview=preview,
        parts=tuple(parts),
        keep=keep,
        may_choose_contact=len(stay) > 1,
        now=_write_now(preview),
        later=_write_all(preview.of_fate(Fate.LATER)),
        kept=_write_all(preview.of_fate(Fate.KEPT)),
    )


def _contacts_that_may_stay(
    grant: Grant, subject_id: UUID, possible: Collection[str]
) -> tuple[str, ...]:
    """Return the contacts of which one stays; one that no message reaches is not among them, so
    that the answer arrives.
    """
    if is_virtual(subject_id) or not {PHONE, EMAIL} <= set(possible):
        return (PHONE,)
    values = reveal_columns(grant, [subject_id], columns=["phone", "email"])[0]
    reached = tuple(
        code
        for code, value in zip(CONTACTS, values, strict=True)
        if value and get_channel().reaches(str(value))
    )
    return reached or (PHONE, EMAIL)


def file_erasure(
    *, holder: Holder, choice: Choice, language: str, case_id: UUID, now: datetime
) -> Case:
    """File the request and confirm it; sending the same one twice is once.

    One that waits for its confirmation (it came on paper, or identity had to be shown first) is
    confirmed instead of filing another. While it is not known who asks, nothing is confirmed.
    """
    page = read_preview(holder=holder, choice=choice, now=now)
    waiting = ErasureOrder.objects.filter(
        subject_id=holder.subject_id, state=OrderState.ASKED, case__state__in=PROVEN
    ).select_related("case")
    order = waiting.order_by("case__received_at").first()
    if order is not None:
        case = order.case
    else:
        case = file_own(
            holder=holder, right=Right.ERASURE, language=language, case_id=case_id, now=now
        )
    if case.state not in PROVEN:
        return case
    confirm_erasure(
        actor=holder.actor,
        case_id=case.pk,
        parts=page.parts,
        end_contract=choice.end_contract,
        now=now,
    )
    return case


def cancel_own(*, holder: Holder, case_id: UUID, now: datetime) -> None:
    """Cancel the holder's own erasure; raises CancelTooLate, OrderUnknown."""
    cancel_erasure(actor=holder.actor, subject_id=holder.subject_id, case_id=case_id, now=now)


def holder_panel(case: Case, holder: Holder, now: datetime) -> Panel | None:
    """Show a holder how their erasure goes, with the way to cancel it."""
    order = ErasureOrder.objects.filter(case=case, subject_id=holder.subject_id).first()
    if order is None:
        return None
    may_cancel = order.state in (OrderState.ASKED, OrderState.CONFIRMED) and (
        order.cancel_until is None or now < order.cancel_until
    )
    return Panel(
        "portal/holder/erasure_panel.html",
        {"order": order, "case": case, "may_cancel": may_cancel, "parts": write_parts(order.parts)},
    )


def office_panel(case: Case, staff: Staff, now: datetime) -> Panel | None:  # noqa: ARG001  # an OfficePanel
    """Show staff the plan of an erasure, with what they may do."""
    order = ErasureOrder.objects.filter(case=case).first()
    if order is None:
        return None
    return Panel("portal/office/erasure_panel.html", order_context(order, staff))


def order_context(order: ErasureOrder, staff: Staff) -> dict[str, object]:
    """Return what a page about an order shows."""
    votes = list_votes(order)
    voted = any(vote.actor_id == staff.actor.id for vote in votes)
    tables = {line["model"] for line in order.plan if line["fate"] == Fate.NOW}
    return {
        "order": order,
        "case": order.case,
        "votes": votes,
        "needed": APPROVALS,
        "parts": write_parts(order.parts),
        "counts": [
            (_part_title(code), order.predicted.get(code, 0), order.actual.get(code))
            for code in [*order.parts, *(["cards"] if order.end_contract else [])]
        ],
        "lines": [_write(_line(line)) for line in order.plan if line["fate"] != Fate.NOW],
        "tables": sorted(tables),
        "may_approve": order.state == OrderState.PLANNED
        and not voted
        and may_approve_here(order, staff),
        "may_replan": order.state == OrderState.FAILED and staff.role == StaffRole.CONTROLLER,
    }


def may_approve_here(order: ErasureOrder, staff: Staff) -> bool:
    """Say whether this member of staff may approve this order: clerks for their own city only
    (threat 35), controllers' officers for all joint cases.
    """
    return may_approve(staff.actor.role) and is_theirs(order, staff)


def is_theirs(order: ErasureOrder, staff: Staff) -> bool:
    """Say whether this order is of the staff's own city, or for officers of a joint case."""
    if staff.role == StaffRole.CLERK:
        return bool(order.case.answered_by == staff.city)
    return staff.city in order.case.controllers


def list_orders(staff: Staff) -> list[ErasureOrder]:
    """Return the orders that wait for somebody, the most urgent first; clerks see their city's."""
    found = ErasureOrder.objects.select_related("case").filter(
        state__in=[OrderState.CONFIRMED, OrderState.PLANNED, OrderState.APPROVED,
                   OrderState.RUNNING, OrderState.FAILED]
    )  # fmt: skip
    if staff.role == StaffRole.CLERK:
        found = found.filter(case__answered_by=staff.city)
    else:
        found = found.filter(case__in=visible_to(staff.city))
    return list(found.order_by("case__due_on", "pk")[:200])


def open_breakers() -> list[ErasureBreaker]:
    """Return the days on which the breaker has opened and nobody has released it."""
    return list(ErasureBreaker.objects.filter(released_at=None).order_by("day"))


def write_parts(codes: Collection[str]) -> list[str]:
    """Return what goes, in words."""
    return [_part_title(code) for code in codes]


def _part_title(code: str) -> str:
    return str(words.ERASURE_PARTS.get(code, code))


def _write_now(preview: Preview) -> tuple[Row, ...]:
    return tuple(
        Row(_part_title(code), "", number, "", "")
        for code, number in preview.predicted.items()
        if number
    )


def _write_all(lines: Iterable[Line]) -> tuple[Row, ...]:
    """Write the lines that are about a holder; columns that hold something of staff alone are
    empty here.
    """
    return tuple(_write(line) for line in lines if not _is_about_staff(line))


def _is_about_staff(line: Line) -> bool:
    columns = [c for c in _tables()[line.model].personal() if c.name in line.columns]
    return bool(columns) and all(c.category is DataCategory.STAFF for c in columns)


def _write(line: Line) -> Row:
    table = _tables()[line.model]
    labels = [gettext(c.label) for c in table.personal() if c.name in line.columns]
    return Row(
        title=gettext(table.label),
        columns=", ".join(labels),
        rows=line.rows,
        until=_write_until(line),
        why=f"{words.RETENTION[line.rule]} – {get_rule(line.rule).citation}",
    )


def _write_until(line: Line) -> str:
    if line.until is None:
        return gettext("the day is not known yet")
    day = write_day(line.until)
    return gettext("%(day)s (foreseen)") % {"day": day} if line.foreseen else day


def _line(said: dict[str, object]) -> Line:
    until = said["until"]
    values = {**said, "columns": tuple(said["columns"]), "fate": Fate(str(said["fate"]))}
    return Line(**{**values, "until": date.fromisoformat(str(until)) if until else None})


def _tables() -> dict[str, Table]:
    return {table.model: table for source in sources() for table in source.tables}
