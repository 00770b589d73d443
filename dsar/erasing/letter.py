"""What the letters about an erasure say, in blocks of the typesetter."""

from datetime import date
from io import BytesIO

import segno

from dsar.erasing.preview import Preview
from dsar.letters.compose import Block, write_date
from dsar.letters.texts import say
from dsar.models import ErasureOrder
from dsar.package.words import Words
from dsar.rules.erasure import Fate, Line
from records.access.inventory import Table
from records.access.partial import all_parts
from records.access.registry import sources
from retention.rules import get_rule


def stays_by_law(preview: Preview) -> bool:
    """Say whether anything about the person stays for now: then the answer is a partial one."""
    return bool(preview.of_fate(Fate.LATER) or preview.of_fate(Fate.KEPT))


def kept_reasons(preview: Preview, *, language: str) -> list[str]:
    """Return why something stays, in sentences: one for each kind of reason that applies."""
    rules = {line.rule for line in preview.lines if line.fate is not Fate.NOW and line.rows}
    found = []
    if rules & {"contract", "no_card_issued", "wallet"}:
        found.append("contract")
    if "access_log" in rules:
        found.append("log")
    if "consent" in rules:
        found.append("consent")
    return [say(language, f"erasure.reason.{code}") for code in (*found, "case", "backup")]


def receipt_blocks(
    order: ErasureOrder, preview: Preview, *, language: str, code: str
) -> list[Block]:
    """Return the receipt: erased, will be erased and when, stays and why, money, claim code."""
    words, tables = Words(language), _tables()
    blocks: list[Block] = [_erased(order, words, tables)]
    if order.predicted.get("cards"):
        text = say(language, "erasure.cards", cards=order.predicted["cards"])
        blocks.append({"kind": "text", "paragraphs": [text]})
    if preview.balance_minor:
        amount = f"{preview.balance_minor // 100},{preview.balance_minor % 100:02d} EUR"
        blocks.append(
            {"kind": "text", "paragraphs": [say(language, "erasure.money", amount=amount)]}
        )
    staying = [
        _table(fate, lines, words, tables)
        for fate in (Fate.LATER, Fate.KEPT)
        if (lines := preview.of_fate(fate))
    ]
    return [*blocks, *staying, *claim_blocks(code, language=language)]


def claim_blocks(code: str, *, language: str) -> list[Block]:
    """Return the claim code as text and as a picture."""
    picture = BytesIO()
    segno.make("".join(code.split()), error="m").save(picture, kind="svg", border=2)
    paragraphs = [say(language, "claim.text"), code]
    return [
        {"kind": "note", "title": say(language, "claim.title"), "paragraphs": paragraphs},
        {
            "kind": "picture",
            "svg": picture.getvalue().decode(),
            "alt": say(language, "claim.picture"),
            "width_cm": 3.2,
        },
    ]


def write_until(line: Line, language: str) -> str:
    """Return the day of a line in words."""
    return write_term(line.until, language=language, foreseen=line.foreseen)


def write_term(day: date | None, *, language: str, foreseen: bool) -> str:
    """Return a day, or that it is only foreseen, or not known."""
    if day is None:
        return say(language, "erasure.unknown")
    text = write_date(day)
    return say(language, "erasure.foreseen", day=text) if foreseen else text


def _erased(order: ErasureOrder, words: Words, tables: dict[str, Table]) -> Block:
    """Return what was erased, from the run's own counts."""
    language, parts = words.language, all_parts()
    rows = []
    for code in order.parts:
        number = order.actual.get(code, 0)
        if not number:
            continue
        part = parts[code]
        table = tables[part.model]
        columns = [column for column in table.personal() if column.name in part.columns]
        names = ", ".join(words.column(table, column) for column in columns)
        rows.append([words.table(table), names, str(number)])
    title = say(language, "erasure.now")
    if not rows:
        return {"kind": "note", "title": title, "paragraphs": [say(language, "erasure.now.none")]}
    heads = [say(language, f"erasure.{name}") for name in ("what", "columns", "rows")]
    return {"kind": "table", "label": title, "columns": heads, "rows": rows, "widths": [3, 4, 1]}


def _table(fate: Fate, lines: list[Line], words: Words, tables: dict[str, Table]) -> Block:
    language = words.language
    rows = [
        [
            words.table(tables[line.model]),
            str(line.rows),
            write_until(line, language),
            f"{words.code('retention', line.rule)} ({get_rule(line.rule).citation})",
        ]
        for line in lines
    ]
    heads = [say(language, f"erasure.{name}") for name in ("what", "rows", "until", "why")]
    return {
        "kind": "table",
        "label": say(language, f"erasure.{fate.value}"),
        "columns": heads,
        "rows": rows,
        "widths": [3, 1, 2, 5],
    }


def _tables() -> dict[str, Table]:
    return {table.model: table for source in sources() for table in source.tables}
