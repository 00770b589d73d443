"""manage.py import_portable: an application from a file of portable data."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from dsar.errors import UnsafeFileName
from dsar.operations.receiving import import_portable
from dsar.package.assembly import DATA_FILE
from dsar.package.check import check_files, is_volumes, open_volumes
from dsar.wire import PORTABLE_MOST_BYTES
from portal.clock import read_clock
from portal.refusals import explain
from records.errors import Refusal


class Command(BaseCommand):
    """Make an application of a person's portable data; exit 1 where the file is not good."""

    help = (
        "Makes an application of a person's portable data (the zip of files for computers, or its "
        "data.json). Terms are accepted for nobody: what is missing is printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare FILE and --sender."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--sender", default="", help="code of the installation it came from")

    def handle(self, *_args: Any, file: Path, sender: str, **_options: Any) -> None:
        """Import, and print the application's number and what is missing."""
        try:
            standing = import_portable(content=_read(file), sender=sender, now=read_clock())
        except Refusal as refusal:
            with override("en"):
                raise CommandError(f"{explain(refusal)} ({refusal.code})") from None
        self.stdout.write(f"application: {standing.application_id}")
        self.stdout.write(f"state: {standing.state.value}")
        self.stdout.write(f"missing: {', '.join(standing.missing) or '-'}")


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > PORTABLE_MOST_BYTES:
            raise CommandError(f"{file.name} is larger than {PORTABLE_MOST_BYTES} bytes.")
        data = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file.name} cannot be read: {error.strerror}.") from None
    if is_volumes(data):
        data = _from_zip(file, data)
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise CommandError(f"{file.name} is neither a zip nor JSON.") from None


def _from_zip(file: Path, data: bytes) -> bytes:
    try:
        with ZipFile(BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > 4 * PORTABLE_MOST_BYTES:
                raise CommandError(f"{file.name} holds more than such a file may.")
        members = open_volumes(data)
    except (UnsafeFileName, BadZipFile):
        raise CommandError(f"{file.name} is a damaged zip.") from None
    if DATA_FILE not in members:
        raise CommandError(f"{file.name} holds no {DATA_FILE}.")
    problems = check_files(members).problems
    if problems:
        raise CommandError("\n".join([f"{file.name} does not agree with its manifest:", *problems]))
    return members[DATA_FILE]
