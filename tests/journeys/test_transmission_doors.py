"""The holder's page of direct transmission: who comes in, and that nothing goes without a code."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from dsar.models import Case, Transmission
from dsar.tasks import fulfil_cases
from portal.clock import read_clock
from records.cards.models import Card
from tests import factories
from tests.dsar.test_transmission import THEIRS, configure
from tests.journeys.test_access_request import come_in, make_card, read_code
from tests.portal.conftest import demo_folder, register, staff

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
__all__ = ["demo_folder", "register", "staff"]


@pytest.fixture
def ana(
    register: None,
    staff: Callable[..., Client],
    demo_folder: Path,
    settings: Any,
    tmp_path: Path,
) -> Client:
    """Ana, signed in, with a package that she can carry away."""
    from consent.operations.notices import load_texts

    load_texts()
    settings.VAR_DIR, settings.PACKAGES_DIR = tmp_path, tmp_path / "packages"
    configure(settings, tmp_path)
    cache.clear()
    clerk = staff("clerk")
    make_card(clerk, factories.BOR)
    client = come_in(make_card(clerk, factories.ANA), demo_folder)
    page = client.get(reverse("portability")).content.decode()
    request_id = re.search(r'name="request_id" value="([^"]+)"', page)[1]
    client.post(reverse("portability"), {"language": "sl", "request_id": request_id})
    fulfil_cases(read_clock())
    return client


def test_nothing_is_sent_without_the_fresh_code(ana: Client, demo_folder: Path) -> None:
    case = Case.objects.get()
    page, code = reverse("transmit", args=[case.pk]), reverse("transmit_code", args=[case.pk])
    assert ana.get(code).url == page
    assert ana.post(page, {"peer": "mesto-x"}).status_code == 422

    ana.post(page, {"peer": THEIRS})
    ana.post(reverse("download_code", args=[case.pk]), {"send": "1"})
    for_download = read_code(demo_folder)
    assert ana.post(code, {"code": for_download}).url == page
    assert not Transmission.objects.exists()

    assert ana.post(page, {"peer": THEIRS}).url == code
    right = read_code(demo_folder)
    wrong = f"{(int(right.replace(' ', '')) + 1) % 10**6:06}"
    assert ana.post(code, {"code": wrong}).status_code == 422
    assert not Transmission.objects.exists()
    assert ana.post(code, {"code": right}).url == reverse("holder_case", args=[case.pk])
    assert Transmission.objects.get().peer == THEIRS
    # It was good once.
    assert ana.post(code, {"code": right}).url == page


def test_the_neighbour_does_not_reach_it(ana: Client, demo_folder: Path) -> None:
    case = Case.objects.get()
    bor = come_in(Card.objects.exclude(subject_id=case.subject_id).get(), demo_folder)

    for name in ("transmit", "transmit_code"):
        assert ana.get(reverse(name, args=[case.pk])).status_code in {200, 302}
    assert bor.get(reverse("transmit", args=[case.pk])).status_code == 404
    assert bor.post(reverse("transmit", args=[case.pk]), {"peer": THEIRS}).status_code == 404
    assert not Transmission.objects.exists()


def test_without_other_services_there_is_no_such_offer(ana: Client, settings: Any) -> None:
    case = Case.objects.get()
    page, offer = reverse("holder_case", args=[case.pk]), reverse("transmit", args=[case.pk])
    assert offer in ana.get(page).content.decode()

    settings.PEERS_FILE = None

    assert offer not in ana.get(page).content.decode()
    assert ana.get(offer).url == page


def test_the_key_is_public_and_unknown_senders_learn_nothing(register: None) -> None:
    from dsar.wire import portable_key

    visitor = Client(enforce_csrf_checks=True)

    shown = visitor.get(reverse("peer_key")).content.decode()
    answer = visitor.post(
        reverse("peer_portable", args=["mesto-x"]), b"x", content_type="text/plain"
    )

    assert shown.splitlines()[0] == portable_key().verifier
    assert (answer.status_code, answer.content) == (400, b"refused\n")
