"""What the addresses of the desk tell to whoever reads the log of a web server."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.errors import OtherCity
from portal.people import Staff
from portal.usecases import desk
from records.cards.models import Application
from records.cards.rules import Channel
from records.contracts.operations import ApplicationDetails
from records.legal_days import legal_day
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)


def test_no_card_id_stands_in_an_address(
    staff: Callable[..., Client], cene: Any, now: datetime
) -> None:
    ana = factories.make_holder(actor=cene, now=now)
    clerk = staff("clerk")
    asked = {"task": "loss", "card": ana.holder_id}

    page = clerk.post(reverse("look_up"), asked, follow=True).content.decode()
    address = f"{reverse('desk_block')}?card={ana.card_id}"

    assert address in page
    assert f"={ana.holder_id}" not in page
    assert f'value="{ana.holder_id}"' in clerk.get(address).content.decode()


def test_a_card_s_random_number_alone_shows_no_card_id(
    staff: Callable[..., Client], cene: Any, now: datetime
) -> None:
    ana = factories.make_holder(actor=cene, now=now)

    page = staff("clerk").get(reverse("desk_block"), {"card": ana.card_id})

    assert page.status_code == 200
    assert ana.holder_id not in page.content.decode()


def test_a_clerk_applies_for_nobody_of_another_city(
    staff: Callable[..., Client], cene: Any, now: datetime
) -> None:
    ana = factories.make_holder(actor=cene, now=now)
    profile = staff("clerk", city=factories.ERIK.home_city).profile
    heda = Staff(profile.pk, profile.role, profile.city, profile.organisation, "")

    with pytest.raises(OtherCity):
        desk.submit(
            staff=heda,
            details=ApplicationDetails(),
            person=None,
            subject_id=ana.subject_id,
            point=factories.POINT,
            received_on=legal_day(now),
            channel=Channel.COUNTER,
            language="sl",
            now=now,
        )

    assert Application.objects.filter(subject_id=ana.subject_id).count() == 1
