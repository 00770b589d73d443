"""Staff: password and second factor, both; sessions that lock; secrets that do not lie in the
store.
"""

import json
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.demo.staff import current_code
from portal.middleware import SEEN_KEY, SINCE_KEY, STAFF_IDLE_SECONDS, STAFF_LONGEST_SECONDS
from portal.models import StaffProfile
from portal.permissions import appoint
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
PASSWORD = "a very long password"


@pytest.fixture(autouse=True)
def _no_counters_of_other_tests() -> None:
    cache.clear()


@pytest.fixture
def cene_account(register: None) -> Any:
    user = get_user_model().objects.create_user(username="cene", password=PASSWORD)
    profile = StaffProfile.objects.create(
        user=user,
        role="clerk",
        city=factories.HOME_CITY,
        organisation="knjiznica",
        registration_point=factories.POINT,
    )
    appoint(profile=profile)
    return user


@pytest.fixture
def secret(cene_account: Any) -> str:
    made = generate_totp_secret()
    TOTP.activate(cene_account, made)
    return made


def give_password(client: Client, password: str = PASSWORD, **extra: str) -> Any:
    return client.post(reverse("account_login"), {"login": "cene", "password": password} | extra)


def code_of(secret: str, *, later: int = 0) -> str:
    from datetime import UTC, datetime

    return current_code(totp_secret=secret, now=datetime.fromtimestamp(time.time() + later, UTC))


def age(client: Client, key: str, seconds: float) -> None:
    session = client.session
    session[key] = time.time() - seconds
    session.save()


def test_password_and_code_together_sign_in(client: Client, secret: str) -> None:
    first = give_password(client)
    assert first.url == reverse("mfa_authenticate")
    assert client.get(reverse("desk")).status_code == 302

    second = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert second.url == reverse("start")
    assert client.get(reverse("desk")).status_code == 200


def test_a_wrong_code_does_not_sign_in(client: Client, secret: str) -> None:
    give_password(client)
    wrong = f"{(int(code_of(secret)) + 1) % 10**6:06d}"

    response = client.post(reverse("mfa_authenticate"), {"code": wrong})

    assert "Napaka:" in response.content.decode()
    assert client.get(reverse("desk")).url.startswith(reverse("account_login"))


def test_a_code_works_once(client: Client, secret: str) -> None:
    code = code_of(secret)
    give_password(client)
    client.post(reverse("mfa_authenticate"), {"code": code})
    again = Client()
    give_password(again)

    response = again.post(reverse("mfa_authenticate"), {"code": code})

    assert response.status_code == 200
    assert again.get(reverse("desk")).status_code == 302


def test_the_second_factor_asks_for_what_the_person_has(client: Client, secret: str) -> None:
    give_password(client)

    page = client.get(reverse("mfa_authenticate")).content.decode()

    assert 'name="code"' in page
    assert 'name="credential"' not in page


MADE_UP = json.dumps(
    {
        "id": "AAAA",
        "rawId": "AAAA",
        "type": "public-key",
        "response": {
            "clientDataJSON": "e30",
            "authenticatorData": "AA",
            "attestationObject": "_w",
            "signature": "AA",
        },
    }
)
NO_PASSKEYS = [MADE_UP, '{"id": "AAAA"}', '{"id": 1}', '["AAAA"]', "[]", "no json", "7", ""]


@pytest.mark.parametrize("sent", NO_PASSKEYS)
def test_what_no_passkey_made_is_not_kept_as_one(
    client: Client, cene_account: Any, sent: str
) -> None:
    give_password(client)
    client.get(reverse("mfa_add_webauthn"))

    response = client.post(reverse("mfa_add_webauthn"), {"name": "Namizje", "credential": sent})

    assert "Napaka:" in response.content.decode()
    assert not Authenticator.objects.exists()
    assert client.get(reverse("desk")).url == reverse("factor_needed")


