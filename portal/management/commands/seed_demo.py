"""`manage.py seed_demo [--holders N]`: the demo city, its staff, and N invented holders."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from portal.clock import read_clock
from portal.demo.seeding import WELL_KNOWN, read_demo, seed


class Command(BaseCommand):
    """Seed the demo city and print its sign-ins."""

    help = (
        "Seed the demo city: staff, a terminal, two well-known holders and N more. Demo mode only."
    )

    def add_arguments(self, parser: Any) -> None:
        """Take the number of holders."""
        parser.add_argument(
            "--holders", type=int, default=4, help="invented holders to add (default 4)"
        )
        parser.add_argument(
            "--once", action="store_true", help="do nothing where the demo is there"
        )

    def handle(self, *args: Any, holders: int, once: bool, **options: Any) -> None:
        """Seed, with a progress bar, and print who can sign in."""
        if not settings.DEMO:
            raise CommandError("This installation is not in demo mode (VARUH_DEMO).")
        if holders < 0:
            raise CommandError("--holders must be 0 or more.")
        content = read_demo()
        if not (once and content and content["holders"]):
            known = 0 if content and content["holders"] else len(WELL_KNOWN)
            with tqdm(
                total=holders + known, desc="holders", unit="", file=sys.stderr, disable=None
            ) as bar:
                content = seed(holders=holders, now=read_clock(), progress=bar.update).content
        self._print(content)

    def _print(self, content: dict[str, Any]) -> None:
        self.stdout.write("\nDemo sign-ins (all people are invented):\n")
        for holder in content["holders"]:
            self.stdout.write(
                f"  holder      card {holder['holder_id']}   {holder['name']}, {holder['city']}"
            )
        for staff in content["staff"]:
            who = f"{staff['role']:<11} {staff['username']:<8}"
            self.stdout.write(f"  {who} {staff['password']:<18} {staff['city']}")
        self.stdout.write(f"  The codes of phones and authenticators: {settings.SITE_URL}/demo/")
        for terminal in content["terminals"]:
            self.stdout.write(
                f"  terminal    Bearer {terminal['credentials']}   {terminal['name']}"
            )
