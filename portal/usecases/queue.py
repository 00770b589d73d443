"""The officers' queue, its saved views, and the yearly figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from dsar.models import Case
from dsar.queries import CaseStanding, standings
from dsar.queue import (
    MOST_COUNTED,
    QueueFilter,
    count_queue,
    get_case_for,
    list_queue,
    retry_collection,
)
from dsar.rules.figures import Figures
from dsar.statistics import figures_csv, figures_pdf, list_years, yearly_figures
from portal.models import SavedView
from portal.people import Staff
from portal.register import city_names
from portal.writing import case_word
from records.legal_days import legal_day

SOON_DAYS = 7
MOST_VIEWS = 20
FILES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A case and how it stands against its day."""

    case: Case
    standing: CaseStanding

    @property
    def mark(self) -> str:
        """Return overdue, soon or "" – shown as a word and a colour (D1)."""
        if self.standing.overdue:
            return "overdue"
        return "soon" if self.standing.days_left <= SOON_DAYS else ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the queue."""

    lines: tuple[QueueLine, ...]
    after: str
    count: int
    more_than: bool
    """Whether there are more than were counted."""


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A saved view, and the address that it opens."""

    id: UUID
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand over."""

    name: str
    data: bytes = field(repr=False)


def read_page(*, staff: Staff, asked: QueueFilter, after: str, now: datetime) -> Page:
    """Return a page of the joint cases of the officer's city, the most urgent first (D1, D10)."""
    found = list_queue(city=staff.city, asked=asked, now=now, after=after)
    count = count_queue(city=staff.city, asked=asked, now=now)
    how = standings(found.cases, now=now)
    return Page(
        lines=tuple(QueueLine(case, how[case.pk]) for case in found.cases),
        after=found.after,
        count=min(count, MOST_COUNTED),
        more_than=count > MOST_COUNTED,
    )


def list_views(*, staff: Staff) -> list[ViewLine]:
    """Return the officer's saved views by name."""
    rows = SavedView.objects.filter(profile_id=staff.profile_id).order_by("name")
    return [
        ViewLine(row.pk, row.name, urlencode(QueueFilter.read(row.asked).as_dict())) for row in rows
    ]


def keep_view(*, staff: Staff, name: str, asked: QueueFilter) -> None:
    """Keep a filter under a name; the same name again replaces it. The oldest make room."""
    SavedView.objects.update_or_create(
        profile_id=staff.profile_id, name=name, defaults={"asked": asked.as_dict()}
    )
    kept = SavedView.objects.filter(profile_id=staff.profile_id).order_by("name")
    for row in kept[MOST_VIEWS:]:
        row.delete()


def forget_view(*, staff: Staff, view_id: str) -> None:
    """Forget a saved view of the officer's own; another's stays, without a word."""
    try:
        SavedView.objects.filter(profile_id=staff.profile_id, pk=view_id).delete()
    except ValidationError:
        return


def retry(*, staff: Staff, case_id: UUID, now: datetime) -> None:
    """Make the job of a joint case due at once. Raises CaseUnknown."""
    retry_collection(case=get_case_for(city=staff.city, case_id=case_id), now=now)


def read_figures(*, staff: Staff, year: int | None, now: datetime) -> dict[str, object]:
    """Return the figures of a year and which years there are."""
    years = list_years(city=staff.city, today=legal_day(now))
    chosen = year if year in years else years[0]
    found = yearly_figures(city=staff.city, year=chosen, now=now)
    return {
        "year": chosen,
        "years": years,
        "tables": [
            {"title": city_names().get(city, city) if city else gettext("All cities"), "one": one}
            for city, one in found.items()
        ],
    }


def make_figures_file(
    *, staff: Staff, year: int | None, kind: str, language: str, now: datetime
) -> File:
    """Return the figures of a year as a file."""
    years = list_years(city=staff.city, today=legal_day(now))
    chosen = year if year in years else years[0]
    found = yearly_figures(city=staff.city, year=chosen, now=now)
    name = f"figures-{chosen}.{kind}"
    if kind == "csv":
        return File(name, figures_csv(found))
    short = "en" if language.startswith("en") else "sl"
    sealed = figures_pdf(
        found,
        year=chosen,
        words=_words(found),
        names=city_names(),
        language=short,
        now=now,
    )
    return File(name, sealed.data)


def _words(found: Mapping[str, Figures]) -> dict[str, str]:
    """Return the sentences and code words of the PDF in the active language."""
    codes = {
        code
        for one in found.values()
        for table in (one.by_right, one.by_channel, one.by_outcome, one.refusals_by_ground)
        for code, _ in table
    }
    return {code: case_word(code) for code in codes} | {
        "title": gettext("Requests about data in {year}"),
        "kicker": gettext("Rights of data subjects · GDPR 12 to 22"),
        "subtitle": gettext("How many requests came, how fast they were answered, and how"),
        "lead": gettext(
            "Nobody is in these figures. The same numbers are attached as figures.csv. An answer "
            "after the day told counts as late for ever."
        ),
        "as_of": gettext("As of"),
        "all": gettext("All cities"),
        "file": gettext("the figures as CSV"),
        "what": gettext("What"),
        "number": gettext("Number"),
        "page": gettext("Page"),
        "of": gettext("of"),
        "contents": gettext("Contents"),
        "seal.B-B": gettext("Sealed electronically (PAdES B-B, without a timestamp)."),
        "seal.B-LTA": gettext("Sealed with an archive timestamp (PAdES B-LTA)."),
        "received": gettext("Requests received"),
        "answered": gettext("Answered"),
        "waiting": gettext("Waiting"),
        "kept_promise": gettext("Answered by the day told at first"),
        "within_law": gettext("Answered within the law"),
        "overdue": gettext("Late"),
        "median_days": gettext("Days to the answer, median"),
        "promise_percent": gettext("Answered by the day told, per cent"),
        "by_right": gettext("By right"),
        "by_channel": gettext("By channel"),
        "by_outcome": gettext("By outcome"),
        "refusals_by_ground": gettext("Refusals by ground"),
        "none": gettext("no ground noted"),
        "": gettext("none"),
    }
