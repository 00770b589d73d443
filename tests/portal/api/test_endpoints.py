"""What terminals see: slips, decisions and problems."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client

from records.wallet import operations
from records.wallet.models import Authorisation
from tests.portal.api.conftest import TOKEN, Device, money

# Only the payment store: a payment that touched keys, audit or identity would raise here.
pytestmark = pytest.mark.django_db(databases=["payments"])


def assert_problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()  # type: ignore[attr-defined]
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    return body


@pytest.mark.rule("T7.3.2a", "T7.3.2c", "T7.3.2d", "K6")
def test_a_top_up_gives_a_slip_and_raises_the_balance(
    desk: Device, balance: Callable[[], int]
) -> None:
    response = desk.post("top-ups", money(20_00, reference="R-1"))

    slip = response.json()
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    assert (slip["decision"], slip["reason"], slip["kind"]) == ("approved", None, "top_up")
    assert (slip["amount_minor"], slip["currency"], slip["reference"]) == (20_00, "EUR", "R-1")
    assert (slip["organisation"], slip["terminal"]) == ("knjiznica", str(desk.made.id))
    assert slip["decided_at"].endswith("Z")
    assert balance() == 20_00


@pytest.mark.rule("T7.4.1", "T7.4.4", "T7.5.1", "T7.5.4")
def test_a_payment_is_confirmed_with_its_amount_and_never_with_the_balance(
    desk: Device, shop: Device, balance: Callable[[], int]
) -> None:
    desk.post("top-ups", money(20_00))

    response = shop.post("payments", money(7_50))

    assert response.json()["decision"] == "approved"
    assert "12.5" not in response.content.decode()
    assert "1250" not in response.content.decode()
    assert balance() == 12_50


@pytest.mark.rule("T7.4.2", "T7.5.3", "T7.5.4")
def test_a_declined_payment_is_an_answer_with_a_reason_and_a_slip(
    shop: Device, wallet: Any
) -> None:
    slip = shop.post("payments", money(1)).json()

    assert (slip["decision"], slip["reason"]) == ("declined", "insufficient_funds")
    again = shop.get(f"slips/{slip['id']}")
    assert (again.status_code, again.json()) == (200, slip)


@pytest.mark.rule("T7.1.1b")
def test_a_top_up_over_the_ceiling_is_declined(desk: Device, balance: Callable[[], int]) -> None:
    slip = desk.post("top-ups", money(50_01)).json()

    assert (slip["decision"], slip["reason"]) == ("declined", "limit_exceeded")
    assert balance() == 0


@pytest.mark.rule("T7.3.5")
def test_a_repeated_request_gives_the_same_slip_and_says_that_it_is_a_repetition(
    desk: Device, balance: Callable[[], int]
) -> None:
    first = desk.post("top-ups", money(20_00), **{"Idempotency-Key": "k-1"})
    second = desk.post("top-ups", money(20_00), **{"Idempotency-Key": "k-1"})

    assert (second.status_code, second.json()) == (201, first.json())
    assert first["Idempotency-Replayed"] == "false"
    assert second["Idempotency-Replayed"] == "true"
    assert balance() == 20_00


@pytest.mark.rule("T7.3.5")
def test_a_key_with_another_body_is_a_conflict(desk: Device, balance: Callable[[], int]) -> None:
    desk.post("top-ups", money(20_00), **{"Idempotency-Key": "k-1"})

    response = desk.post("top-ups", money(20_01), **{"Idempotency-Key": "k-1"})

    assert_problem(response, 409, "wallet.key_reused")
    assert balance() == 20_00


@pytest.mark.rule("T7.3.5")
def test_a_lost_answer_is_found_by_its_key(desk: Device, shop: Device, wallet: Any) -> None:
    sent = desk.post("top-ups", money(20_00), **{"Idempotency-Key": "k-1"})

    assert desk.get("slips?idempotency_key=k-1").json() == sent.json()
    assert_problem(shop.get("slips?idempotency_key=k-1"), 404, "wallet.authorisation_unknown")
    assert_problem(desk.get("slips?idempotency_key=k-2"), 404, "wallet.authorisation_unknown")


@pytest.mark.rule("T7.3.6")
def test_a_payment_is_reversed_once(desk: Device, shop: Device, balance: Callable[[], int]) -> None:
    desk.post("top-ups", money(20_00))
    paid = shop.post("payments", money(5_00)).json()

    slip = shop.post(f"payments/{paid['id']}/reversal", {"reference": "wrong amount"[:5]})

    assert slip.status_code == 201
    assert (slip.json()["kind"], slip.json()["reverses"]) == ("reversal", paid["id"])
    assert balance() == 20_00
    again = shop.post(f"payments/{paid['id']}/reversal")
    assert_problem(again, 409, "wallet.not_reversible")
    assert_problem(shop.post(f"top-ups/{paid['id']}/reversal"), 403, "wallet.terminal_may_not")
    assert_problem(shop.post(f"payments/{uuid4()}/reversal"), 404, "wallet.authorisation_unknown")


def test_a_top_up_is_taken_back(desk: Device, balance: Callable[[], int]) -> None:
    loaded = desk.post("top-ups", money(20_00)).json()

    slip = desk.post(f"top-ups/{loaded['id']}/reversal").json()

    assert (slip["decision"], slip["amount_minor"]) == ("approved", 20_00)
    assert balance() == 0


@pytest.mark.rule("T4.3.2")
def test_an_unknown_card_is_answered_with_that_and_nothing_else(shop: Device, wallet: Any) -> None:
    stranger = shop.post("payments", money(1, card=bytes(32).hex()))

    assert stranger.json()["reason"] == "card_unknown"
    assert "wallet" not in stranger.content.decode()
    assert shop.post("payments", money(1)).json()["reason"] == "insufficient_funds"


def test_the_token_stands_nowhere_in_the_payment_store(shop: Device, wallet: Any) -> None:
    shop.post("payments", money(1))

    from tests.records.wallet.test_payouts import dump_store

    dump = dump_store("payments")
    assert str(Authorisation.objects.get().pk).replace("-", "") in dump.replace("-", "")
    assert TOKEN.hex() not in dump


@pytest.mark.rule("T4.4.4", "T6.2.3")
def test_a_blocked_wallet_is_declined_from_the_next_request_on(
    desk: Device, shop: Device, wallet: Any, now: Any
) -> None:
    desk.post("top-ups", money(20_00))
    assert shop.post("payments", money(1)).json()["decision"] == "approved"

    operations.block_wallet(wallet=wallet, now=now)

    assert shop.post("payments", money(1)).json()["reason"] == "account_blocked"


@pytest.mark.rule("T2.13")
def test_a_terminal_without_the_right_is_forbidden(desk: Device, shop: Device, wallet: Any) -> None:
    assert_problem(shop.post("top-ups", money(1)), 403, "wallet.terminal_may_not")
    assert_problem(desk.post("payments", money(1)), 403, "wallet.terminal_may_not")


@pytest.mark.rule("T4.3.1b")
def test_a_physical_card_is_not_topped_up_online(wallet: Any) -> None:
    online = Device(organisation="valu", can_topup=True, online=True)

    assert_problem(online.post("top-ups", money(1)), 403, "wallet.cash_only")


def test_a_terminal_can_ask_who_it_is(shop: Device) -> None:
    answer = shop.get("terminal").json()

    assert answer == {
        "id": str(shop.made.id),
        "organisation": "avtobusi",
        "can_topup": False,
        "can_sell": True,
        "online": False,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": "100"},
        {"amount_minor": 1.5},
        {"amount_minor": True},
        {"amount_minor": 10**12},
        {"currency": "USD"},
        {"card": "zz"},
        {"card": "AB" * 32},
        {"reference": "x" * 41},
        {"more": 1},
    ],
)
def test_a_body_that_does_not_fit_is_refused_without_repeating_it(
    shop: Device, wallet: Any, change: dict[str, Any]
) -> None:
    response = shop.post("payments", money(1, **change) if "card" in change else money(1) | change)

    body = assert_problem(response, 422, "api.invalid")
    assert body["errors"]
    assert TOKEN.hex() not in response.content.decode()
    assert not Authorisation.objects.exists()


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 65])
def test_a_request_without_a_proper_key_is_refused(
    shop: Device, wallet: Any, key: str | None
) -> None:
    response = shop.post("payments", money(1), **{"Idempotency-Key": key})

    assert_problem(response, 422, "api.invalid")


def test_what_is_not_json_is_malformed(shop: Device) -> None:
    response = shop.client.post(
        "/api/v1/payments",
        "{not json",
        content_type="application/json",
        headers={"Authorization": f"Bearer {shop.credentials}", "Idempotency-Key": "k"},
    )

    assert_problem(response, 400, "api.malformed")


@pytest.mark.parametrize("path", ["nothing", "slips/not-a-uuid", "payments/1/reversal", ""])
def test_an_address_that_does_not_exist_is_answered_in_json(shop: Device, path: str) -> None:
    assert_problem(shop.get(path), 404, "api.not_found")


def test_a_terminal_needs_no_cookie_even_where_there_is_nothing(shop: Device, wallet: Any) -> None:
    shop.client = Client(enforce_csrf_checks=True)

    assert_problem(shop.post("nothing"), 404, "api.not_found")
    assert shop.post("payments", money(1)).status_code == 201


def test_a_whole_number_may_be_written_with_a_decimal_point(shop: Device, wallet: Any) -> None:
    response = shop.post("payments", money(1) | {"amount_minor": 150.0})

    assert (response.status_code, response.json()["amount_minor"]) == (201, 150)


@pytest.mark.rule("T7.5.3")
def test_a_disturbed_ledger_is_said_and_the_same_key_works_afterwards(
    desk: Device, wallet: Any, monkeypatch: pytest.MonkeyPatch, balance: Callable[[], int]
) -> None:
    from records.wallet.operations import requests

    def fail(**_facts: Any) -> None:
        raise OperationalError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(requests, "take", fail)
        broken.setattr(requests, "approve_at_once", fail)
        response = desk.post("top-ups", money(5_00), **{"Idempotency-Key": "k-1"})
        assert_problem(response, 503, "wallet.system_disturbed")
        assert balance() == 0

    again = desk.post("top-ups", money(5_00), **{"Idempotency-Key": "k-1"})
    assert (again.json()["decision"], balance()) == ("approved", 5_00)
