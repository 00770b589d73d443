"""The desk records who may act for a holder; a second person confirms; anybody ends it at once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from records.identity.models import Representation
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
TYPED = {
    "given_name": factories.ERIK.given_name,
    "family_name": factories.ERIK.family_name,
    "residence": factories.ERIK.residence,
    "basis": "authorisation",
    "scopes": ["rights"],
    "evidence": "written_authorisation",
    "evidence_number": "P-17/2026",
    "valid_until": "5. 2. 2031",
}


@pytest.fixture
def holder(register: None, cene: Any, now: Any) -> factories.Holder:
    return factories.make_holder(actor=cene, now=now)


def open_person(clerk: Client, holder: factories.Holder) -> str:
    clerk.post(reverse("look_up"), {"task": "rights", "card": holder.holder_id})
    return reverse("representatives", args=[holder.subject_id])


def act(client: Client, subject: UUID, row: Representation, action: str) -> Any:
    return client.post(reverse("representative_act", args=[subject, row.pk, action]))


def second_clerk() -> Client:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.contrib.auth import get_user_model

    from portal.models import StaffProfile
    from portal.permissions import appoint

    user = get_user_model().objects.create_user(username="second", password="a long password")
    appoint(
        profile=StaffProfile.objects.create(
            user=user, role="clerk", city=factories.HOME_CITY, organisation=factories.HOME_CITY
        )
    )
    TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_one_records_another_confirms(
    staff: Callable[..., Client], holder: factories.Holder
) -> None:
    clerk, other = staff("clerk"), second_clerk()
    page = open_person(clerk, holder)
    open_person(other, holder)

    assert clerk.post(page, TYPED).status_code == 302
    row = Representation.objects.get()
    assert act(clerk, holder.subject_id, row, "confirm").status_code == 403
    assert act(other, holder.subject_id, row, "confirm").status_code == 302
    shown = clerk.get(page).content.decode()

    row.refresh_from_db()
    assert row.confirmed_at is not None
    assert str(row.valid_until) == "2031-02-06"
    assert factories.ERIK.family_name in shown
    assert "velja" in shown
    act(clerk, holder.subject_id, row, "revoke")
    assert "končano" in clerk.get(page).content.decode()


def test_without_a_look_up_for_a_task_nothing_opens(
    staff: Callable[..., Client], holder: factories.Holder
) -> None:
    clerk = staff("clerk")

    assert clerk.get(reverse("representatives", args=[holder.subject_id])).status_code != 200
    assert (
        clerk.post(reverse("representatives", args=[holder.subject_id]), TYPED).status_code != 302
    )
    assert not Representation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"family_name": ""}, "Vpišite priimek"),
        ({"scopes": []}, "Izberite vsaj eno"),
        ({"phone": "123"}, "phone"),
        ({"basis": "heir", "scopes": ["money"]}, "scopes"),
        ({"valid_until": "5. 2. 2020"}, "valid_until"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_kept(
    staff: Callable[..., Client], holder: factories.Holder, changes: Any, text: str
) -> None:
    clerk = staff("clerk")
    page = open_person(clerk, holder)

    answer = clerk.post(page, {**TYPED, **changes})

    assert answer.status_code == 422
    assert not Representation.objects.exists()
    form = answer.context["form"]
    assert text in answer.content.decode() or text in form.errors


def test_another_citys_clerk_sees_and_changes_nothing(
    staff: Callable[..., Client], holder: factories.Holder
) -> None:
    heda = staff("clerk", city=factories.OTHER_CITY)
    page = open_person(heda, holder)

    assert heda.get(page).status_code != 200
    assert heda.post(page, TYPED).status_code != 302
    assert not Representation.objects.exists()
