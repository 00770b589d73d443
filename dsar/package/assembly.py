"""All files of a package, from what was collected. Pure: values in, files and the reports' data
out.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from dsar.package.content import Collected, Sheet
from dsar.package.csv_files import DELIMITER, csv_pieces, file_name
from dsar.package.html import html_document
from dsar.package.information import ControllerCard, Received, Recipient, information_as_dict
from dsar.package.report import Header, Volume, report_data, volume_data
from dsar.package.report_parts import place_of
from dsar.package.schema import format_of, package_schema
from dsar.package.tables import Block, Printed, lay_out
from dsar.package.texts import say
from dsar.package.words import Words
from records.access.inventory import Table
from records.documents.rendering import Attachment

DATA_FILE, SCHEMA_FILE, MANIFEST_FILE = "data.json", "data.schema.json", "manifest.json"
MANIFEST_FORMAT = "varuh-package-manifest/1"
VOLUME_CELLS = 25_000
"""What one document holds at most: some 5,000 rows, for which the typesetter needs 400 MB."""
SMALL_CELLS = 1_000
"""Tables up to this size stay in the first volume."""
_JSON, _HTML, _CSV = "application/json", "text/html", "text/csv"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class MachineFile:
    """A file whose bytes are made when they are asked for, each time the same."""

    name: str
    mime: str
    description: str
    pieces: Callable[[], Iterator[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that goes into one package."""

    header: Header
    words: Words
    controllers: Sequence[ControllerCard]
    recipients: Sequence[Recipient]
    tables: Mapping[str, tuple[str, Table]]
    """Model → (source, table), declared ones."""
    collected: Collected
    received: Sequence[Received] | None
    """Who really received data; None where that is not part of the answer (portability)."""
    printed: tuple[Printed, ...] = field(repr=False)

    @property
    def title(self) -> str:
        """The report's title."""
        return self.words.say(self.header.key("title"))

    @property
    def rows(self) -> int:
        """How many records are given."""
        return sum(len(sheet.rows) for sheet in self.collected.sheets)

    @property
    def large(self) -> tuple[Printed, ...]:
        """The tables that fill volumes of their own; none where one document holds everything."""
        if sum(one.cells for one in self.printed) <= VOLUME_CELLS:
            return ()
        found = [one for one in self.printed if one.cells > SMALL_CELLS]
        return tuple(sorted(found, key=lambda one: place_of(one.sheet.source)))


def make_contents(
    *,
    header: Header,
    controllers: Sequence[ControllerCard],
    recipients: Sequence[Recipient],
    tables: Mapping[str, tuple[str, Table]],
    collected: Collected,
    names: Mapping[str, str],
    received: Sequence[Received] | None = None,
) -> Contents:
    """Return what goes into a package; `names` maps an organisation's code to its name."""
    words = Words(header.language, names)
    printed = tuple(lay_out(words, sheet) for sheet in collected.sheets)
    return Contents(header, words, controllers, recipients, tables, collected, received, printed)


def machine_files(contents: Contents) -> list[MachineFile]:
    """Return the files for computers: data, its schema, one CSV file per table."""
    language, words = contents.header.language, contents.words
    schema = _json(package_schema(_declared(contents), contents.header.right))
    return [
        MachineFile(DATA_FILE, _JSON, say(language, "file.json"), partial(_data_pieces, contents)),
        MachineFile(SCHEMA_FILE, _JSON, say(language, "file.schema"), lambda: iter([schema])),
        *(
            MachineFile(
                file_name(sheet),
                _CSV,
                say(language, "file.csv", table=words.table(sheet.table)),
                partial(csv_pieces, sheet),
            )
            for sheet in contents.collected.sheets
        ),
    ]


def single_report(contents: Contents) -> tuple[dict[str, object], list[Attachment]]:
    """Return the data of the one report, and the files that go into it."""
    language = contents.header.language
    files = [
        Attachment(one.name, b"".join(one.pieces()), one.mime, one.description)
        for one in machine_files(contents)
    ]
    hashes = [(one.name, one.sha256) for one in files]
    page = html_document(
        data=report_tree(contents, hashes), title=contents.title, language=language
    )
    files.append(
        Attachment(f"{contents.header.reference}.html", page, _HTML, say(language, "file.html"))
    )
    manifest = manifest_bytes(contents, [(one.name, one.sha256, len(one.data)) for one in files])
    files.append(Attachment(MANIFEST_FILE, manifest, _JSON, say(language, "file.manifest")))
    return report_tree(contents, [(one.name, one.sha256) for one in files]), files


