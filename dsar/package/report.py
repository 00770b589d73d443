"""The report that a person reads: the data of the typesetter's template
(records/documents/templates). Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dsar.package.information import (
    ControllerCard,
    Received,
    Recipient,
)
from dsar.package.manifest import Entry
from dsar.package.report_parts import (
    controllers_section,
    fields_section,
    information_section,
    manifest_section,
    place_of,
    rights_section,
    table_block,
)
from dsar.package.tables import Block, Printed
from dsar.package.words import Words
from dsar.rules.rights import Right
from records.access.inventory import Table
from records.access.purposes import DataCategory


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
    right: Right = Right.ACCESS
    staff: bool = False
    """Whether it is about a member of staff, for themself."""
    child: bool = False
    """Whether the words are those for somebody under 18."""

    def key(self, name: str) -> str:
        """Return the key of a sentence in the wording of this right and this reader."""
        if self.staff:
            return f"{name}.staff"
        if self.right is Right.PORTABILITY:
            return f"{name}.portable"
        return f"{name}.child" if self.child else name

    def lead(self) -> tuple[str, ...]:
        """Return the keys of what is said on the cover."""
        if self.staff:
            return ("lead.staff", "lead.shown", "lead.not_final")
        if self.right is Right.PORTABILITY:
            return ("lead.portable", "lead.left_out", "lead.shown", "lead.not_final")
        if self.child:
            return ("lead.child", "lead.child_help", "lead.shown", "lead.not_final")
        return ("lead.what", "lead.shown", "lead.not_final")


@dataclass(frozen=True, slots=True)
class Volume:
    """One of several volumes: which records of which table it holds."""

    number: int
    file: str
    table: str
    first: int
    last: int
    sha256: str = ""


def report_data(
    *,
    header: Header,
    words: Words,
    controllers: Sequence[ControllerCard],
    recipients: Sequence[Recipient],
    received: Sequence[Received] | None,
    tables: Mapping[str, Table],
    printed: Sequence[Printed],
    manifest: Sequence[Entry],
    files: Sequence[tuple[str, str]],
    volumes: Sequence[Volume] = (),
) -> dict[str, object]:
    """Return the data of the report. `files` are the attachments' names with their SHA-256;
    `tables` all declared tables by model; `volumes` what is printed in other files.
    """
    elsewhere = {one.table for one in volumes}
    sections = [
        *_data_sections(words, printed, elsewhere),
        controllers_section(words, controllers),
        information_section(words, list(tables.values()), recipients, received),
        rights_section(words),
        fields_section(words, [one.sheet for one in printed if one.sheet.rows]),
        manifest_section(words, tables, manifest, files),
    ]
    if volumes:
        sections.insert(0, _volumes_section(words, volumes))
    return {
        **_frame(header, words, controllers),
        "kicker": words.say(header.key("kicker")),
        "subtitle": words.say("subtitle_partial" if header.scope else header.key("subtitle")),
        "lead": [words.say(key) for key in header.lead()],
        "seal": _seal_words(header, words),
        "sections": sections,
    }


def volume_data(
    *,
    header: Header,
    words: Words,
    controllers: Sequence[ControllerCard],
    volume: Volume,
    blocks: Sequence[Block],
    title: str,
) -> dict[str, object]:
    """Return the data of a volume that holds a part of one table."""
    subtitle = words.say("volume.part", table=title, first=volume.first, last=volume.last)
    return {
        **_frame(header, words, controllers),
        "kicker": words.say("volume.kicker", number=volume.number),
        "subtitle": subtitle,
        "lead": [words.say("volume.lead")],
        "seal": _seal_words(header, words),
        "sections": [{"title": title, "blocks": list(blocks)}],
    }


def _frame(header: Header, words: Words, controllers: Sequence[ControllerCard]) -> Block:
    return {
        "organisation": " · ".join(controller.name for controller in controllers),
        "facts": _cover_facts(header, words, controllers),
        "words": {word: words.say(f"words.{word}") for word in ("page", "of", "contents")},
        "footer": header.reference,
    }


def _volumes_section(words: Words, volumes: Sequence[Volume]) -> Block:
    rows = [
        [str(one.number), one.file, one.table, f"{one.first}–{one.last}", one.sha256]
        for one in volumes
    ]
    table = table_block(
        words,
        "volumes.table",
        ("volume", "file", "table", "rows", "sha256"),
        rows,
        (1.2, 3, 3, 2, 4.4),
    )
    return {
        "title": words.say("section.volumes"),
        "lead": [words.say("volumes.lead")],
        "blocks": [{**table, "mono": [4]}],
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


def _data_sections(
    words: Words, printed: Sequence[Printed], elsewhere: Collection[str]
) -> list[Block]:
    by_source: dict[str, list[Printed]] = {}
    for one in in_order(printed):
        by_source.setdefault(one.sheet.source, []).append(one)
    return [
        {
            "title": words.code("source", source),
            "blocks": [
                block
                for one in group
                for block in (_pointer(words, one) if one.title in elsewhere else one.blocks())
            ],
        }
        for source, group in by_source.items()
    ]


def _pointer(words: Words, one: Printed) -> list[Block]:
    summary = f"{words.say('words.rows', count=len(one.sheet.rows))}. {words.say('volumes.there')}"
    return [{"kind": "facts", "title": one.title, "summary": summary, "rows": []}]


def in_order(printed: Sequence[Printed]) -> list[Printed]:
    """Return the tables in the order in which people look for them."""
    return sorted(printed, key=lambda one: place_of(one.sheet.source))
