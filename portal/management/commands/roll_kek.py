"""`manage.py roll_kek`: a new KEK epoch, data keys re-wrapped, old epochs destroyed when due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from records.access.purposes import Store
from records.errors import Refusal
from records.keyring.rules import SEALED_STORES
from records.keys.maintenance import roll_kek_epoch


class Command(BaseCommand):
    """Roll; a run that was cut off is finished by the next one."""

    help = (
        "Start a new KEK epoch of each store, wrap all data keys by it, and destroy the epochs "
        "whose backups have run out: copies of erased people's keys open nothing from then on. "
        "Safe to kill and to run again. Copy the key file to escrow afterwards, and destroy the "
        "copies from before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--store", choices=SEALED_STORES, help="one store only")
        parser.add_argument(
            "--finish",
            action="store_true",
            help="start no new epoch: finish a roll that was cut off, destroy what is due",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Roll each store with a progress bar."""
        for name in [options["store"]] if options["store"] else SEALED_STORES:
            with tqdm(
                unit="key", desc=f"{name}: re-wrapping", disable=not options["verbosity"]
            ) as bar:

                def show(done: int, total: int, bar: Any = bar) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                try:
                    report = roll_kek_epoch(
                        store=Store(name),
                        now=timezone.now(),
                        start=not options["finish"],
                        progress=show,
                    )
                except Refusal as refusal:
                    raise CommandError(str(refusal)) from None
            begun = "started" if report.started else "finished"
            self.stdout.write(
                f"{name}: epoch {report.epoch} {begun}, {report.rewrapped} data keys re-wrapped, "
                f"epochs destroyed: {', '.join(map(str, report.destroyed)) or 'none'}."
            )
            for epoch, due_at in report.due:
                self.stdout.write(
                    f"{name}: epoch {epoch} is destroyed by a run after {due_at:%Y-%m-%d}."
                )