def report_tree(
    contents: Contents, files: Sequence[tuple[str, str]], volumes: Sequence[Volume] = ()
) -> dict[str, object]:
    """Return the data of the report, of the first volume where there are several."""
    return report_data(
        header=contents.header,
        words=contents.words,
        controllers=contents.controllers,
        recipients=contents.recipients,
        received=contents.received,
        tables={table.model: table for _, table in _declared(contents)},
        printed=contents.printed,
        manifest=contents.collected.manifest,
        files=files,
        volumes=volumes,
    )


def further_volumes(contents: Contents) -> Iterator[tuple[Volume, dict[str, object]]]:
    """Yield the volumes behind the first, each with the data of its report."""
    number = 1
    for one in contents.large:
        for first, last, blocks in one.parts(VOLUME_CELLS):
            number += 1
            name = volume_name(contents, number)
            volume = Volume(number, f"{name}.pdf", one.title, first, last)
            yield volume, _volume_tree(contents, volume, blocks)


def volume_name(contents: Contents, number: int) -> str:
    """Return a volume's file name without its ending."""
    return f"{contents.header.reference}-{number:03d}"


def _volume_tree(contents: Contents, volume: Volume, blocks: list[Block]) -> dict[str, object]:
    return volume_data(
        header=contents.header,
        words=contents.words,
        controllers=contents.controllers,
        volume=volume,
        blocks=blocks,
        title=volume.table,
    )


def manifest_bytes(contents: Contents, files: Sequence[tuple[str, str, int]]) -> bytes:
    """Return the manifest: what became of every table, and each file with SHA-256 and size."""
    return _json(
        {
            "format": MANIFEST_FORMAT,
            "reference": contents.header.reference,
            "csv_delimiter": DELIMITER,
            "tables": [entry.as_dict() for entry in contents.collected.manifest],
            "files": [
                {"name": name, "sha256": sha256, "size": size} for name, sha256, size in files
            ],
        }
    )


def _declared(contents: Contents) -> list[tuple[str, Table]]:
    return [(source, table) for source, table in contents.tables.values() if table.personal()]


def _data_pieces(contents: Contents) -> Iterator[bytes]:
    """Yield the data file: what describes it first, then source by source, one record a line."""
    head = _json(_data_head(contents))
    yield head.removesuffix(b"\n}") + b',\n "data": {'
    by_source: dict[str, list[Sheet]] = {}
    for sheet in contents.collected.sheets:
        by_source.setdefault(sheet.source, []).append(sheet)
    for place, (source, sheets) in enumerate(by_source.items()):
        yield (b"," if place else b"") + b"\n" + _json(source) + b": {"
        for number, sheet in enumerate(sheets):
            yield (b"," if number else b"") + b"\n" + _json(sheet.table.model) + b": ["
            yield from _record_pieces(sheet)
            yield b"]"
        yield b"}"
    yield b"}}\n"


def _record_pieces(sheet: Sheet) -> Iterator[bytes]:
    names = [column.name for column in sheet.columns]
    rows = sheet.plain_rows()
    between = b"\n"
    while batch := list(islice(rows, _BATCH)):
        yield between + b",\n".join(
            _json(dict(zip(names, row, strict=True)), indent=None) for row in batch
        )
        between = b",\n"


def _data_head(contents: Contents) -> dict[str, object]:
    header = contents.header
    return {
        "format": format_of(header.right),
        "reference": header.reference,
        "data_as_of": header.as_of.isoformat().replace("+00:00", "Z"),
        "language": header.language,
        "controllers": [
            {
                "code": one.code,
                "name": one.name,
                "address": one.address,
                "registration_number": one.registration_number,
                "tax_number": one.tax_number,
                "website": one.website,
                "email": one.email,
                "phone": one.phone,
                "dpo": one.dpo,
                "dpo_email": one.dpo_email,
            }
            for one in contents.controllers
        ],
        "information": information_as_dict(
            header.language,
            [table for _, table in _declared(contents)],
            contents.recipients,
            contents.received or (),
        ),
        "manifest": [entry.as_dict() for entry in contents.collected.manifest],
    }


def _json(value: object, indent: int | None = 1) -> bytes:
    """Return the value as JSON; half a character, which no UTF-8 holds, as its escape."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent).encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent).encode()
