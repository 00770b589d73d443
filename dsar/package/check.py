"""The check of a package, offline: seal, manifest, attachments, schema, row counts must all
agree.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from dsar.errors import UnsafeFileName
from dsar.package.assembly import DATA_FILE, MANIFEST_FILE, MANIFEST_FORMAT, SCHEMA_FILE
from dsar.package.csv_files import DELIMITER
from dsar.package.zips import safe_name


@dataclass(frozen=True, slots=True)
class Findings:
    """What the attachments of a package say: whose case, how much, and what does not agree."""

    reference: str
    files: int
    tables: int
    rows: int
    problems: tuple[str, ...]


def is_volumes(data: bytes) -> bool:
    """Return whether this is a zip of volumes, not one PDF."""
    return data.startswith(b"PK\x03\x04")


def open_volumes(data: bytes) -> dict[str, bytes]:
    """Return the members of a zip of volumes; raise UnsafeFileName, zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if len(set(names)) != len(names):
            raise UnsafeFileName
        return {safe_name(name): archive.read(name) for name in names}


def first_volume(members: Mapping[str, bytes]) -> str:
    """Return the name of the volume in which the manifest is sealed; empty where there is none."""
    return min((name for name in members if name.endswith(".pdf")), default="")


def check_volumes(members: Mapping[str, bytes], sealed_manifest: bytes | None) -> Findings:
    """Check the members of a zip against the manifest that is sealed in the first volume."""
    first = first_volume(members)
    if sealed_manifest is None or members.get(MANIFEST_FILE) != sealed_manifest:
        return Findings("", len(members), 0, 0, ("the manifest is not the one that was sealed",))
    return check_files({name: data for name, data in members.items() if name != first})


def check_files(files: Mapping[str, bytes]) -> Findings:
    """Check the attachments against the manifest among them; every difference is a problem by
    name.
    """
    try:
        manifest = json.loads(files[MANIFEST_FILE])
        if manifest["format"] != MANIFEST_FORMAT:
            return Findings("", len(files), 0, 0, ("the manifest has an unknown format",))
        problems = _compare_files(manifest, files)
        if problems:
            return Findings(str(manifest["reference"]), len(files), 0, 0, tuple(problems))
        data = json.loads(files[DATA_FILE])
        schema = json.loads(files[SCHEMA_FILE])
        problems = [*_compare_schema(data, schema), *_compare_tables(manifest, data, files)]
        lines = manifest["tables"]
        rows = sum(line["rows"] for line in lines if line["status"] == "included")
        return Findings(str(manifest["reference"]), len(files), len(lines), rows, tuple(problems))
    except (KeyError, ValueError, TypeError) as error:
        return Findings("", len(files), 0, 0, (f"the manifest cannot be read ({error!r})",))


def _compare_files(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> list[str]:
    listed = {line["name"]: line for line in manifest["files"]}
    attached = set(files) - {MANIFEST_FILE}
    problems = [f"{name}: listed but not attached" for name in sorted(set(listed) - attached)]
    problems += [f"{name}: attached but not listed" for name in sorted(attached - set(listed))]
    problems += [f"{name}: not listed" for name in (DATA_FILE, SCHEMA_FILE) if name not in listed]
    for name in sorted(attached & set(listed)):
        if hashlib.sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            problems.append(f"{name}: the SHA-256 differs from the manifest")
        elif len(files[name]) != listed[name]["size"]:
            problems.append(f"{name}: the size differs from the manifest")
    return problems


def _compare_schema(data: Any, schema: Any) -> list[str]:
    errors = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda one: one.json_path)
    # The path says where; the message could quote a person's data.
    return [
        f"{DATA_FILE}: {error.json_path} breaks the schema ({error.validator})" for error in errors
    ]


def _compare_tables(
    manifest: Mapping[str, Any], data: Any, files: Mapping[str, bytes]
) -> list[str]:
    problems = []
    if data["manifest"] != manifest["tables"] or data["reference"] != manifest["reference"]:
        problems.append(f"{DATA_FILE}: its manifest is another one")
    seen = {}
    for line in manifest["tables"]:
        name, source, table = line["table"], line["source"], line["table"].rpartition(".")[2]
        rows = data["data"].get(source, {}).get(name)
        file = f"{source}.{table}.csv".lower()
        if line["status"] not in {"included", "empty"}:
            if rows is not None or file in files:
                problems.append(f"{name}: left out by the manifest, yet there")
            continue
        seen[file] = line
        if rows is None or file not in files:
            problems.append(f"{name}: {line['status']} by the manifest, yet missing")
            continue
        counts = {line["rows"], len(rows), _csv_rows(files[file])}
        if len(counts) != 1 or (line["status"] == "empty") != (counts == {0}):
            problems.append(f"{name}: manifest, JSON and CSV count different rows")
    extra = {name for name in files if name.endswith(".csv")} - set(seen)
    return problems + [f"{name}: in no line of the manifest" for name in sorted(extra)]


def _csv_rows(data: bytes) -> int:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return max(sum(1 for _ in csv.reader(text, delimiter=DELIMITER)) - 1, 0)
