"""All files of a package, from what was collected. Pure: values in, attachments and the report's
data out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dsar.package.content import Collected
from dsar.package.csv_files import DELIMITER, csv_bytes, file_name
from dsar.package.information import ControllerCard, Recipient, information_as_dict
from dsar.package.report import Header, report_data
from dsar.package.schema import FORMAT, package_schema
from dsar.package.texts import say
from dsar.package.words import Words
from records.access.inventory import Table
from records.documents.rendering import Attachment

DATA_FILE, SCHEMA_FILE, MANIFEST_FILE = "data.json", "data.schema.json", "manifest.json"
MANIFEST_FORMAT = "varuh-package-manifest/1"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Assembled:
    """The report's title and data, and the files that go into it."""

    title: str
    data: dict[str, object] = field(repr=False)
    attachments: tuple[Attachment, ...]
    rows: int


def assemble(
    *,
    header: Header,
    controllers: Sequence[ControllerCard],
    recipients: Sequence[Recipient],
    tables: Mapping[str, tuple[str, Table]],
    collected: Collected,
    names: Mapping[str, str],
) -> Assembled:
    """Return everything that the typesetter needs.

    `tables` maps model → (source, table), declared ones; `names` an organisation's code → its name.
    """
    language, words = header.language, Words(header.language, names)
    declared = [(source, table) for source, table in tables.values() if table.personal()]
    files = [
        Attachment(
            DATA_FILE,
            _json(_data(header, controllers, recipients, [t for _, t in declared], collected)),
            _JSON,
            say(language, "file.json"),
        ),
        Attachment(
            SCHEMA_FILE, _json(package_schema(declared)), _JSON, say(language, "file.schema")
        ),
        *(
            Attachment(
                file_name(sheet),
                csv_bytes(sheet),
                "text/csv",
                say(language, "file.csv", table=words.table(sheet.table)),
            )
            for sheet in collected.sheets
        ),
    ]
    manifest = {
        "format": MANIFEST_FORMAT,
        "reference": header.reference,
        "csv_delimiter": DELIMITER,
        "tables": [entry.as_dict() for entry in collected.manifest],
        "files": [
            {"name": item.name, "sha256": item.sha256, "size": len(item.data)} for item in files
        ],
    }
    listed = Attachment(MANIFEST_FILE, _json(manifest), _JSON, say(language, "file.manifest"))
    data = report_data(
        header=header,
        words=words,
        controllers=controllers,
        recipients=recipients,
        tables={table.model: table for _, table in declared},
        sheets=collected.sheets,
        manifest=collected.manifest,
        files=[(item.name, item.sha256) for item in (*files, listed)],
    )
    rows = sum(len(sheet.rows) for sheet in collected.sheets)
    return Assembled(say(language, "title"), data, (*files, listed), rows)


def _data(
    header: Header,
    controllers: Sequence[ControllerCard],
    recipients: Sequence[Recipient],
    tables: Sequence[Table],
    collected: Collected,
) -> dict[str, object]:
    data: dict[str, dict[str, object]] = {}
    for sheet in collected.sheets:
        names = [column.name for column in sheet.columns]
        data.setdefault(sheet.source, {})[sheet.table.model] = [
            dict(zip(names, row, strict=True)) for row in sheet.plain_rows
        ]
    return {
        "format": FORMAT,
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
            for one in controllers
        ],
        "information": information_as_dict(header.language, tables, recipients),
        "manifest": [entry.as_dict() for entry in collected.manifest],
        "data": data,
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
