"""The report that a person reads: the data of the typesetter's template
(records/documents/templates). Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dsar.package.content import Sheet
from dsar.package.information import (
    RIGHTS,
    ControllerCard,
    Recipient,
    kinds_of_data,
    purposes_of,
)
from dsar.package.manifest import Entry, Status
from dsar.package.words import Words
from records.access.inventory import Table
from records.access.purposes import PURPOSES, DataCategory

_MOST_COLUMNS = 9
"""A table with more columns is printed record by record: nobody reads columns of one letter."""
_FEW_ROWS = 3
_WIDEST, _LONGEST_WORD = 40, 16
_ORDER = (
    "identity",
    "cards",
    "contracts",
    "wallet",
    "consent",
    "access",
    "dsar",
    "portal",
    "retention",
)
"""What people look for first stands first."""
_CARD_FIELDS = (
    "address", "registration_number", "tax_number", "website", "email", "phone", "dpo", "dpo_email",
)  # fmt: skip

Block = dict[str, object]


@dataclass(frozen=True, slots=True)
class Header:
    """What stands on the cover."""

    reference: str
    language: str
    received_on: date
    due_on: date
    as_of: datetime
    scope: tuple[DataCategory, ...]
    answered_by: str
    """Code of the controller that answers."""
    level: str
    demo_seal: bool


def report_data(
    *,
    header: Header,
    words: Words,
    controllers: Sequence[ControllerCard],
    recipients: Sequence[Recipient],
    tables: Mapping[str, Table],
    sheets: Sequence[Sheet],
    manifest: Sequence[Entry],
    files: Sequence[tuple[str, str]],
) -> dict[str, object]:
    """Return the data of the report. `files` are the attachments' names with their SHA-256;
    `tables` all declared tables by model.
    """
    return {
        "organisation": " · ".join(controller.name for controller in controllers),
        "kicker": words.say("kicker"),
        "subtitle": words.say("subtitle_partial" if header.scope else "subtitle"),
        "facts": _cover_facts(header, words, controllers),
        "lead": [words.say(f"lead.{key}") for key in ("what", "shown", "not_final")],
        "seal": _seal_words(header, words),
        "words": {word: words.say(f"words.{word}") for word in ("page", "of", "contents")},
        "footer": header.reference,
        "sections": [
            *_data_sections(words, sheets),
            _controllers_section(words, controllers),
            _information_section(words, list(tables.values()), recipients),
            _rights_section(words),
            _manifest_section(words, tables, manifest, files),
        ],
    }


def _seal_words(header: Header, words: Words) -> str:
    level = words.say(f"seal.{header.level}")
    return f"{level} {words.say('seal.demo')}" if header.demo_seal else level


def _cover_facts(
    header: Header, words: Words, controllers: Sequence[ControllerCard]
) -> list[list[str]]:
    names = {controller.code: controller.name for controller in controllers}
    scope = ", ".join(words.code("category", one.value) for one in header.scope)
    return [
        [words.say("fact.reference"), header.reference],
        [words.say("fact.received"), words.day(header.received_on)],
        [words.say("fact.due"), words.day(header.due_on)],
        [words.say("fact.as_of"), words.moment(header.as_of)],
        [words.say("fact.answered_by"), names.get(header.answered_by, header.answered_by)],
        [words.say("fact.scope"), scope or words.say("scope.all")],
    ]


def _data_sections(words: Words, sheets: Sequence[Sheet]) -> list[Block]:
    by_source: dict[str, list[Sheet]] = {}
    for sheet in sorted(sheets, key=lambda one: _place(one.source)):
        by_source.setdefault(sheet.source, []).append(sheet)
    return [
        {
            "title": words.code("source", source),
            "blocks": [block for sheet in group for block in _sheet_blocks(words, sheet)],
        }
        for source, group in by_source.items()
    ]


def _place(source: str) -> int:
    """Return where a source stands in the report; what is new stands behind the known ones."""
    return _ORDER.index(source) if source in _ORDER else len(_ORDER)


def _sheet_blocks(words: Words, sheet: Sheet) -> list[Block]:
    title = words.table(sheet.table)
    summary = words.say("words.rows", count=len(sheet.rows))
    if not sheet.rows:
        empty = words.say("words.empty")
        return [{"kind": "facts", "title": title, "summary": empty, "rows": []}]
    headings = [words.column(sheet.table, column) for column in sheet.columns]
    rows = [
        [words.cell(column, value) for column, value in zip(sheet.columns, row, strict=True)]
        for row in sheet.rows
    ]
    if len(rows) <= _FEW_ROWS or len(headings) > _MOST_COLUMNS:
        return _record_blocks(words, title, summary, headings, rows)
    kept = _varying(rows)
    same = [index for index in range(len(headings)) if index not in kept]
    if same:
        said = "; ".join(f"{headings[index]}: {rows[0][index] or '–'}" for index in same)
        summary = f"{summary}. {words.say('words.same', columns=said)}"
    headings = [headings[index] for index in kept]
    shown = [[row[index] for index in kept] for row in rows]
    return [
        {
            "kind": "table",
            "title": title,
            "summary": summary,
            "columns": headings,
            "widths": _widths(headings, shown),
            "numeric": _numeric([[row[index] for index in kept] for row in sheet.rows]),
            "rows": shown,
        }
    ]


def _varying(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns whose values differ from row to row; the first one always.

    A value that is the same in all rows is said once, above the table: fewer cells, easier to read.
    """
    first = rows[0]
    return [
        index
        for index in range(len(first))
        if index == 0 or any(row[index] != first[index] for row in rows)
    ]


