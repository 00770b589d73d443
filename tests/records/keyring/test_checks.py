"""The system checks of the keys: found, with an id and a hint, and silent when all is well."""

from pathlib import Path
from typing import Any

import pytest
from django.core import checks

from records.keyring.checks import check_key_file, check_keys_open, check_provider
from records.keyring.operations import create_missing
from records.keyring.queries import forget_keyring
from tests.factories import NOW
from tests.records.keyring.looks import read_raw
from tests.records.keyring.test_keyfile import _write_raw


def _found() -> list[tuple[str, int]]:
    forget_keyring()
    messages = check_key_file() + check_keys_open()
    assert all(message.hint for message in messages)
    return [(str(message.id), message.level) for message in messages]


def test_nothing_is_found_when_all_is_well(provider: str) -> None:
    assert _found() == []


def test_a_missing_file_is_an_error_for_production_only(key_file: Path) -> None:
    assert check_key_file() == []
    assert _found() == [("varuh.keyring.E001", checks.ERROR)]


def test_a_file_that_others_may_read_is_an_error(provider: str, key_file: Path) -> None:
    key_file.chmod(0o644)

    assert _found() == [("varuh.keyring.E002", checks.ERROR)]
    assert "0644" in check_key_file()[0].msg
    key_file.chmod(0o600)


def test_a_file_that_is_no_key_file_is_an_error(provider: str, key_file: Path) -> None:
    before = key_file.read_bytes()
    key_file.write_bytes(b"{}")

    assert _found() == [("varuh.keyring.E003", checks.ERROR)]
    key_file.write_bytes(before)


def test_another_provider_than_the_file_has_is_an_error(key_file: Path, settings: Any) -> None:
    create_missing(now=NOW)
    settings.KEY_PROVIDER = "pkcs11"

    assert _found() == [("varuh.keyring.E004", checks.ERROR)]


def test_keys_that_do_not_open_are_an_error(key_file: Path) -> None:
    create_missing(now=NOW)
    raw = read_raw()
    raw["roots"]["links#1"] = raw["roots"]["ledger#1"]
    _write_raw(key_file, raw)

    assert _found() == [("varuh.keyring.E005", checks.ERROR)]


@pytest.mark.token
def test_a_token_that_does_not_answer_is_an_error(token: Path, settings: Any) -> None:
    create_missing(now=NOW)
    right, settings.PKCS11_PIN = settings.PKCS11_PIN, "0000"

    assert _found() == [("varuh.keyring.E005", checks.ERROR)]
    assert "PinIncorrect" in check_keys_open()[0].msg

    settings.PKCS11_PIN = right


def test_roots_in_a_file_are_a_warning_for_production(key_file: Path, settings: Any) -> None:
    assert [(one.id, one.level) for one in check_provider()] == [
        ("varuh.keyring.W001", checks.WARNING)
    ]

    settings.KEY_PROVIDER = "pkcs11"

    assert check_provider() == []


def test_the_checks_run_with_the_others(key_file: Path) -> None:
    create_missing(now=NOW)
    key_file.chmod(0o644)

    plain = {message.id for message in checks.run_checks()}
    deploy = {message.id for message in checks.run_checks(include_deployment_checks=True)}

    assert "varuh.keyring.E002" in plain
    assert {"varuh.keyring.E002", "varuh.keyring.W001"} <= deploy
    assert "varuh.keyring.W001" not in plain
