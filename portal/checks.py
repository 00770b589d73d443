"""System checks of the installation: each with a stable id and a hint that says what to do."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from records.access.purposes import Store

EARLIEST_PLAUSIBLE_YEAR = 2026
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})


def _place(alias: str) -> tuple[object, ...]:
    database = settings.DATABASES[alias]
    return (
        database["ENGINE"],
        database.get("HOST", ""),
        database.get("PORT", ""),
        database["NAME"],
    )


@register(Tags.database)
def check_stores_are_apart(
    *,
    app_configs: Sequence[AppConfig] | None = None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Refuse two stores in one database: whoever reads one must not read the other (K9)."""
    places = [_place(store.value) for store in Store]
    if len(set(places)) == len(places):
        return []
    return [
        Error(
            "Two of the four stores are the same database.",
            hint="Give identity, payments, keys and audit a database each (VARUH_*_DATABASE_URL).",
            id="varuh.E001",
        )
    ]


@register(Tags.database)
def check_stores_answer(
    *,
    app_configs: Sequence[AppConfig] | None = None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Report each asked-for store that does not answer (runs with `check --database ALIAS`)."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            connections[alias].ensure_connection()
        except Exception as error:  # noqa: BLE001  # drivers differ; the class name is what helps
            found.append(
                Error(
                    f"The store {alias!r} does not answer ({type(error).__name__}).",
                    hint="Start the database or mend its VARUH_*_DATABASE_URL; "
                    "then run manage.py setup.",
                    id="varuh.E002",
                )
            )
    return found


@register(Tags.security)
def check_clock(*, app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a clock that stands before this software was written: deadlines and purges depend on
    it.
    """
    if datetime.now(UTC).year >= EARLIEST_PLAUSIBLE_YEAR:
        return []
    return [
        Error(
            "The system clock stands in the past.",
            hint="Set the clock (NTP) before starting: deadlines, "
            "retention and the log depend on it.",
            id="varuh.E003",
        )
    ]


@register(Tags.security, deploy=True)
def check_demo_mode(
    *, app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """Warn where the demo's keys, people and open mailbox would go into production."""
    if not settings.DEMO:
        return []
    return [
        Warning(
            "Demo mode is on: generated keys, invented people, and one-time codes shown on a page.",
            hint="Set VARUH_DEMO=0 and give VARUH_SECRET_KEY_FILE, "
            "the stores and the keys of your own.",
            id="varuh.W001",
        )
    ]


@register(Tags.security, deploy=True)
def check_debug(*, app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse DEBUG outside the demo: its error pages show values."""
    if not settings.DEBUG:
        return []
    return [
        Error(
            "DEBUG is on: error pages would show personal data.",
            hint="Remove VARUH_DEBUG.",
            id="varuh.E004",
        )
    ]


@register(Tags.security, deploy=True)
def check_cookies(
    *, app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """Refuse cookies that travel in the clear."""
    if settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE:
        return []
    return [
        Error(
            "Session and CSRF cookies are sent without TLS.",
            hint="Serve over HTTPS and set VARUH_SECURE_COOKIES=1.",
            id="varuh.E005",
        )
    ]


@register(Tags.database, deploy=True)
def check_engines(
    *, app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """Warn where production runs on the embedded engines."""
    found: list[CheckMessage] = []
    if any(database["ENGINE"].endswith("sqlite3") for database in settings.DATABASES.values()):
        found.append(
            Warning(
                "A store is an SQLite file.",
                hint="Use PostgreSQL with one role per store (deploy/postgresql).",
                id="varuh.W002",
            )
        )
    if settings.CELERY_BROKER_URL == "filesystem://":
        found.append(
            Warning(
                "The queue is the embedded one.",
                hint="Set VARUH_BROKER_URL to RabbitMQ or Redis.",
                id="varuh.W003",
            )
        )
    return found


@register(Tags.caches, deploy=True)
def check_cache(*, app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Warn where each process would count sign-in attempts for itself."""
    if not settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        return []
    return [
        Warning(
            "Limits and used codes are kept in each process alone.",
            hint="Set VARUH_CACHE_URL to a Redis that all web processes share.",
            id="varuh.W004",
        )
    ]


@register(Tags.security)
def check_demo_stays_at_home(
    *, app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """Refuse a demo that answers to other names than this machine's: it shows every code."""
    if not settings.DEMO or set(settings.ALLOWED_HOSTS) <= LOOPBACK:
        return []
    return [
        Error(
            "Demo mode is on and hosts beyond this machine are allowed.",
            hint="Set VARUH_DEMO=0, or remove VARUH_ALLOWED_HOSTS.",
            id="varuh.E006",
        )
    ]


@register(Tags.security)
def check_peers(*, app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Report a file of other installations that cannot be used, by the place in it."""
    from dsar.errors import PeersInvalid
    from dsar.peers import get_peers

    try:
        get_peers()
    except PeersInvalid as refusal:
        return [
            Error(
                f"The file of other installations cannot be used: {refusal.facts['where']}.",
                hint="Mend the file that VARUH_PEERS_FILE names; till then nothing is sent.",
                id="varuh.E007",
            )
        ]
    return []