def _record_blocks(
    words: Words, title: str, summary: str, headings: list[str], rows: list[list[str]]
) -> list[Block]:
    blocks: list[Block] = []
    for number, row in enumerate(rows, start=1):
        facts = [list(pair) for pair in zip(headings, row, strict=True)]
        label = words.say("words.record", number=number) if len(rows) > 1 else ""
        first = {"title": title, "summary": summary} if number == 1 else {}
        blocks.append({"kind": "facts", **first, "label": label, "rows": facts})
    return blocks


def _widths(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Return the shares of the page that let the usual cell and the longest word of each column
    fit.
    """
    shares = []
    for index, heading in enumerate(headings):
        lengths = sorted(len(row[index]) for row in rows)
        usual = min(lengths[(len(lengths) * 9) // 10], _WIDEST)
        words = {word for row in rows for word in row[index].split()} | set(heading.split())
        longest = min(max(map(len, words), default=1), _LONGEST_WORD)
        shares.append(float(max(usual * 0.7, longest, 5)))
    return shares


def _numeric(rows: Sequence[Sequence[object]]) -> list[int]:
    return [
        index
        for index in range(len(rows[0]))
        if all(
            isinstance(row[index], int | float) and not isinstance(row[index], bool) for row in rows
        )
    ]


def _controllers_section(words: Words, controllers: Sequence[ControllerCard]) -> Block:
    cards = [
        {
            "title": controller.name,
            "rows": [
                [words.say(f"controller.{name}"), getattr(controller, name)]
                for name in _CARD_FIELDS
                if getattr(controller, name)
            ],
        }
        for controller in controllers
    ]
    return {
        "title": words.say("section.controllers"),
        "lead": [words.say("controllers.lead")],
        "blocks": [{"kind": "cards", "cards": cards}],
    }


def _information_section(
    words: Words, tables: Sequence[Table], recipients: Sequence[Recipient]
) -> Block:
    kinds = kinds_of_data(tables)

    def listed(kind: str, codes: Sequence[str]) -> str:
        return ", ".join(words.code(kind, code) for code in codes)

    purposes = [
        [
            words.code("purpose", purpose.value),
            words.code("basis", PURPOSES[purpose].basis.value),
            listed("category", [category.value for category in categories]),
        ]
        for purpose, categories in purposes_of(kinds)
    ]
    categories = [
        [
            words.code("category", kind.category.value),
            listed("provenance", kind.provenances),
            "; ".join(words.code("retention", code) for code in kind.retentions),
        ]
        for kind in kinds
    ]
    return {
        "title": words.say("section.information"),
        "blocks": [
            _table(
                words,
                "information.purposes",
                ("purpose", "basis", "categories"),
                purposes,
                (3, 3, 5),
            ),
            _table(
                words,
                "information.categories",
                ("category", "origin", "kept"),
                categories,
                (3, 3, 5),
            ),
            *_recipient_blocks(words, recipients),
            _headed(words, "information.decisions", "decisions.text"),
            _headed(words, "information.transfers", "transfers.text"),
        ],
    }


def _recipient_blocks(words: Words, recipients: Sequence[Recipient]) -> list[Block]:
    if not recipients:
        return [_headed(words, "information.recipients", "recipients.none")]
    rows = [
        [
            f"{recipient.name}, {recipient.address}",
            words.code("task", recipient.task),
            recipient.contract,
        ]
        for recipient in recipients
    ]
    block = _table(
        words, "information.recipients", ("recipient", "task", "contract"), rows, (6, 3, 2)
    )
    return [{**block, "summary": words.say("recipients.lead")}]


def _rights_section(words: Words) -> Block:
    return {
        "title": words.say("section.rights"),
        "lead": [words.say("rights.lead")],
        "blocks": [
            {"kind": "list", "items": [words.say(f"rights.{right}") for right in RIGHTS]},
            {
                "kind": "note",
                "title": words.say("complaint.title"),
                "paragraphs": [words.say("complaint.text"), words.say("complaint.court")],
            },
        ],
    }


def _manifest_section(
    words: Words,
    tables: Mapping[str, Table],
    manifest: Sequence[Entry],
    files: Sequence[tuple[str, str]],
) -> Block:
    lines = [
        [
            _table_name(words, entry.source, tables[entry.table]),
            words.say(f"status.{entry.status.value}"),
            str(entry.rows) if entry.status in {Status.INCLUDED, Status.EMPTY} else "",
            _note(words, tables[entry.table], entry),
        ]
        for entry in sorted(manifest, key=lambda one: _place(one.source))
    ]
    table = _table(
        words, "manifest.tables", ("table", "status", "rows", "note"), lines, (5, 2, 1.4, 4)
    )
    hashes = _table(
        words, "manifest.files", ("file", "sha256"), [list(pair) for pair in files], (2, 4.4)
    )
    return {
        "title": words.say("section.manifest"),
        "lead": [words.say("manifest.lead")],
        "blocks": [{**table, "numeric": [2]}, {**hashes, "mono": [1]}],
    }


def _table_name(words: Words, source: str, table: Table) -> str:
    return f"{words.code('source', source)}: {words.table(table)}"


def _note(words: Words, table: Table, entry: Entry) -> str:
    if entry.status is Status.WITHHELD:
        return words.code("withheld", entry.reason)
    if not entry.withheld_columns:
        return ""
    by_name = {column.name: column for column in table.personal()}
    names = ", ".join(
        f"{words.column(table, by_name[name])} ({words.code('withheld', code)})"
        for name, code in entry.withheld_columns
    )
    return words.say("withheld.columns", columns=names)


def _table(
    words: Words,
    title: str,
    columns: Sequence[str],
    rows: list[list[str]],
    widths: Sequence[float],
) -> Block:
    return {
        "kind": "table",
        "title": words.say(title),
        "columns": [words.say(f"column.{column}") for column in columns],
        "widths": list(widths),
        "rows": rows,
    }


def _headed(words: Words, title: str, text: str) -> Block:
    return {
        "kind": "facts",
        "title": words.say(title),
        "summary": words.say(text),
        "rows": [],
    }
