"""What no page of ours sends is answered as a bad request, not with an error of the service."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from portal.usecases.sign_in import get_or_create_user
from records.access.models import LogEntry
from records.identity.models import DataSubject
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
HUGE = "9" * 5000


@pytest.fixture
def ana(enrolled: Callable[..., UUID]) -> Client:
    client = Client()
    user = get_or_create_user(subject_id=enrolled(factories.ANA, form="physical"))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("purpose", ["", "everything", "own_data"])
def test_a_consent_for_no_such_purpose(ana: Client, purpose: str) -> None:
    response = ana.post(reverse("holder_consents"), {"purpose": purpose, "act": "give"})

    assert response.status_code == 400


@pytest.mark.parametrize("before", [HUGE, "9" * 30, "-1", "x"])
def test_a_page_of_the_log_before_nonsense(ana: Client, before: str) -> None:
    assert ana.get(reverse("holder_log"), {"before": before}).status_code == 200


@pytest.mark.parametrize("subject", [{}, {"subject": "x"}])
def test_an_application_of_nobody(staff: Callable[..., Client], subject: dict[str, str]) -> None:
    assert staff("clerk").post(reverse("new_application"), subject).status_code == 400


@pytest.mark.parametrize("before", [HUGE, "9" * 30])
def test_a_search_of_the_log_before_nonsense(staff: Callable[..., Client], before: str) -> None:
    assert staff("dpo").post(reverse("log_search"), {"before": before}).status_code == 200


def test_an_approval_with_nonsense_for_a_number(staff: Callable[..., Client]) -> None:
    plan = DataSubject._meta.pk.default()

    response = staff("controller").post(
        reverse("approve_plan", args=[plan]), {"confirmed_due": HUGE}
    )

    assert response.status_code == 404
    assert not LogEntry.objects.exists()
