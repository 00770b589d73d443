"""Carrying data away, and staff with their own data: through the doors."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from jsonschema import Draft202012Validator

from dsar.models import Case
from dsar.tasks import fulfil_cases
from portal.clock import read_clock
from portal.models import StaffProfile
from records.documents.signing import read_attachments, verify_pdf
from tests import factories
from tests.journeys.test_access_request import come_in, make_card, read_code
from tests.portal.conftest import demo_folder, register, staff

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
__all__ = ["demo_folder", "register", "staff"]


@pytest.fixture(autouse=True)
def _ready(register: None, demo_folder: Path, settings: Any, tmp_path: Path) -> None:
    from consent.operations.notices import load_texts

    load_texts()
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.VAR_DIR = tmp_path
    cache.clear()


def body(response: Any) -> bytes:
    """Return what was sent, whole or in pieces."""
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.rule("PP6a")
def test_a_holder_takes_their_data_away_as_files_that_the_published_schema_describes(
    staff: Callable[..., Client], demo_folder: Path
) -> None:
    clerk = staff("clerk")
    make_card(clerk, factories.BOR)
    client = come_in(make_card(clerk, factories.ANA), demo_folder)
    page = client.get(reverse("portability")).content.decode()
    assert "izpeljali smo sami" in page
    request_id = re.search(r'name="request_id" value="([^"]+)"', page)[1]

    filed = client.post(
        reverse("portability"), {"language": "en", "request_id": request_id}, follow=True
    )
    case = Case.objects.get(pk=request_id)
    fulfil_cases(read_clock())

    assert case.reference in filed.content.decode()
    where = reverse("download_code", args=[case.pk])
    client.get(f"{where}?form=files")
    client.post(where, {"send": "1"})
    response = client.post(where, {"code": read_code(demo_folder)}, follow=True)
    assert response["Content-Type"] == "application/zip"
    data = json.loads(zipfile.ZipFile(io.BytesIO(body(response))).read("data.json"))
    schema = Client().get(reverse("schema", args=["varuh-portable-data-1"])).json()
    Draft202012Validator(schema).validate(data)
    assert factories.ANA.email in json.dumps(data)
    assert factories.BOR.email not in json.dumps(data)
    assert client.get(reverse("download", args=[case.pk])).status_code == 302


@pytest.mark.parametrize("role", ["clerk", "controller", "dpo"])
def test_staff_read_and_take_what_is_kept_about_them_and_nobody_they_looked_at(
    staff: Callable[..., Client], role: str
) -> None:
    card = make_card(staff("clerk"), factories.ANA)
    client = Client()
    if role == "clerk":
        client.force_login(
            StaffProfile.objects.get().user, backend="django.contrib.auth.backends.ModelBackend"
        )
        client.get(reverse("desk_person", args=[card.subject_id]))
    else:
        client = staff(role)

    page = client.get(reverse("staff_data"))
    copy = client.post(reverse("staff_data"))

    assert page.status_code == 200
    pdf = body(copy)
    assert verify_pdf(pdf).ok
    files = read_attachments(pdf)
    data = json.loads(files["data.json"])["data"]
    assert data["portal"]["portal.StaffProfile"][0]["role"] == role
    acts = data["access"]["access.LogEntry"]
    assert "staff_own_data" in {act["purpose"] for act in acts}
    text = b"".join(files.values()).decode()
    assert str(card.subject_id) not in text
    assert factories.ANA.email not in text
    assert "actor" not in acts[0]


def test_staff_may_not_open_what_a_colleague_did(db: None, keyring: Any, now: Any) -> None:
    from records.access.errors import GrantDoesNotCover
    from records.access.gate import open_gate
    from records.access.purposes import ActorRole, DataCategory, Purpose
    from records.access.queries import iterate_entries_by

    profile = factories.CENE_ID
    clerk = factories.make_actor(ActorRole.CLERK, profile)
    grant = open_gate(
        actor=clerk,
        purpose=Purpose.STAFF_OWN_DATA,
        subjects=[profile],
        categories=[DataCategory.STAFF, DataCategory.ACCESS_LOG],
        task="own",
        now=now,
    )

    assert list(iterate_entries_by(grant, actor_id=str(profile)))
    with pytest.raises(GrantDoesNotCover):
        list(iterate_entries_by(grant, actor_id="somebody-else"))
