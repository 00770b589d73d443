"""manage.py deadlines: the days that follow from a day of receipt."""

import json
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsar.rules import deadlines


class Command(BaseCommand):
    """Print the deadlines of a rights request as one JSON object."""

    help = (
        "Prints one JSON object: received, due (told to the person), legal_max (if extended) and "
        "target (the last working day on or before due). GDPR 12(3), PP6d."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --received."""
        parser.add_argument("--received", required=True, metavar="YYYY-MM-DD")

    def handle(self, *_args: Any, received: str, **_options: Any) -> None:
        """Print the object, or say what is wrong with the day."""
        try:
            day = date.fromisoformat(received)
            if day.isoformat() != received:
                raise ValueError(received)
            found = deadlines(day, extra_work_free=settings.EXTRA_WORK_FREE_DAYS)
        except (ValueError, OverflowError):
            raise CommandError(
                f"--received must be a day as YYYY-MM-DD; it is {received!r}."
            ) from None
        answer = {
            "received": found.received,
            "due": found.due,
            "legal_max": found.legal_max,
            "target": found.target,
        }
        self.stdout.write(json.dumps({name: day.isoformat() for name, day in answer.items()}))
