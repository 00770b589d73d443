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
from dsar.package.texts import name_of, say
from dsar.package.words import column_words, day, moment, table_words, value_words
from records.access.inventory import Table
from records.access.purposes import PURPOSES, DataCategory

_MOST_COLUMNS = 9
"""A table with more columns is printed record by record: nobody reads columns of one letter."""
_FEW_ROWS = 3
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
    language = header.language
    return {
        "organisation": " · ".join(controller.name for controller in controllers),
        "kicker": say(language, "kicker"),
        "subtitle": say(language, "subtitle_partial" if header.scope else "subtitle"),
        "facts": _cover_facts(header, controllers),
        "lead": [say(language, f"lead.{key}") for key in ("what", "shown", "not_final")],
        "seal": _seal_words(header),
        "words": {word: say(language, f"words.{word}") for word in ("page", "of", "contents")},
        "footer": header.reference,
        "sections": [
            *_data_sections(language, sheets),
            _controllers_section(language, controllers),
            _information_section(language, list(tables.values()), recipients),
            _rights_section(language),
            _manifest_section(language, tables, manifest, files),
        ],
    }


def _seal_words(header: Header) -> str:
    words = say(header.language, f"seal.{header.level}")
    return f"{words} {say(header.language, 'seal.demo')}" if header.demo_seal else words


def _cover_facts(header: Header, controllers: Sequence[ControllerCard]) -> list[list[str]]:
    language = header.language
    names = {controller.code: controller.name for controller in controllers}
    scope = ", ".join(name_of(language, "category", one.value) for one in header.scope)
    return [
        [say(language, "fact.reference"), header.reference],
        [say(language, "fact.received"), day(language, header.received_on)],
        [say(language, "fact.due"), day(language, header.due_on)],
        [say(language, "fact.as_of"), moment(language, header.as_of)],
        [say(language, "fact.answered_by"), names.get(header.answered_by, header.answered_by)],
        [say(language, "fact.scope"), scope or say(language, "scope.all")],
    ]


def _data_sections(language: str, sheets: Sequence[Sheet]) -> list[Block]:
    by_source: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        by_source.setdefault(sheet.source, []).append(sheet)
    return [
        {
            "title": name_of(language, "source", source),
            "blocks": [block for sheet in group for block in _sheet_blocks(language, sheet)],
        }
        for source, group in by_source.items()
    ]


def _sheet_blocks(language: str, sheet: Sheet) -> list[Block]:
    title = table_words(language, sheet.table)
    summary = say(language, "words.rows", count=len(sheet.rows))
    if not sheet.rows:
        empty = say(language, "words.empty")
        return [{"kind": "facts", "title": title, "summary": empty, "rows": []}]
    headings = [column_words(language, sheet.table, column) for column in sheet.columns]
    rows = [[value_words(language, value) for value in row] for row in sheet.rows]
    if len(rows) <= _FEW_ROWS or len(headings) > _MOST_COLUMNS:
        return _record_blocks(language, title, summary, headings, rows)
    return [
        {
            "kind": "table",
            "title": title,
            "summary": summary,
            "columns": headings,
            "widths": _widths(headings, rows),
            "numeric": _numeric(sheet.rows),
            "rows": rows,
        }
    ]


def _record_blocks(
    language: str, title: str, summary: str, headings: list[str], rows: list[list[str]]
) -> list[Block]:
    blocks: list[Block] = []
    for number, row in enumerate(rows, start=1):
        facts = [list(pair) for pair in zip(headings, row, strict=True)]
        words = say(language, "words.record", number=number) if len(rows) > 1 else ""
        first = {"title": title, "summary": summary} if number == 1 else {}
        blocks.append({"kind": "facts", **first, "label": words, "rows": facts})
    return blocks


