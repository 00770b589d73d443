"""Behind a proxy a visitor is one visitor: for the limits, and for what only this machine sees."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.api.credentials import FAILURES
from portal.models import SignInChallenge
from tests import factories
from tests.portal.test_settings import run_settings

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Any, keyring: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.BEHIND_PROXY = True
    cache.clear()


def test_the_proxy_is_trusted_only_where_there_is_one(tmp_path: Any) -> None:
    with_proxy = run_settings(tmp_path, "ALLAUTH_TRUSTED_PROXY_COUNT", VARUH_BEHIND_PROXY="1")
    without = run_settings(tmp_path, "ALLAUTH_TRUSTED_PROXY_COUNT")

    assert (with_proxy.stdout.strip(), without.stdout.strip()) == ("1", "0")


def test_nobody_locks_a_terminal_out_from_elsewhere() -> None:
    def ask(address: str) -> int:
        headers = {"Authorization": f"Bearer {terminal}.wrong", "X-Forwarded-For": address}
        return Client().get("/api/v1/terminal", headers=headers).status_code

    terminal = uuid4()
    for _failure in range(FAILURES):
        ask("192.0.2.7")

    assert ask("192.0.2.7") == 429
    assert ask("192.0.2.8") == 401
    assert ask("192.0.2.8, 192.0.2.7") == 429, "what the visitor put there does not count"


def test_two_visitors_are_two_addresses_to_the_limit_of_codes() -> None:
    for address in ("192.0.2.7", "192.0.2.8"):
        headers = {"X-Forwarded-For": address}
        Client().post(reverse("sign_in"), {"who": "040 200 100"}, headers=headers)

    assert SignInChallenge.objects.values("address_index").distinct().count() == 2


def test_the_metrics_need_the_token_whatever_the_proxy_says(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 404


def test_nobody_locks_a_former_holder_out_of_the_remaining_log_from_elsewhere() -> None:
    def ask(address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return (
            Client().post(reverse("remaining_log"), {"code": "A" * 72}, headers=headers).status_code
        )

    answers = [ask("192.0.2.7") for _failure in range(11)]

    assert answers == [403] * 10 + [429]
    assert ask("192.0.2.8") == 403
