"""Each system check speaks when it should, with its id and a hint, and is silent otherwise."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import CheckMessage

from portal import checks


def _ids(found: list[CheckMessage]) -> list[str | None]:
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_two_stores_in_one_database_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _ids(checks.check_stores_are_apart()) == []

    same = {**settings.DATABASES, "payments": settings.DATABASES["default"]}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES=same))

    assert _ids(checks.check_stores_are_apart()) == ["varuh.E001"]


def test_a_store_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unreachable:
        def ensure_connection(self) -> None:
            raise ConnectionRefusedError

    monkeypatch.setattr(checks, "connections", {"keys": Unreachable()})

    assert _ids(checks.check_stores_answer(databases=["keys"])) == ["varuh.E002"]


def test_a_clock_in_the_past_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _ids(checks.check_clock()) == []

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Stopped":  # noqa: ARG003  # its signature
            return cls(1970, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(checks, "datetime", Stopped)

    assert _ids(checks.check_clock()) == ["varuh.E003"]


@pytest.mark.parametrize(
    ("check", "setting", "bad", "good", "found"),
    [
        (checks.check_demo_mode, "DEMO", True, False, "varuh.W001"),
        (checks.check_debug, "DEBUG", True, False, "varuh.E004"),
        (checks.check_cookies, "SESSION_COOKIE_SECURE", False, True, "varuh.E005"),
    ],
)
def test_an_unsafe_setting_is_named(
    settings: Any,
    check: Callable[[], list[CheckMessage]],
    setting: str,
    bad: bool,
    good: bool,
    found: str,
) -> None:
    settings.CSRF_COOKIE_SECURE = True
    setattr(settings, setting, bad)

    assert _ids(check()) == [found]

    setattr(settings, setting, good)

    assert _ids(check()) == []


def test_embedded_engines_are_named_for_production(monkeypatch: pytest.MonkeyPatch) -> None:
    def installed(engine: str, broker: str) -> SimpleNamespace:
        engines = {"default": {"ENGINE": f"django.db.backends.{engine}", "NAME": "x"}}
        return SimpleNamespace(DATABASES=engines, CELERY_BROKER_URL=broker)

    monkeypatch.setattr(checks, "settings", installed("sqlite3", "filesystem://"))

    assert _ids(checks.check_engines()) == ["varuh.W002", "varuh.W003"]

    monkeypatch.setattr(checks, "settings", installed("postgresql", "amqp://127.0.0.1//"))

    assert _ids(checks.check_engines()) == []


def test_a_cache_of_each_process_alone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def cached(backend: str) -> SimpleNamespace:
        return SimpleNamespace(
            CACHES={"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
        )

    monkeypatch.setattr(checks, "settings", cached("locmem.LocMemCache"))

    assert _ids(checks.check_cache()) == ["varuh.W004"]

    monkeypatch.setattr(checks, "settings", cached("redis.RedisCache"))

    assert _ids(checks.check_cache()) == []


def test_a_demo_that_answers_to_other_names_is_an_error(settings: Any) -> None:
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]

    assert _ids(checks.check_demo_stays_at_home()) == []

    settings.ALLOWED_HOSTS = ["kartica.example"]

    assert _ids(checks.check_demo_stays_at_home()) == ["varuh.E006"]


def test_a_file_of_other_installations_that_cannot_be_is_an_error(
    settings: Any, tmp_path: Path
) -> None:
    settings.PEERS_FILE = None

    assert _ids(checks.check_peers()) == []

    settings.PEERS_FILE = tmp_path / "peers.toml"
    settings.PEERS_FILE.write_text("own_code = ", encoding="utf-8")

    (found,) = checks.check_peers()
    assert (found.id, "file" in found.msg) == ("varuh.E007", True)
