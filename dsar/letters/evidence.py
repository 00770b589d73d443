"""The report of an evidence pack, from what was gathered about a family of cases. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dsar.letters.evidence_texts import EVIDENCE
from dsar.letters.texts import say as say_letter
from dsar.package.words import VALUES
from records.access.verification import LogReport

Block = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvidence:
    """What is known of one case; texts are opened, so it does not print itself."""

    reference: str
    right: str
    facts: Mapping[str, str]
    """By the key of its label."""
    events: Sequence[Mapping[str, str]]
    request: Mapping[str, object] = field(repr=False)
    questions: Sequence[Mapping[str, str]] = field(repr=False)
    advice: Sequence[Mapping[str, str]] = field(repr=False)
    decisions: Sequence[Mapping[str, str]] = field(repr=False)
    letters: Sequence[Mapping[str, str]]


def evidence_title(language: str, reference: str) -> str:
    """Return the title of the pack."""
    return EVIDENCE[language]["title"].format(reference=reference)


def evidence_data(
    cases: Sequence[CaseEvidence],
    *,
    language: str,
    log: LogReport,
    as_of: datetime,
    organisation: str,
    seal: str,
) -> dict[str, object]:
    """Return the data of templates/report.typ."""
    text = EVIDENCE[language]
    return {
        "organisation": organisation,
        "kicker": text["kicker"],
        "subtitle": text["subtitle"],
        "facts": [
            [text["as_of"], write_instant(as_of)],
            [text["made_by"], organisation],
            [text["log"], _verdict(text, log)],
        ],
        "lead": [text["lead"]],
        "seal": seal,
        "footer": cases[0].reference,
        "words": {"page": text["page"], "of": text["of"], "contents": text["contents"]},
        "sections": [*(_section(case, language) for case in cases), _log_section(text, log)],
    }


def write_instant(at: datetime | None) -> str:
    """Return an instant for the record: UTC, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _section(case: CaseEvidence, language: str) -> dict[str, object]:
    text = EVIDENCE[language]
    right = say_letter(language, f"right.{case.right}")
    events = [
        [
            one["at"],
            _word(language, one["event"]),
            _word(language, one["role"]),
            one["organisation"],
            _word(language, one["reason"]),
        ]
        for one in case.events
    ]
    return {
        "title": text["case"].format(reference=case.reference, right=right),
        "blocks": [
            {
                "kind": "facts",
                "title": text["clock"],
                "rows": [
                    [text[key], _fact(text, language, value)] for key, value in case.facts.items()
                ],
            },
            _table(text, "timeline", ["when", "what", "who", "where", "why"], events),
            *_cards(text, "request", [{"written": str(v)} for v in case.request.values() if v]),
            *_cards(text, "questions", case.questions),
            *_cards(text, "advice", case.advice),
            *_cards(text, "decisions", case.decisions),
            _table(
                text,
                "letters",
                ["name", "made", "delivered", "hash"],
                [
                    [one["name"], one["made"], one["delivered"], one["sha256"]]
                    for one in case.letters
                ],
                mono=[3],
            ),
        ],
    }


def _log_section(text: Mapping[str, str], log: LogReport) -> dict[str, object]:
    years = [[str(year.year), str(year.entries), year.root] for year in log.years]
    problems = [f"{one.code.value} {one.year or ''} {one.detail}".strip() for one in log.problems]
    blocks: list[Block] = [
        {"kind": "note", "title": "", "paragraphs": [_verdict(text, log)]},
        _table(text, "log", ["year", "entries", "root"], years, mono=[2]),
    ]
    if problems:
        blocks.append({"kind": "list", "items": problems})
    return {"title": text["log"], "blocks": blocks}


def _verdict(text: Mapping[str, str], log: LogReport) -> str:
    key = "log.intact" if log.intact else "log.broken"
    return text[key].format(checked=write_instant(log.checked_at), problems=len(log.problems))


def _table(
    text: Mapping[str, str],
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    mono: Sequence[int] = (),
) -> Block:
    if not rows:
        return {"kind": "empty", "text": f"{text[title]}: {text['none']}"}
    return {
        "kind": "table",
        "title": text[title],
        "columns": [text[column] for column in columns],
        "rows": [list(row) for row in rows],
        "mono": list(mono),
    }


def _cards(text: Mapping[str, str], title: str, items: Sequence[Mapping[str, str]]) -> list[Block]:
    if not items:
        return [{"kind": "empty", "text": f"{text[title]}: {text['none']}"}]
    return [
        {
            "kind": "facts",
            "title": text[title] if number == 0 else "",
            "rows": [[text[key], value] for key, value in item.items() if value],
        }
        for number, item in enumerate(items)
    ]


def _word(language: str, code: str) -> str:
    return VALUES.get(code, code) if language == "sl" else code


def _fact(text: Mapping[str, str], language: str, value: str) -> str:
    return text[value] if value in ("yes", "no") else _word(language, value)
