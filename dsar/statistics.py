"""Gathering the figures of rights requests, as numbers, as CSV and as a sealed PDF (D10)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db.models import Min, OuterRef, Subquery

from dsar.models import CaseEvent
from dsar.operations.collecting import controller_cards
from dsar.queue import visible_to
from dsar.rules import Event
from dsar.rules.clock import LEGAL_MONTHS, roll_forward
from dsar.rules.figures import CaseFact, Figures, figures
from records.documents.rendering import Attachment, render_pdf
from records.documents.seals import SealedPdf, SealSettings
from records.documents.signing import seal_pdf
from records.legal_days import add_months, legal_day

CHUNK = 2_000
ANSWERS = (Event.DELIVERED.value, Event.WITHDRAWN.value)
"""What ends the waiting: the answer, or the person's own withdrawal."""


def list_facts(*, city: str, year: int) -> Iterable[CaseFact]:
    """Yield the facts of the cases that the city may see, received in a year."""
    found = visible_to(city).filter(received_on__year=year)
    answers = CaseEvent.objects.filter(case=OuterRef("pk"), event__in=ANSWERS).order_by("at")
    answered = Subquery(answers.values("at")[:1])
    rows = found.annotate(answered_at=answered).values_list(
        "right",
        "answered_by",
        "channel",
        "received_on",
        "due_on",
        "legal_max_on",
        "extended",
        "answered_at",
        "outcome",
        "ground",
    )
    for right, by, channel, received, due, last, extended, at, outcome, ground in rows.iterator(
        chunk_size=CHUNK
    ):
        month = roll_forward(add_months(received, LEGAL_MONTHS), settings.EXTRA_WORK_FREE_DAYS)
        yield CaseFact(
            right=right,
            answered_by=by,
            channel=channel,
            received_on=received,
            promised_on=due,
            lawful_until=last if extended else month,
            answered_on=legal_day(at) if at else None,
            outcome=outcome,
            ground=ground,
        )


def yearly_figures(*, city: str, year: int, now: datetime) -> dict[str, Figures]:
    """Return the figures of a year: "" for all that the city may see, then for each city that
    answered.
    """
    facts = list(list_facts(city=city, year=year))
    today = legal_day(now)
    cities = sorted({fact.answered_by for fact in facts})
    return {"": figures(facts, today=today)} | {
        one: figures((fact for fact in facts if fact.answered_by == one), today=today)
        for one in cities
    }


def list_years(*, city: str, today: date) -> list[int]:
    """Return the years in which there were requests, the newest first, this one always."""
    first = visible_to(city).aggregate(first=Min("received_on"))["first"]
    return list(range(today.year, (first or today).year - 1, -1))


_NUMBERS = (
    "received",
    "answered",
    "waiting",
    "kept_promise",
    "within_law",
    "overdue",
    "median_days",
    "promise_percent",
)
_TABLES = ("by_right", "by_channel", "by_outcome", "refusals_by_ground")


def figures_csv(found: Mapping[str, Figures]) -> bytes:
    """Return the figures as CSV: city, figure, code, value; UTF-8 with a byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["city", "figure", "code", "value"])
    for city, one in found.items():
        for name in _NUMBERS:
            writer.writerow([city or "all", name, "", getattr(one, name)])
        for name in _TABLES:
            writer.writerows([city or "all", name, *line] for line in getattr(one, name))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def figures_pdf(
    found: Mapping[str, Figures],
    *,
    year: int,
    words: Mapping[str, str],
    names: Mapping[str, str],
    language: str,
    now: datetime,
) -> SealedPdf:
    """Return the figures as a sealed PDF/A with bars and the tables behind them, the CSV inside.

    `words` are the sentences and the words of codes in that language; `names` the cities'.
    """
    seal = SealSettings.configured()
    title = words["title"].format(year=year)
    sections = [
        {
            "title": names.get(city, words["all"]) if city else words["all"],
            "blocks": _blocks(one, words),
        }
        for city, one in found.items()
    ]
    data = {
        "organisation": " · ".join(one.name for one in controller_cards()),
        "kicker": words["kicker"],
        "subtitle": words["subtitle"],
        "facts": [[words["as_of"], f"{legal_day(now):%-d. %-m. %Y}"]],
        "lead": [words["lead"]],
        "seal": words[f"seal.{seal.level}"],
        "words": {name: words[name] for name in ("page", "of", "contents")},
        "footer": str(year),
        "sections": sections,
    }
    pdf = render_pdf(
        template="report",
        data=data,
        attachments=[Attachment("figures.csv", figures_csv(found), "text/csv", words["file"])],
        language=language,
        title=title,
        created_at=now,
    )
    return seal_pdf(pdf, reason=title, now=now, seal=seal)


def _blocks(one: Figures, words: Mapping[str, str]) -> list[dict[str, object]]:
    numbers = [[words[name], _written(getattr(one, name))] for name in _NUMBERS]
    blocks: list[dict[str, object]] = [{"kind": "facts", "rows": numbers}]
    for name in _TABLES:
        lines: Sequence[tuple[str, int]] = getattr(one, name)
        if not lines:
            continue
        rows = [[words.get(code, code), str(number)] for code, number in lines]
        blocks.append({"kind": "bars", "title": words[name], "rows": rows, "alt": _alt(rows)})
        blocks.append({"kind": "table", "columns": [words["what"], words["number"]], "rows": rows})
    return blocks


def _alt(rows: Sequence[Sequence[str]]) -> str:
    return "; ".join(f"{label}: {number}" for label, number in rows)


def _written(value: float | None) -> str:
    return "–" if value is None else f"{value:g}".replace(".", ",")
