"""`manage.py verify_log`: re-check the log; exit 1 and name the first bad entry if anything was
touched.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from records.access.verification import LogReport, verify_log


class Command(BaseCommand):
    """Check entries, tree heads, their copies, the subject index, the triggers and the age of the
    unsealed tail.
    """

    help = (
        "Re-check the access log: every entry against its leaf, every head against the tree, every"
        " copy of the heads against both, the subject index, the triggers, and the age of the"
        " unsealed tail. Exit 1 and the first bad entry if anything was changed, deleted,"
        " reordered, inserted or cut."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --json and --heads."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--heads",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="a copy of the tree heads that was kept elsewhere; may be given more than once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and print; exit 1 if anything is wrong."""
        report = verify_log(now=timezone.now(), heads_files=options["heads"])
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report), ensure_ascii=False))
        else:
            self._print(report)
        if not report.intact:
            sys.exit(1)

    def _print(self, report: LogReport) -> None:
        for year in report.years:
            state = (
                f"disposed of at {year.disposed_at}"
                if year.disposed_at
                else f"{year.entries} entries"
            )
            self.stdout.write(
                f"{year.year}: {state}, {year.sealed} sealed under {year.heads} heads"
            )
        for problem in report.problems:
            entry = f" entry {problem.entry_id}" if problem.entry_id else ""
            self.stdout.write(f"BAD {problem.code}{entry} {problem.detail}".rstrip())
        verdict = (
            "complete and unbroken"
            if report.intact
            else f"NOT intact, {len(report.problems)} problems"
        )
        self.stdout.write(f"{verdict}, checked at {report.checked_at:%Y-%m-%d %H:%M:%S} UTC")


def _as_json(report: LogReport) -> dict[str, Any]:
    return {
        "intact": report.intact,
        "checked_at": report.checked_at.isoformat(),
        "first_bad_entry": report.first_bad_entry,
        "copies": report.copies,
        "years": [
            {
                "year": one.year,
                "entries": one.entries,
                "sealed": one.sealed,
                "heads": one.heads,
                "root": one.root,
                "disposed_at": one.disposed_at and one.disposed_at.isoformat(),
            }
            for one in report.years
        ],
        "problems": [
            {"code": one.code.value, "year": one.year, "entry": one.entry_id, "detail": one.detail}
            for one in report.problems
        ],
    }
