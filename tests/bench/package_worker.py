"""The process that bench_package measures: fresh stores, one holder with payments, then rounds."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import django

DEVICE = "computer"
SHOPS = ("avtobusi", "parkirisca", "kolesa")


def main(lines: int, rounds: int) -> int:
    """Print the seconds of each round as one JSON list."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings_test"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    settings.LOGGING_CONFIG = None
    stores = setup_databases(verbosity=0, interactive=False)
    try:
        from records.keyring.operations import create_missing

        now = datetime.now(UTC)
        create_missing(now=now)
        Path(settings.PACKAGES_DIR).mkdir(parents=True, exist_ok=True)
        holder = _prepare(lines, now)
        seconds = [_round(holder) for _ in range(rounds + 1)][1:]  # the first one warms up
    finally:
        teardown_databases(stores, verbosity=0)
    sys.stdout.write(json.dumps(seconds) + "\n")
    return 0


def _prepare(lines: int, now: datetime) -> object:
    from records.access.purposes import ActorRole
    from records.keys.links import presentation_digest
    from records.wallet import operations
    from tests.factories import CENE_ID, load_demo_register, make_actor, make_holder
    from tests.records.wallet.conftest import make_terminal

    load_demo_register()
    holder = make_holder(actor=make_actor(ActorRole.CLERK, CENE_ID), now=now)
    shops = [make_terminal(organisation=name, can_sell=True) for name in SHOPS]
    desk = make_terminal(organisation="knjiznica", can_topup=True)
    card = {"presentation": presentation_digest(holder.token), "currency": "EUR", "now": now}
    operations.top_up(terminal=desk, amount_minor=5_000, idempotency_key=uuid4().hex, **card)
    for number in range(lines):
        operations.authorise_payment(
            terminal=shops[number % len(shops)],
            amount_minor=1 + number % 8,
            idempotency_key=uuid4().hex,
            **card,
        )
    return holder


def _round(holder: object) -> float:
    from dsar.models import Fulfilment
    from dsar.operations import download_package, file_request, fulfil
    from dsar.rules import Right
    from records.access.purposes import ActorRole
    from tests.factories import make_actor

    now, herself = datetime.now(UTC), make_actor(ActorRole.HOLDER, uuid4())
    subject_id = holder.subject_id  # type: ignore[attr-defined]
    started = perf_counter()
    case = file_request(actor=herself, subject_id=subject_id, right=Right.ACCESS, now=now)
    package = fulfil(fulfilment_id=Fulfilment.objects.get(case=case).pk, now=now)
    assert package is not None, case.reference
    file = download_package(
        actor=herself, subject_id=subject_id, package_id=package.pk, device=DEVICE, now=now
    )
    assert file.data.startswith(b"%PDF")
    return perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
