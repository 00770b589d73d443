"""The description of the API, and schemathesis trying to prove it wrong."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import given, settings
from schemathesis import GenerationMode

from portal.api import credentials
from tests.portal.api.conftest import Device

DECLARED = {"400", "401", "404", "422"}
OPERATIONS = [
    "create_top_up",
    "create_payment",
    "reverse_top_up",
    "reverse_payment",
    "get_slip",
    "find_slip",
    "get_terminal",
]


def test_every_operation_declares_its_errors_as_problems() -> None:
    description = Client().get("/api/v1/openapi.json").json()

    assert set(description["paths"]) == {
        "/api/v1/top-ups",
        "/api/v1/payments",
        "/api/v1/top-ups/{authorisation}/reversal",
        "/api/v1/payments/{authorisation}/reversal",
        "/api/v1/slips/{authorisation}",
        "/api/v1/slips",
        "/api/v1/terminal",
    }
    for operations in description["paths"].values():
        for method, operation in operations.items():
            expected = DECLARED | ({"403", "409"} if method == "post" else set())
            assert expected <= set(operation["responses"])
            assert operation["security"]
            for status, response in operation["responses"].items():
                media = "application/json" if status < "400" else "application/problem+json"
                assert list(response["content"]) == [media]


def test_money_is_described_as_a_whole_number_of_minor_units() -> None:
    schemas = Client().get("/api/v1/openapi.json").json()["components"]["schemas"]

    amount = schemas["CardRequest"]["properties"]["amount_minor"]
    assert (amount["type"], amount["minimum"]) == ("integer", 1)
    assert schemas["SlipOut"]["properties"]["amount_minor"]["type"] == "integer"


# The WSGI application opens and closes its own connections, as in the service: real commits.
@pytest.mark.django_db(databases=["payments"], transaction=True)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_no_request_that_schemathesis_can_think_of_breaks_the_description(
    wallet: Any, operation_id: str, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Schemathesis tries wrong credentials itself, hundreds of them, and expects 401.
    monkeypatch.setattr(credentials, "FAILURES", 10**6)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    operation = schema.find_operation_by_id(operation_id)
    device = Device(organisation="all", can_topup=True, can_sell=True)
    statuses: set[int] = set()

    @settings(max_examples=30, deadline=None, derandomize=True, database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def attack(case: Any) -> None:
        response = case.call_and_validate(headers={"Authorization": f"Bearer {device.credentials}"})
        statuses.add(response.status_code)

    attack()

    assert statuses
    assert all(status < 500 for status in statuses)
