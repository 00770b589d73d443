"""What the guard of the sessions lets through: nothing forged, nobody through another's door,
nothing into a cache.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from portal.middleware import HOLDER_IDLE_SECONDS, SEEN_KEY
from portal.usecases.sign_in import get_or_create_user
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def ana(enrolled: Callable[..., UUID]) -> Client:
    """Ana's browser, signed in; it checks forms as a real one's are checked."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_or_create_user(subject_id=enrolled(factories.ANA)), backend=BACKEND)
    client.get(reverse("holder_requests"))
    return client


def let_it_lock(client: Client) -> None:
    session = client.session
    session[SEEN_KEY] = session[SEEN_KEY] - HOLDER_IDLE_SECONDS - 1
    session.save()


def test_a_forged_form_is_not_kept_until_the_session_opens_again(ana: Client) -> None:
    let_it_lock(ana)

    response = ana.post(reverse("holder_consents"), {"purpose": "news", "act": "give"})

    assert response.status_code == 403
    assert "account_reauthentication_state" not in ana.session


@pytest.mark.parametrize(
    "page",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "account_reauthenticate",
        "factor_needed",
    ],
)
def test_a_holder_has_no_business_at_the_staff_s_factors(ana: Client, page: str) -> None:
    assert ana.get(reverse(page)).status_code == 403
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("page", ["home", "privacy", "holder_case"])
def test_no_page_of_somebody_signed_in_stays_in_a_cache(ana: Client, page: str) -> None:
    address = reverse(page, args=[uuid4()]) if page == "holder_case" else reverse(page)

    response: Any = ana.get(address)

    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]


def test_a_page_of_nobody_may_be_kept(client: Client) -> None:
    assert "Cache-Control" not in client.get(reverse("home")).headers


def test_a_refusal_tells_a_holder_where_to_complain(ana: Client) -> None:
    page = ana.get(reverse("holder_case", args=[uuid4()])).content.decode()

    assert "dsar.case_unknown" in page
    assert "Informacijski pooblaščenec" in page
