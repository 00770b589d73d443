"""Ana and Bor with cards and money, a folder for packages, and the demonstration seal."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from records.access.grants import Actor
from records.access.purposes import ActorRole
from tests.factories import BOR, Holder, load_demo_register, make_actor, make_holder


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> Path:
    """Packages, the seal and what else lies in the var folder, of the test's own."""
    settings.VAR_DIR = tmp_path
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.ERASURE_LEDGER_FILE = tmp_path / "ledger.jsonl"
    return tmp_path


@pytest.fixture
def holder(db: None, keyring: Any, folders: Path, cene: Actor, now: datetime) -> Holder:
    """Ana, with a card in use."""
    load_demo_register()
    return make_holder(actor=cene, now=now)


@pytest.fixture
def neighbour(holder: Holder, cene: Actor, now: datetime) -> Holder:
    """Bor, with a card of his own."""
    return make_holder(actor=cene, person=BOR, now=now)


@pytest.fixture
def herself() -> Actor:
    """Ana, signed in."""
    return make_actor(ActorRole.HOLDER, uuid4())


@pytest.fixture
def cera() -> Actor:
    """Somebody who decides for the controller."""
    return make_actor(ActorRole.CONTROLLER, uuid4())


@pytest.fixture
def file_request(holder: Holder, herself: Actor, now: datetime) -> Callable[..., Any]:
    """A maker of Ana's access requests."""
    from dsar.operations import file_request
    from dsar.rules import Right

    def make(**changes: Any) -> Any:
        given = {
            "actor": herself,
            "subject_id": holder.subject_id,
            "right": Right.ACCESS,
            "scope": (),
            "now": now,
            **changes,
        }
        return file_request(**given)

    return make


def fetch(holder: Holder, now: datetime) -> bytes:
    """Return the holder's newest package, downloaded as they would."""
    from dsar.models import Package
    from dsar.operations import download_package

    package = Package.objects.filter(subject_id=holder.subject_id).latest("created_at")
    return download_package(
        actor=make_actor(ActorRole.HOLDER, uuid4()),
        subject_id=holder.subject_id,
        package_id=package.pk,
        device="computer",
        now=now,
    ).data
