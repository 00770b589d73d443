"""The log on PostgreSQL with fsync: what logging costs a reader, how fast it grows, how fast it is
checked and found.
"""

import os
import random
import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

ADMIN = os.environ.get("VARUH_BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
DATABASE = "postgresql"
WORKERS = 8
ENTRIES = 1_000_000
PEOPLE = 50_000
ENTRIES_A_HEAD = 1_000
STOCK_MEGABYTES = 386
OURS, STOCK = "tests.bench.logtables.settings_ours", "tests.bench.logtables.settings_stock"

Report = Callable[..., None]


def run(report: Report) -> None:
    """Make databases of our own, measure, and drop them."""
    import psycopg

    name = f"varuh_bench_log_{os.getpid()}"
    stores = {store: f"{name}_{store}" for store in ("identity", "payments", "keys", "audit")}
    with psycopg.connect(f"{ADMIN}/postgres", autocommit=True) as admin:
        for database in stores.values():
            admin.execute(f'CREATE DATABASE "{database}"')
        try:
            with tempfile.TemporaryDirectory(prefix="varuh-bench-") as folder:
                for store, database in stores.items():
                    os.environ[f"VARUH_{store.upper()}_DATABASE_URL"] = f"{ADMIN}/{database}"
                os.environ["VARUH_KEY_FILE"] = f"{folder}/varuh.keys"
                os.environ["VARUH_HEADS_DIR"] = f"{folder}/heads"
                _measure(report)
        finally:
            for database in stores.values():
                admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def _measure(report: Report) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = OURS
    import django

    django.setup()
    _prepare()
    _measure_views(report)
    _measure_appends(report)
    _measure_million(report)


def _prepare() -> None:
    from django.core.management import call_command
    from django.db import connections

    from records.keyring.operations import create_missing
    from tests.bench.logtables.models import Looked
    from tests.bench.logtables.turns import ROWS

    call_command("migrate", database="audit", verbosity=0)
    create_missing(now=datetime.now(UTC))
    default = connections["default"]
    with default.schema_editor() as editor:
        editor.create_model(Looked)
    Looked.objects.bulk_create(
        Looked(pk=pk, name=f"Oseba {pk}", subject=uuid4()) for pk in range(1, ROWS + 1)
    )
    default.close()
    _run_stock("migrate")
    with connections["audit"].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_head (id int PRIMARY KEY, number bigint, hash bytea);"
            "INSERT INTO bench_head VALUES (1, 0, '\\x00');"
            "CREATE TABLE bench_chain (id bigint PRIMARY KEY, timestamp timestamptz,"
            " stage smallint, action smallint, purpose smallint, role smallint,"
            " categories int, actor uuid,"
            " task uuid, subjects bytea, organisation varchar(64), hash bytea);"
            "CREATE TABLE bench_subject"
            " (subject uuid, entry_id bigint, PRIMARY KEY (subject, entry_id));"
        )


def _run_stock(command: str) -> None:
    import subprocess
    import sys

    # django-auditlog's own table, in the identity database, beside the table that is read.
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": STOCK}
    subprocess.run(
        [sys.executable, "-m", "django", command, "--verbosity", "0", "--run-syncdb"],
        env=environment,
        check=True,
    )


def _measure_views(report: Report) -> None:
    from tests.bench.logtables.workers import Crew, compete

    crews = {
        "plain": Crew(settings=OURS, variant="plain", workers=WORKERS),
        "gated": Crew(settings=OURS, variant="gated", workers=WORKERS),
        "mixin": Crew(settings=STOCK, variant="mixin", workers=WORKERS),
    }
    rates = compete(crews, rounds=5, seconds=2)
    for crew in crews.values():
        crew.end()
    for name, baseline, least in (
        (
            "log: one-row view behind the gate, 8 workers, of the same view without a log",
            "plain",
            0.38,
        ),
        ("log: one-row view behind the gate, 8 workers, of LogAccessMixin", "mixin", 1.3),
    ):
        ratio = rates["gated"] / rates[baseline]
        _say(
            report,
            name,
            rates["gated"],
            "requests/s",
            rates[baseline],
            ratio,
            f">= {least}",
            ratio >= least,
        )


def _measure_appends(report: Report) -> None:
    from tests.bench.logtables.workers import Crew, compete

    crews = {
        "append": Crew(settings=OURS, variant="append", workers=WORKERS),
        "chain": Crew(settings=OURS, variant="chain", workers=WORKERS),
    }
    rates = compete(crews, rounds=5, seconds=2)
    for crew in crews.values():
        crew.end()
    ratio = rates["append"] / rates["chain"]
    name = "log: appends, 8 writers, of one chain head"
    _say(report, name, rates["append"], "entries/s", rates["chain"], ratio, ">= 6", ratio >= 6)


