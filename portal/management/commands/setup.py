"""`manage.py setup`: create missing keys, migrate every store, load the register and the notices;
idempotent.
"""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.installation import prepare_installation
from records.access.purposes import Store


class Command(BaseCommand):
    """Make the installation ready to start; safe to run at every start and by several processes in
    turn.
    """

    help = (
        "Create missing keys, migrate every store, load the register and the notices. Idempotent."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every step; each does nothing where its work is done."""
        quiet = options["verbosity"] == 0
        for store in Store:
            call_command("migrate", database=store.value, verbosity=0, interactive=False)
            if not quiet:
                self.stdout.write(f"{store.value}: migrated")
        for line in prepare_installation(now=timezone.now()):
            if not quiet:
                self.stdout.write(line)