@pytest.mark.parametrize("sent", NO_PASSKEYS)
def test_what_no_passkey_made_does_not_sign_in(client: Client, secret: str, sent: str) -> None:
    give_password(client)

    response = client.post(reverse("mfa_authenticate"), {"credential": sent})

    assert response.status_code == 200
    assert "Napaka:" in response.content.decode()
    assert client.get(reverse("desk")).url.startswith(reverse("account_login"))


def test_whoever_stops_signing_in_leaves_no_half_open_door(client: Client, secret: str) -> None:
    give_password(client)

    client.post(reverse("sign_out"))

    response = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert response.url == reverse("account_login")
    assert client.get(reverse("desk")).status_code == 302


def test_unknown_names_and_wrong_passwords_are_answered_alike(client: Client, secret: str) -> None:
    def answer(login: str) -> str:
        body = client.post(
            reverse("account_login"), {"login": login, "password": "wrong wrong wrong"}
        )
        assert body.status_code == 200
        return (
            body.content.decode()
            .replace(login, "")
            .split('class="error-summary"')[1]
            .split("</div>")[0]
        )

    assert answer("cene") == answer("nobody")


def test_failed_attempts_are_limited(client: Client, secret: str) -> None:
    for _ in range(5):
        give_password(client, "wrong wrong wrong")

    give_password(client)

    assert client.get(reverse("desk")).status_code == 302
    assert client.get(reverse("mfa_authenticate")).status_code == 302


def test_whoever_has_no_factor_must_set_one_up_and_then_works(
    client: Client, cene_account: Any
) -> None:
    give_password(client)
    assert client.get(reverse("desk")).url == reverse("factor_needed")
    page = client.get(reverse("mfa_activate_totp"))
    made = page.context["form"].secret

    client.post(reverse("mfa_activate_totp"), {"code": code_of(made)})

    assert client.get(reverse("desk")).status_code == 200


def test_the_last_factor_stays(client: Client, cene_account: Any) -> None:
    give_password(client)
    made = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(made)})

    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=cene_account).exists()


def test_the_secret_of_a_factor_is_sealed(secret: str, cene_account: Any) -> None:
    row = Authenticator.objects.get(user=cene_account)

    assert secret not in str(row.data)
    assert row.wrap().validate_code(code_of(secret))


def test_an_idle_session_locks_and_goes_on_at_the_same_place(client: Client, secret: str) -> None:
    give_password(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    client.get(reverse("look_up"))
    age(client, SEEN_KEY, STAFF_IDLE_SECONDS + 1)

    locked = client.get(reverse("look_up"))
    assert locked.url == f"{reverse('unlock')}?next=%2Fdesk%2Ffind%2F"
    assert client.get(reverse("desk")).url.startswith(reverse("unlock"))
    wrong = client.post(locked.url, {"password": "not the password", "next": reverse("look_up")})
    assert wrong.status_code == 422

    response = client.post(locked.url, {"password": PASSWORD, "next": reverse("look_up")})

    assert response.url == reverse("look_up")
    assert client.get(reverse("look_up")).status_code == 200


def test_what_was_being_sent_when_the_session_locked_is_not_lost(
    client: Client, secret: str
) -> None:
    give_password(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    client.get(reverse("new_application"))
    age(client, SEEN_KEY, STAFF_IDLE_SECONDS + 1)
    step = reverse("application_step", args=["person"])

    locked = client.post(
        step, {"given_name": "Ana", "family_name": "Žužek", "birth_date": "29. 2. 1984"}
    )
    response = client.post(locked.url, {"password": PASSWORD, "next": step})

    assert response.status_code in (200, 302)
    assert client.session["varuh_application"]["answers"]["person"]["family_name"] == "Žužek"


def test_a_long_session_ends(client: Client, secret: str) -> None:
    give_password(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    client.get(reverse("desk"))
    age(client, SINCE_KEY, STAFF_LONGEST_SECONDS + 1)

    response = client.get(reverse("desk"))

    assert response.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client: Client, keyring: Any) -> None:
    assert client.get("/staff/sign-up/").status_code == 404


def test_a_redirect_never_leaves_the_site(client: Client, secret: str) -> None:
    give_password(client, next="https://evil.example/")
    response = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert response.url == reverse("start")
