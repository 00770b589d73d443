"""`manage.py rebuild_indexes`: every blind index of a store under a new key."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from portal.management.commands.re_encrypt import open_for
from records.access.grants import Actor, Grant
from records.access.purposes import ActorRole, DataCategory, Store
from records.errors import Refusal
from records.keyring.rules import SEALED_STORES
from records.keys.maintenance import rebuild_indexes

ACTOR = Actor(role=ActorRole.SYSTEM, id="system:rebuild_indexes", organisation="varuh")


class Command(BaseCommand):
    """Rebuild; a run that was cut off is finished by the next one."""

    help = (
        "Compute every blind index under a new key. Searches find all rows meanwhile. A further "
        "run, an hour later or more, looks at every row again and destroys the old key: index "
        "values in old backups say nothing from then on. Safe to kill and to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--store", choices=SEALED_STORES, help="one store only")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rebuild each store's indexes with a progress bar."""
        for name in [options["store"]] if options["store"] else SEALED_STORES:
            store = Store(name)
            with tqdm(
                unit="part", desc=f"{name}: indexing", disable=not options["verbosity"]
            ) as bar:

                def show(done: int, total: int, bar: Any = bar) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                def open_it(
                    subjects: Collection[UUID],
                    categories: Collection[DataCategory],
                    store: Store = store,
                ) -> Grant:
                    return open_for(
                        store=store, subjects=subjects, categories=categories, actor=ACTOR
                    )

                try:
                    report = rebuild_indexes(
                        store=store, now=timezone.now(), open_gate=open_it, progress=show
                    )
                except Refusal as refusal:
                    raise CommandError(str(refusal)) from None
            self.stdout.write(
                f"{name}: version {report.version}, {report.changed} rows changed, "
                f"{report.skipped} left out; versions destroyed: "
                f"{', '.join(map(str, report.retired)) or 'none'}."
            )
            if report.due_at is not None:
                self.stdout.write(
                    f"{name}: run again after {report.due_at:%Y-%m-%d %H:%M} to destroy "
                    "the old one."
                )