def _widths(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Return the shares of the page that let the usual cell and the longest word of the heading
    fit.
    """
    shares = []
    for index, heading in enumerate(headings):
        lengths = sorted(len(row[index]) for row in rows)
        usual = lengths[(len(lengths) * 9) // 10]
        word = max((len(part) for part in heading.split()), default=1)
        shares.append(float(min(max(usual, word, 4), 34)))
    return shares


def _numeric(rows: Sequence[Sequence[object]]) -> list[int]:
    return [
        index
        for index in range(len(rows[0]))
        if all(
            isinstance(row[index], int | float) and not isinstance(row[index], bool) for row in rows
        )
    ]


def _controllers_section(language: str, controllers: Sequence[ControllerCard]) -> Block:
    cards = [
        {
            "title": controller.name,
            "rows": [
                [say(language, f"controller.{name}"), getattr(controller, name)]
                for name in _CARD_FIELDS
                if getattr(controller, name)
            ],
        }
        for controller in controllers
    ]
    return {
        "title": say(language, "section.controllers"),
        "lead": [say(language, "controllers.lead")],
        "blocks": [{"kind": "cards", "cards": cards}],
    }


def _information_section(
    language: str, tables: Sequence[Table], recipients: Sequence[Recipient]
) -> Block:
    kinds = kinds_of_data(tables)

    def words(kind: str, codes: Sequence[str]) -> str:
        return ", ".join(name_of(language, kind, code) for code in codes)

    purposes = [
        [
            name_of(language, "purpose", purpose.value),
            name_of(language, "basis", PURPOSES[purpose].basis.value),
            words("category", [category.value for category in categories]),
        ]
        for purpose, categories in purposes_of(kinds)
    ]
    categories = [
        [
            name_of(language, "category", kind.category.value),
            words("provenance", kind.provenances),
            "; ".join(name_of(language, "retention", code) for code in kind.retentions),
        ]
        for kind in kinds
    ]
    return {
        "title": say(language, "section.information"),
        "blocks": [
            _table(
                language,
                "information.purposes",
                ("purpose", "basis", "categories"),
                purposes,
                (3, 3, 5),
            ),
            _table(
                language,
                "information.categories",
                ("category", "origin", "kept"),
                categories,
                (3, 3, 5),
            ),
            *_recipient_blocks(language, recipients),
            _headed(language, "information.decisions", "decisions.text"),
            _headed(language, "information.transfers", "transfers.text"),
        ],
    }


def _recipient_blocks(language: str, recipients: Sequence[Recipient]) -> list[Block]:
    if not recipients:
        return [_headed(language, "information.recipients", "recipients.none")]
    rows = [
        [
            f"{recipient.name}, {recipient.address}",
            name_of(language, "task", recipient.task),
            recipient.contract,
        ]
        for recipient in recipients
    ]
    block = _table(
        language, "information.recipients", ("recipient", "task", "contract"), rows, (6, 3, 2)
    )
    return [{**block, "summary": say(language, "recipients.lead")}]


def _rights_section(language: str) -> Block:
    return {
        "title": say(language, "section.rights"),
        "lead": [say(language, "rights.lead")],
        "blocks": [
            {"kind": "list", "items": [say(language, f"rights.{right}") for right in RIGHTS]},
            {
                "kind": "note",
                "title": say(language, "complaint.title"),
                "paragraphs": [say(language, "complaint.text"), say(language, "complaint.court")],
            },
        ],
    }


def _manifest_section(
    language: str,
    tables: Mapping[str, Table],
    manifest: Sequence[Entry],
    files: Sequence[tuple[str, str]],
) -> Block:
    lines = [
        [
            _table_name(language, entry.source, tables[entry.table]),
            say(language, f"status.{entry.status.value}"),
            str(entry.rows) if entry.status in {Status.INCLUDED, Status.EMPTY} else "",
            _note(language, tables[entry.table], entry),
        ]
        for entry in manifest
    ]
    table = _table(
        language, "manifest.tables", ("table", "status", "rows", "note"), lines, (5, 2, 1.4, 4)
    )
    hashes = _table(
        language, "manifest.files", ("file", "sha256"), [list(pair) for pair in files], (2, 3)
    )
    return {
        "title": say(language, "section.manifest"),
        "lead": [say(language, "manifest.lead")],
        "blocks": [{**table, "numeric": [2]}, {**hashes, "mono": [1]}],
    }


def _table_name(language: str, source: str, table: Table) -> str:
    return f"{name_of(language, 'source', source)}: {table_words(language, table)}"


def _note(language: str, table: Table, entry: Entry) -> str:
    if entry.status is Status.WITHHELD:
        return name_of(language, "withheld", entry.reason)
    if not entry.withheld_columns:
        return ""
    by_name = {column.name: column for column in table.personal()}
    names = ", ".join(
        f"{column_words(language, table, by_name[name])} ({name_of(language, 'withheld', code)})"
        for name, code in entry.withheld_columns
    )
    return say(language, "withheld.columns", columns=names)


def _table(
    language: str,
    title: str,
    columns: Sequence[str],
    rows: list[list[str]],
    widths: Sequence[float],
) -> Block:
    return {
        "kind": "table",
        "title": say(language, title),
        "columns": [say(language, f"column.{column}") for column in columns],
        "widths": list(widths),
        "rows": rows,
    }


def _headed(language: str, title: str, text: str) -> Block:
    return {
        "kind": "facts",
        "title": say(language, title),
        "summary": say(language, text),
        "rows": [],
    }
