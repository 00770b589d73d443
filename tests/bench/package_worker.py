"""The process that bench_package measures: fresh stores with many holders, then what is asked.

`one LINES ROUNDS HOLDERS` answers one holder with many ledger lines again and again; `many REQUESTS
HOLDERS` files a thousand requests at once and answers them all. The rows of the other holders are
copies of one real person's rows under new numbers: nobody opens them, they only make the tables
large.
"""

import json
import os
import resource
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import django

DEVICE = "computer"
SHOPS = ("avtobusi", "parkirisca", "kolesa")
REAL_LINES = 50
"""So many payments are made by the operation; the others are copies of these in the ledger."""
BATCH = 5_000


def main(what: str, *numbers: int) -> int:
    """Print what was measured as one JSON object."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings_test"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    settings.LOGGING_CONFIG = None
    stores = setup_databases(verbosity=0, interactive=False)
    try:
        from records.keyring.operations import create_missing
        from tests.factories import load_demo_register

        create_missing(now=datetime.now(UTC))
        load_demo_register()
        Path(settings.PACKAGES_DIR).mkdir(parents=True, exist_ok=True)
        found = _measure_one(*numbers) if what == "one" else _measure_many(*numbers)
    finally:
        teardown_databases(stores, verbosity=0)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _measure_one(lines: int, rounds: int, holders: int) -> dict[str, object]:
    holder = _prepare(lines)
    _crowd(holder, holders)
    before = _memory_mb(resource.RUSAGE_SELF)
    if rounds > 1:
        _round(holder)  # the first one warms up
    seconds, volumes = [], 1
    for _ in range(rounds):
        took, volumes = _round(holder)
        seconds.append(took)
    return {
        "seconds": seconds,
        "volumes": volumes,
        "before_mb": before,
        "worker_mb": _memory_mb(resource.RUSAGE_SELF),
        "child_mb": _memory_mb(resource.RUSAGE_CHILDREN),
    }


def _measure_many(requests: int, holders: int) -> dict[str, object]:
    """File all requests before the first is answered, the later due the earlier filed; then sweep
    until nothing is due.
    """
    from dsar.models import Case, Package
    from dsar.operations import file_request
    from dsar.rules import Right
    from dsar.tasks import fulfil_cases
    from records.access.purposes import ActorRole
    from tests.factories import CENE_ID, make_actor, make_holder

    now = datetime.now(UTC)
    clerk = make_actor(ActorRole.CLERK, CENE_ID)
    people = [make_holder(actor=clerk, now=now) for _ in range(requests)]
    _crowd(people[0], holders)
    for number, holder in enumerate(people):
        herself = make_actor(ActorRole.HOLDER, uuid4())
        received = now - timedelta(days=number * 20 // requests, seconds=requests - number)
        file_request(
            actor=herself,
            subject_id=holder.subject_id,
            right=Right.ACCESS,
            received_at=received,
            now=now,
        )
    before = _memory_mb(resource.RUSAGE_SELF)
    started = perf_counter()
    while fulfil_cases(datetime.now(UTC)):
        pass
    seconds = perf_counter() - started
    answered = list(
        Package.objects.order_by("fulfilment__package__created_at").values_list("case", flat=True)
    )
    urgent = list(Case.objects.order_by("due_on", "received_at", "pk").values_list("pk", flat=True))
    from dsar.models import CaseEvent

    order = list(
        CaseEvent.objects.filter(event="case:work:started")
        .order_by("at", "case__due_on", "case__received_at")
        .values_list("case", flat=True)
    )
    return {
        "seconds": seconds,
        "answered": len(answered),
        "in_order": order == urgent,
        "before_mb": before,
        "worker_mb": _memory_mb(resource.RUSAGE_SELF),
        "child_mb": _memory_mb(resource.RUSAGE_CHILDREN),
    }


def _memory_mb(whose: int) -> int:
    return resource.getrusage(whose).ru_maxrss // 1024


def _prepare(lines: int) -> Any:
    """Return a holder with a wallet of so many payments."""
    from records.access.purposes import ActorRole
    from records.keys.links import presentation_digest
    from records.wallet import operations
    from tests.factories import CENE_ID, make_actor, make_holder
    from tests.records.wallet.conftest import make_terminal

    now = datetime.now(UTC)
    holder = make_holder(actor=make_actor(ActorRole.CLERK, CENE_ID), now=now)
    shops = [make_terminal(organisation=name, can_sell=True) for name in SHOPS]
    desk = make_terminal(organisation="knjiznica", can_topup=True)
    card = {"presentation": presentation_digest(holder.token), "currency": "EUR", "now": now}
    operations.top_up(terminal=desk, amount_minor=5_000, idempotency_key=uuid4().hex, **card)
    for number in range(min(lines, REAL_LINES)):
        operations.authorise_payment(
            terminal=shops[number % len(shops)],
            amount_minor=1 + number % 8,
            idempotency_key=uuid4().hex,
            **card,
        )
    _repeat_payments(lines - REAL_LINES, now)
    return holder


def _repeat_payments(lines: int, now: datetime) -> None:
    from django.db import transaction

    from records.wallet.models import Authorisation, LedgerEntry, Posting

    slips = list(Authorisation.objects.filter(kind="payment").order_by("decided_at"))
    booked = {slip.pk: _booking_of(slip) for slip in slips}
    for start in range(0, max(lines, 0), BATCH):
        entries, postings, copies = [], [], []
        for number in range(start, min(start + BATCH, lines)):
            slip = slips[number % len(slips)]
            entry, sides = booked[slip.pk]
            at, key = now + timedelta(seconds=number), uuid4()
            entries.append(_copy(entry, pk=key, booked_at=at, idempotency_key=uuid4().hex))
            postings += [_copy(side, entry_id=key) for side in sides]
            copies.append(_copy(slip, pk=key, decided_at=at, idempotency_key=uuid4().hex))
        with transaction.atomic(using="payments"):
            LedgerEntry.objects.bulk_create(entries)
            Posting.objects.bulk_create(postings)
            Authorisation.objects.bulk_create(copies)


def _booking_of(slip: Any) -> tuple[Any, list[Any]]:
    from records.wallet.models import LedgerEntry, Posting

    entry = LedgerEntry.objects.get(pk=slip.pk)
    return entry, list(Posting.objects.filter(entry=entry))


def _crowd(holder: Any, holders: int) -> None:
    """Fill the tables that every package asks with rows of other people."""
    from django.db import transaction

    from records.access.models import EntrySubject
    from records.cards.models import Application, Card
    from records.identity.models import DataSubject

    person = DataSubject.objects.get(pk=holder.subject_id)
    application = Application.objects.filter(subject_id=holder.subject_id).first()
    card = Card.objects.filter(subject_id=holder.subject_id).first()
    last = EntrySubject.objects.order_by("-pk").first()
    for start in range(0, holders, BATCH):
        keys = [uuid4() for _ in range(start, min(start + BATCH, holders))]
        cards = [_copy(card, pk=uuid4(), subject_id=key, **_own(card)) for key in keys]
        with transaction.atomic():
            DataSubject.objects.bulk_create([_copy(person, pk=key, **_own(person)) for key in keys])
            applications = [
                _copy(application, pk=uuid4(), subject_id=key, **_own(application)) for key in keys
            ]
            Application.objects.bulk_create(applications)
            for one, made in zip(cards, applications, strict=True):
                one.application_id = made.pk
            Card.objects.bulk_create(cards)
        if last is None:  # the sealer has not yet written the index
            continue
        EntrySubject.objects.bulk_create(
            [EntrySubject(subject=key, entry_id=last.entry_id) for key in keys]
        )


def _own(row: Any) -> dict[str, object]:
    """Return new values for the columns that no two rows share."""
    found: dict[str, object] = {}
    for field in row._meta.concrete_fields:
        if not field.unique or field.primary_key or getattr(row, field.attname) is None:
            continue
        value = getattr(row, field.attname)
        found[field.attname] = os.urandom(len(value)) if isinstance(value, bytes) else uuid4().hex
    return found


def _copy(row: Any, **changes: object) -> Any:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    if "pk" in changes:
        values[row._meta.pk.attname] = changes.pop("pk")
    values |= changes
    return type(row)(**values)


def _round(holder: Any) -> tuple[float, int]:
    from dsar.models import Fulfilment
    from dsar.operations import download_package, file_request, fulfil
    from dsar.rules import Right
    from records.access.purposes import ActorRole
    from tests.factories import make_actor

    now, herself = datetime.now(UTC), make_actor(ActorRole.HOLDER, uuid4())
    started = perf_counter()
    case = file_request(actor=herself, subject_id=holder.subject_id, right=Right.ACCESS, now=now)
    package = fulfil(fulfilment_id=Fulfilment.objects.get(case=case).pk, now=now)
    assert package is not None, (case.reference, Fulfilment.objects.get(case=case).last_error)
    file = download_package(
        actor=herself,
        subject_id=holder.subject_id,
        package_id=package.pk,
        device=DEVICE,
        now=now,
    )
    assert sum(map(len, file.pieces())) == package.size
    return perf_counter() - started, package.volumes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
