"""The JSON Schema of the package, generated from the inventory, so that data and description cannot
part. Pure.
"""

from collections.abc import Iterable, Sequence

from dsar.rules.rights import Right
from records.access.inventory import Personal, Table

FORMAT = "varuh-access-package/1"
PORTABLE_FORMAT = "varuh-portable-data/1"
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"

_VALUE = {
    "description": "A value as kept; days and instants as ISO 8601 text (instants in UTC).",
    "type": ["string", "integer", "number", "boolean", "null", "array", "object"],
}
_REQUIRED = (
    "format",
    "reference",
    "data_as_of",
    "language",
    "controllers",
    "information",
    "manifest",
    "data",
)
_TEXT = {"type": "string"}
_LINE = {
    "type": "object",
    "required": ["source", "table", "status", "rows"],
    "properties": {
        "source": _TEXT,
        "table": _TEXT,
        "status": {"enum": ["included", "empty", "withheld", "not_requested"]},
        "rows": {"type": "integer", "minimum": 0},
        "reason": _TEXT,
        "withheld_columns": {"type": "object", "additionalProperties": _TEXT},
    },
    "additionalProperties": False,
}


def format_of(right: Right) -> str:
    """Return the name of the data file's format."""
    return PORTABLE_FORMAT if right is Right.PORTABILITY else FORMAT


def package_schema(
    tables: Iterable[tuple[str, Table]], right: Right = Right.ACCESS
) -> dict[str, object]:
    """Return the schema of the package for these tables, each with the code of its source.

    Every declared column is described: label, kind of data, purposes, legal basis, recipients,
    retention rule. A column that is not declared is not valid.
    """
    name = format_of(right)
    portable = right is Right.PORTABILITY
    return {
        "$schema": JSON_SCHEMA,
        "$id": f"urn:{name.replace('/', ':')}",
        "title": "Portable data (GDPR 20)" if portable else "Copy of personal data (GDPR 15)",
        "type": "object",
        "required": list(_REQUIRED),
        "additionalProperties": False,
        "properties": {
            "format": {"const": name},
            "reference": _TEXT,
            "data_as_of": {"type": "string", "format": "date-time"},
            "language": {"enum": ["sl", "en"]},
            "controllers": {"type": "array", "items": {"type": "object"}, "minItems": 1},
            "information": {"type": "object"},
            "manifest": {"type": "array", "items": _LINE},
            "data": _data_schema(list(tables)),
        },
    }


def _data_schema(tables: Sequence[tuple[str, Table]]) -> dict[str, object]:
    sources: dict[str, dict[str, object]] = {}
    for source, table in tables:
        columns = [column for column in table.personal() if not column.withheld]
        if columns:
            sources.setdefault(source, {})[table.model] = _table_schema(table, columns)
    return {
        "type": "object",
        "description": "Source → table → rows.",
        "additionalProperties": False,
        "properties": {
            source: {"type": "object", "additionalProperties": False, "properties": tables}
            for source, tables in sources.items()
        },
    }


def _table_schema(table: Table, columns: Sequence[Personal]) -> dict[str, object]:
    return {
        "title": table.label,
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": {column.name: _column_schema(column) for column in columns},
        },
    }


def _column_schema(column: Personal) -> dict[str, object]:
    return {
        "title": column.label,
        **_VALUE,
        "x-category": column.category.value,
        "x-purposes": [purpose.value for purpose in column.purposes],
        "x-legal-basis": f"GDPR {column.basis.value}",
        "x-recipients": list(column.recipients),
        "x-retention": column.retention,
        "x-provenance": column.provenance.value,
    }
