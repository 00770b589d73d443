"""`manage.py dispose_log_year YEAR`: delete a due year of the access log, as the owner of the audit
store.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from records.access.disposal import LEAST_YEARS, dispose_log_year
from records.access.errors import YearNotDue
from records.access.grants import Actor
from records.access.purposes import ActorRole


class Command(BaseCommand):
    """Dispose of a log year whose lawful life is over."""

    help = (
        "Delete a log year 2 (at most 5) calendar years after its end, with its index, and destroy"
        " its key. Needs a connection as the owner of the audit store. The other years still"
        " verify."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the year and how long years are kept."""
        parser.add_argument("year", type=int)
        parser.add_argument("--keep-years", type=int, default=LEAST_YEARS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Dispose of the year, or say why it may not go."""
        try:
            row = dispose_log_year(
                year=options["year"],
                actor=Actor(ActorRole.SYSTEM, "system:log-disposal", ""),
                now=timezone.now(),
                keep_years=options["keep_years"],
            )
        except YearNotDue as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Log year {row.year} disposed of: {row.size} entries.")
