"""One process of the ledger's benchmark; started by bench_ledger with an environment of its own.

`prepare N` migrates the payment store and opens N wallets full of money; `pay SECONDS SEED` pays
one cent from wallets chosen at random and prints how often, and how long each took.
"""

import json
import os
import random
import sys
import time
from datetime import UTC, datetime
from uuid import UUID

from records.access.purposes import CardForm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from records.wallet import operations  # noqa: E402
from records.wallet.models import Terminal  # noqa: E402
from records.wallet.rules import Limits  # noqa: E402

PLENTY = 10**8
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def presentation(number: int) -> UUID:
    """Return the digest of wallet number `number`."""
    return UUID(int=number + 1)


def prepare(wallets: int) -> None:
    """Migrate, register two terminals, open the wallets and fill them."""
    call_command("migrate", database="payments", verbosity=0)
    limits = Limits(ceiling_minor=PLENTY, month_payments_minor=PLENTY, month_top_ups_minor=PLENTY)
    for rights in ({"can_topup": True}, {"can_sell": True}):
        operations.register_terminal(organisation="bench", name="bench", **rights)
    desk = Terminal.objects.get(can_topup=True)
    for number in range(wallets):
        wallet = UUID(int=10**9 + number)
        operations.open_wallet(wallet=wallet, city="bench", limits=limits, now=NOW)
        operations.register_instrument(
            wallet=wallet, presentation=presentation(number), form=CardForm.PHYSICAL
        )
        operations.activate_wallet(wallet=wallet)
        operations.top_up(
            terminal=desk,
            presentation=presentation(number),
            amount_minor=PLENTY,
            currency="EUR",
            idempotency_key=f"fill-{number}",
            now=NOW,
        )
    with connections["payments"].cursor() as cursor:
        cursor.execute(
            "VACUUM ANALYZE" if connections["payments"].vendor == "postgresql" else "ANALYZE"
        )


def pay(seconds: float, seed: int, wallets: int) -> None:
    """Pay until the time is over; print the number of approvals and the sorted latencies'
    percentiles.
    """
    shop = Terminal.objects.get(can_sell=True)
    choose = random.Random(seed)
    # All start together, when the last of them has loaded.
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    latencies: list[float] = []
    end = time.perf_counter() + seconds
    number = 0
    while (started := time.perf_counter()) < end:
        slip = operations.authorise_payment(
            terminal=shop,
            presentation=presentation(choose.randrange(wallets)),
            amount_minor=1,
            currency="EUR",
            idempotency_key=f"{seed}-{number}",
            now=NOW,
        )
        if not slip.approved:
            raise SystemExit(f"declined: {slip.reason}")
        latencies.append(time.perf_counter() - started)
        number += 1
    latencies.sort()
    middle, late = (latencies[int(len(latencies) * share)] * 1000 for share in (0.5, 0.99))
    sys.stdout.write(json.dumps({"done": number, "p50_ms": middle, "p99_ms": late}) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]))
    else:
        pay(float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
