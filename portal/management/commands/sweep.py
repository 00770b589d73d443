"""`manage.py sweep [--now ISO]`: all due work once, without a broker."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.clock import read_clock
from portal.sweeps import run_all
from records.errors import Refusal


def read_now(text: str | None) -> datetime:
    """Return the moment of `--now`, or the clock's; a future one works in demo mode only."""
    clock = read_clock()
    if text is None:
        return clock
    try:
        now = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError("--now must be an ISO 8601 moment, as 2027-01-31T08:00:00Z.") from None
    if now.tzinfo is None:
        raise CommandError("--now must name its time zone, as 2027-01-31T08:00:00Z.")
    if now > clock and not settings.DEMO:
        raise CommandError("--now in the future works in demo mode only.")
    return now


class Command(BaseCommand):
    """Run every sweep once and print what it did."""

    help = "Run all due work once, without a broker. --now in the future works in demo mode only."

    def add_arguments(self, parser: Any) -> None:
        """Take the moment."""
        parser.add_argument("--now", help="ISO 8601 with time zone; default: the clock")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sweeps in order; exit 1 where one was refused."""
        refused = []
        for name, did in run_all(now=read_now(options["now"])):
            if isinstance(did, Refusal):
                refused.append(name)
            done = did.code if isinstance(did, Refusal) else did
            line = json.dumps({"sweep": name, "did": done}, default=str)
            self.stdout.write(line if options["json"] else f"{name:<10} {done}")
        if refused:
            raise CommandError(f"Refused: {', '.join(refused)}.")
