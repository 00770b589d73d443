"""manage.py verify_package: is this file what was sealed, and does it agree with itself?"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsar.package.check import Findings, check_files
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
        verdict = verify_pdf(data, now=datetime.now(UTC))
        try:
            findings = check_files(read_attachments(data))
        except DocumentNotReadable:
            findings = Findings("", 0, 0, 0, ("the attachments cannot be read",))
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
