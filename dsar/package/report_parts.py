"""The parts of a report that say what the data is: fields, controllers, information, rights,
manifest. Pure.
"""

from collections.abc import Mapping, Sequence

from dsar.package.content import Sheet
from dsar.package.information import (
    RIGHTS,
    ControllerCard,
    Received,
    Recipient,
    kinds_of_data,
    purposes_of,
)
from dsar.package.manifest import Entry, Status
from dsar.package.tables import Block
from dsar.package.words import Words
from records.access.inventory import Table
from records.access.purposes import PURPOSES

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


def place_of(source: str) -> int:
    """Return where a source stands in the report; what is new stands behind the known ones."""
    return _ORDER.index(source) if source in _ORDER else len(_ORDER)


def fields_section(words: Words, sheets: Sequence[Sheet]) -> Block:
    """Return what each field means: kind, legal basis, origin and period of every column given."""
    blocks = []
    for sheet in sheets:
        rows = [
            [
                words.column(sheet.table, column),
                words.code("category", column.category.value),
                words.code("basis", column.basis.value),
                words.code("provenance", column.provenance.value),
                words.code("retention", column.retention),
            ]
            for column in sheet.columns
        ]
        table = table_block(
            words,
            "section.fields",
            ("field", "category", "basis", "origin", "kept"),
            rows,
            (4, 3, 4, 2.4, 4),
        )
        blocks.append({**table, "title": words.table(sheet.table)})
    return {
        "title": words.say("section.fields"),
        "lead": [words.say("fields.lead")],
        "blocks": blocks,
    }


def controllers_section(words: Words, controllers: Sequence[ControllerCard]) -> Block:
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


def information_section(
    words: Words,
    tables: Sequence[Table],
    recipients: Sequence[Recipient],
    received: Sequence[Received] | None,
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
            table_block(
                words,
                "information.purposes",
                ("purpose", "basis", "categories"),
                purposes,
                (3, 3, 5),
            ),
            table_block(
                words,
                "information.categories",
                ("category", "origin", "kept"),
                categories,
                (3, 3, 5),
            ),
            *_recipient_blocks(words, recipients),
            *_received_blocks(words, received),
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
    block = table_block(
        words, "information.recipients", ("recipient", "task", "contract"), rows, (6, 3, 2)
    )
    return [{**block, "summary": words.say("recipients.lead")}]


def _received_blocks(words: Words, received: Sequence[Received] | None) -> list[Block]:
    """Return who really received data; nothing where the log was not asked."""
    if received is None:
        return []
    if not received:
        return [_headed(words, "recipients.actual", "recipients.actual_none")]
    rows = [
        [
            words.names.get(one.organisation, one.organisation) or words.value(one.role),
            words.value(one.action.value),
            words.code("purpose", one.purpose.value),
            str(one.times),
            words.day(one.last.date()),
        ]
        for one in received
    ]
    block = table_block(
        words,
        "recipients.actual",
        ("recipient_actual", "action", "purpose", "times", "last"),
        rows,
        (5, 2, 4, 1.6, 2.4),
    )
    return [{**block, "summary": words.say("recipients.actual_lead")}]


def rights_section(words: Words) -> Block:
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


def manifest_section(
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
        for entry in sorted(manifest, key=lambda one: place_of(one.source))
    ]
    table = table_block(
        words, "manifest.tables", ("table", "status", "rows", "note"), lines, (5, 2, 1.4, 4)
    )
    hashes = table_block(
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


def table_block(
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
