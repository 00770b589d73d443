"""manage.py verify_package: is this file what was sealed, and does it agree with itself?"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsar.errors import UnsafeFileName
from dsar.package.assembly import MANIFEST_FILE
from dsar.package.check import (
    Findings,
    check_files,
    check_volumes,
    first_volume,
    is_volumes,
    open_volumes,
)
from records.documents.errors import DocumentNotReadable
from records.documents.seals import Verdict
from records.documents.signing import read_attachments, verify_pdf


class Command(BaseCommand):
    """Check the seal, the manifest and the attachments of a package; exit 1 if anything differs."""

    help = (
        "Checks a package offline: the seal covers the whole file and is of a certificate known "
        "here, every attachment's SHA-256 stands in the sealed manifest, the JSON is valid "
        "against the attached schema, and manifest, JSON and CSV count the same rows. Exit 1 if "
        "anything differs."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare FILE."""
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Print what was found; raise CommandError (exit 1) with everything that differs."""
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        verdict, findings = _check_zip(data) if is_volumes(data) else _check_pdf(data)
        self._print(hashlib.sha256(data).hexdigest(), verdict, findings)
        problems = (*verdict.problems, *findings.problems)
        if problems or not verdict.ok:
            raise CommandError("\n".join(["The package is not what it should be:", *problems]))
        self.stdout.write(self.style.SUCCESS("Everything agrees."))

    def _print(self, sha256: str, verdict: Verdict, findings: Findings) -> None:
        sealed_at = verdict.sealed_at.isoformat() if verdict.sealed_at else "-"
        lines = {
            "sha256": sha256,
            "seal": f"{verdict.level or '-'}, intact: {verdict.intact}, known: {verdict.trusted}",
            "sealed by": verdict.signer or "-",
            "sealed at": sealed_at,
            "case": findings.reference or "-",
            "contents": f"{findings.files} files, {findings.tables} tables, {findings.rows} rows",
        }
        for name, value in lines.items():
            self.stdout.write(f"{name:>10}: {value}")


def _check_pdf(data: bytes) -> tuple[Verdict, Findings]:
    verdict = verify_pdf(data, now=datetime.now(UTC))
    try:
        return verdict, check_files(read_attachments(data))
    except DocumentNotReadable:
        return verdict, Findings("", 0, 0, 0, ("the attachments cannot be read",))


def _check_zip(data: bytes) -> tuple[Verdict, Findings]:
    """Check every volume's seal and the sealed manifest; the first problem of a seal counts."""
    try:
        members = open_volumes(data)
    except (UnsafeFileName, BadZipFile):
        nothing = Findings("", 0, 0, 0, ("the zip cannot be read",))
        return Verdict(intact=False, trusted=False, problems=("there is no seal",)), nothing
    volumes = sorted(name for name in members if name.endswith(".pdf"))
    verdict = Verdict(intact=False, trusted=False, problems=("there is no volume",))
    for name in volumes:
        verdict = verify_pdf(members[name], now=datetime.now(UTC))
        if not verdict.ok:
            return replace(verdict, problems=(name, *verdict.problems)), Findings("", 0, 0, 0, ())
    try:
        manifest = read_attachments(members[first_volume(members)]).get(MANIFEST_FILE)
    except (DocumentNotReadable, KeyError):
        manifest = None
    return verdict, check_volumes(members, manifest)
