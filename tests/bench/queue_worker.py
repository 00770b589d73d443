"""A process that times the queue at 1,000 cases, and again when there are 100,000."""

import json
import os
import statistics
import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ROUNDS = 40
CITY = "novo-mesto"
OPEN_SHARE = 2
"""One case in so many still waits: far more than in any office, so that every page is full."""


def main() -> None:
    """Fill, measure, fill more, measure again; print medians in milliseconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings_test")
    import django
    from django.test.utils import setup_databases, teardown_databases

    django.setup()
    few, many = int(sys.argv[1]), int(sys.argv[2])
    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    try:
        _fill(0, few)
        at_first = _measure()
        _fill(few, many)
        in_the_end = _measure()
        pairs = {page: (at_first[page], in_the_end[page]) for page in at_first}
        sys.stdout.write(json.dumps(pairs) + "\n")
    finally:
        teardown_databases(old, verbosity=0)


def _fill(first: int, after: int) -> None:
    from django.db import connections

    from dsar.models import Case
    from dsar.rules import Right

    rights = [right.value for right in Right][:6]
    for start in range(first, after, 5_000):
        rows = []
        for place in range(start, min(start + 5_000, after)):
            waits = place % OPEN_SHARE == 0
            received = NOW - timedelta(days=place % 25 if waits else 40 + place % 700)
            day = received.date()
            rows.append(
                Case(
                    reference=f"VP{place:010}",
                    subject_id=uuid4(),
                    right=rights[place // OPEN_SHARE % len(rights)],
                    state="in_work" if waits else "closed",
                    outcome="" if waits else "granted",
                    channel="portal",
                    language="sl",
                    controllers=[CITY],
                    answered_by=CITY,
                    received_at=received,
                    received_on=day,
                    registered_at=received,
                    due_on=day + timedelta(days=30),
                    legal_max_on=day + timedelta(days=91),
                    target_on=day + timedelta(days=28),
                    assurance=place % 4,
                )
            )
        Case.objects.bulk_create(rows)
    with connections["default"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _measure() -> dict[str, float]:
    from dsar.queue import QueueFilter, list_queue

    pages: dict[str, Any] = {
        "the first page": QueueFilter(),
        "the page of one right": QueueFilter(right="erasure"),
        "the overdue": QueueFilter(due="overdue"),
        "what is answered": QueueFilter(closed="yes"),
    }
    found = {}
    for name, asked in pages.items():
        times = []
        for turn in range(ROUNDS + 1):
            started = perf_counter()
            list_queue(city=CITY, asked=asked, now=NOW)
            if turn:
                times.append((perf_counter() - started) * 1000)
        found[name] = statistics.median(times)
    return found


if __name__ == "__main__":
    main()
