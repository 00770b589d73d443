"""`manage.py rotate_root`: new root keys for everything that the keyring holds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from records.keyring.errors import KeyringRefused
from records.keyring.operations import rotate_root


class Command(BaseCommand):
    """Rotate the roots; a run that was cut off is finished by the next one."""

    help = (
        "Wrap every key by a new root and destroy the old roots. The keys themselves do not "
        "change, so no data is touched. Safe to kill and to run again. "
        "Copy the key file to escrow afterwards."
    )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rotate with a progress bar."""
        with tqdm(unit="root", desc="Rotating roots", disable=options["verbosity"] == 0) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                generation = rotate_root(now=timezone.now(), progress=show)
            except KeyringRefused as refusal:
                raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"The roots are of generation {generation} now; the ones before are gone."
        )
        self.stdout.write("Copy the key file to escrow: with a token, older copies open nothing.")