def _measure_million(report: Report) -> None:
    from django.db import connections

    from records.access import sealing
    from records.access.verification import verify_log

    connection = connections["audit"]
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE access_logentry, access_entrysubject")
        cursor.execute("RESET session_replication_role")
        cursor.execute("SELECT setval('access_logentry_number', %s)", [ENTRIES])
    people = [uuid4() for _ in range(PEOPLE)]
    _fill(connection, people, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE access_logentry")  # as autovacuum would have long done
    sealing.BATCH = ENTRIES_A_HEAD
    start = perf_counter()
    sealing.seal_log(now=now)
    seconds = perf_counter() - start
    _say(report, "log: sealing", ENTRIES / seconds, "entries/s", None, None, "told", True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")

    times = []
    for _ in range(3):
        start = perf_counter()
        verdict = verify_log(now=now)
        times.append(perf_counter() - start)
        if not verdict.intact or sum(year.entries for year in verdict.years) != ENTRIES:
            raise RuntimeError(verdict.problems)
    best = statistics.median(times)
    _say(report, "log: verify 1,000,000 entries", best, "s", None, None, "<= 5 s", best <= 5)
    _measure_find(report, people, now)
    _measure_size(report, connection)


def _fill(connection: Any, people: list[UUID], now: datetime) -> None:
    """Write a million entries as the gate would, by COPY; the sealer indexes them."""
    from records.access.append import name_actor, name_subjects, name_task
    from records.access.leaves import Content, log_year, tag_of, year_bounds
    from records.keyring.queries import get_keyring

    year = log_year(now)
    first = year_bounds(year)[0]
    names = name_subjects(year=year, subjects=people)
    actors = [name_actor(year=year, actor_id=str(number)) for number in range(200)]
    tasks = [name_task(year=year, task=str(number)) for number in range(100_000)]
    key = get_keyring().secret("access/entry-tag")
    with connection.cursor() as cursor:
        connection.ensure_connection()
        with cursor.cursor.copy(
            "COPY access_logentry (id, timestamp, stage, action, purpose, role, categories, actor,"
            " task, tag, subjects, organisation) FROM STDIN (FORMAT BINARY)"
        ) as copy:
            copy.set_types(
                [
                    "int8",
                    "timestamptz",
                    "int2",
                    "int2",
                    "int2",
                    "int2",
                    "int4",
                    "uuid",
                    "uuid",
                    "uuid",
                    "bytea",
                    "varchar",
                ]
            )
            for number in range(1, ENTRIES + 1):
                # Holders read their own data as often as the desk reads it: as many actors as
                # people.
                own = number % 2
                place = random.randrange(PEOPLE)
                content = Content(
                    timestamp=now - timedelta(milliseconds=ENTRIES - number),
                    stage=0,
                    action=3,
                    purpose=6 if own else 2,
                    role=1 if own else 2,
                    categories=0b111,
                    actor=UUID(bytes=names[place]) if own else actors[number % 200],
                    task=tasks[number % 100_000],
                    subjects=names[place],
                    organisation="novo-mesto",
                )
                copy.write_row(
                    (
                        first + number,
                        content.timestamp,
                        content.stage,
                        content.action,
                        content.purpose,
                        content.role,
                        content.categories,
                        content.actor,
                        content.task,
                        tag_of(key, content),
                        content.subjects,
                        content.organisation,
                    )
                )


def _measure_find(report: Report, people: list[UUID], now: datetime) -> None:
    from records.access.gate import open_gate
    from records.access.grants import Actor
    from records.access.purposes import ActorRole, DataCategory, Purpose
    from records.access.queries import list_entries_about

    chosen = random.sample(people, 400)
    grant = open_gate(
        actor=Actor(role=ActorRole.DPO, id="bench", organisation="novo-mesto"),
        purpose=Purpose.LOG_REVIEW,
        subjects=chosen,
        categories=[DataCategory.ACCESS_LOG],
        task="bench",
        now=now,
    )
    from records.access.leaves import log_year

    times = []
    for one in chosen:
        start = perf_counter()
        lines = list_entries_about(grant, subjects=[one], years=[log_year(now)], limit=50)
        times.append((perf_counter() - start) * 1000)
        if not lines:
            raise RuntimeError("nothing found")
    p95 = statistics.quantiles(times[20:], n=20)[-1]
    _say(
        report,
        "log: who looked at one person, among 1,000,000, p95",
        p95,
        "ms",
        None,
        None,
        "<= 1 ms",
        p95 <= 1,
    )


def _measure_size(report: Report, connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
            " AND relname ~ '^access_(logentry|entrysubject|treehead)_'"
        )
        megabytes = float(cursor.fetchone()[0]) / 1_000_000
    name = "log: size of 1,000,000 entries with indexes, subject rows and heads"
    goal = f"<= {STOCK_MEGABYTES} MB"
    ratio = megabytes / STOCK_MEGABYTES
    _say(report, name, megabytes, "MB", STOCK_MEGABYTES, ratio, goal, megabytes <= STOCK_MEGABYTES)


def _say(
    report: Report,
    name: str,
    value: float,
    unit: str,
    baseline: float | None,
    ratio: float | None,
    goal: str,
    met: bool,
) -> None:
    report(
        name=name,
        database=DATABASE,
        value=round(value, 3),
        unit=unit,
        baseline=None if baseline is None else round(baseline, 3),
        ratio=None if ratio is None else round(ratio, 3),
        goal=goal,
        met=met,
    )


if __name__ == "__main__":
    from tests.bench.__main__ import report as print_line

    run(print_line)
