"""Credentials of terminals: one answer for every cause, and patience that ends."""

from typing import Any
from uuid import uuid4

import pytest

from portal.api.credentials import FAILURES
from records.wallet import operations
from tests.portal.api.conftest import Device
from tests.portal.api.test_endpoints import assert_problem

pytestmark = pytest.mark.django_db(databases=["payments"])


def wrong_ones(device: Device) -> list[str]:
    identifier, secret = device.credentials.split(".")
    return [
        f"{identifier}.{secret}x",
        f"{identifier}.",
        identifier,
        f"{uuid4()}.{secret}",
        f"not-a-uuid.{secret}",
        "",
        "č" * 300,
    ]


def test_every_wrong_credential_gets_the_same_answer(shop: Device) -> None:
    assert shop.get("terminal").status_code == 200
    answers = set()
    for wrong in wrong_ones(shop):
        shop.credentials = wrong
        response = shop.get("terminal")
        assert_problem(response, 401, "api.unauthenticated")
        answers.add((response.content, response["WWW-Authenticate"]))

    assert len(answers) == 1


def test_no_credentials_at_all_are_the_same_as_wrong_ones(shop: Device) -> None:
    response = shop.client.get("/api/v1/terminal")

    assert_problem(response, 401, "api.unauthenticated")
    basic = shop.client.get("/api/v1/terminal", headers={"Authorization": "Basic eDp5"})
    assert_problem(basic, 401, "api.unauthenticated")


def test_a_retired_terminal_has_no_credentials_any_more(shop: Device) -> None:
    operations.retire_terminal(terminal=shop.made.id)

    assert_problem(shop.get("terminal"), 401, "api.unauthenticated")


def test_after_ten_wrong_secrets_the_terminal_waits_and_others_do_not(
    shop: Device, desk: Device
) -> None:
    right = shop.credentials
    shop.credentials = right + "x"
    for _failure in range(FAILURES):
        assert shop.get("terminal").status_code == 401

    response = shop.get("terminal")

    assert_problem(response, 429, "api.too_many_failures")
    assert response["Retry-After"] == "60"
    shop.credentials = right
    assert shop.get("terminal").status_code == 429
    assert desk.get("terminal").status_code == 200
    elsewhere = shop.client.get(
        "/api/v1/terminal",
        headers={"Authorization": f"Bearer {right}"},
        REMOTE_ADDR="192.0.2.7",
    )
    assert elsewhere.status_code == 200


def test_the_cache_of_failures_holds_no_address(shop: Device, monkeypatch: Any) -> None:
    from portal.api import credentials

    names: list[str] = []
    monkeypatch.setattr(credentials, "_count", names.append)
    shop.credentials = "wrong"

    shop.get("terminal")

    assert len(names) == 1
    assert "127.0.0.1" not in names[0]
