"""What the portal's tests share: keys, the register, signed-in people, sent messages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests import factories


@pytest.fixture
def demo_folder(settings: Any, tmp_path: Path) -> Path:
    """The folder of the demonstration's messages, empty."""
    settings.DEMO_MESSAGES_DIR = tmp_path / "demo-messages"
    return settings.DEMO_MESSAGES_DIR


@pytest.fixture
def register(keyring: Any, db: Any) -> None:
    """The register of the demo, loaded."""
    from records.identity.operations import load_register

    load_register(path=django_settings.REGISTER_FILE)


@pytest.fixture
def enrolled(register: None, now: Any) -> Callable[..., UUID]:
    """Make a data subject with enrolled contact data and return the id."""

    def make(person: factories.Person, *, form: str = "virtual") -> UUID:
        from records.access.gate import open_gate
        from records.access.purposes import Action, ActorRole, CardForm, DataCategory, Purpose
        from records.identity.operations import register_data_subject
        from records.identity.rules import PersonDetails

        subject_id = uuid4()
        grant = open_gate(
            actor=factories.make_actor(ActorRole.CLERK, factories.CENE_ID),
            purpose=Purpose.CARD_APPLICATION,
            subjects=[subject_id],
            categories={
                DataCategory.NAME,
                DataCategory.RESIDENCE,
                DataCategory.BIRTH_DATE,
                DataCategory.CONTACT,
                DataCategory.APPLICATION,
                DataCategory.CARD,
            },
            action=Action.COLLECT,
            task="test",
            now=now,
        )
        details = PersonDetails(
            given_name=person.given_name,
            family_name=person.family_name,
            residence=person.residence,
            birth_date=person.birth_date,
            phone=person.phone_e164,
            email=person.email,
        )
        register_data_subject(
            grant,
            subject_id=subject_id,
            details=details,
            home_city=person.home_city,
            form=CardForm(form),
            now=now,
        )
        return subject_id

    return make


@pytest.fixture
def staff(register: None) -> Callable[..., Client]:
    """Make a member of staff with a second factor and return a signed-in client."""

    def make(role: str, *, city: str = factories.HOME_CITY, factor: bool = True) -> Client:
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
        from django.contrib.auth import get_user_model

        from portal.models import StaffProfile
        from portal.permissions import appoint

        user = get_user_model().objects.create_user(
            username=f"{role}-{city}", password="a long password"
        )
        profile = StaffProfile.objects.create(user=user, role=role, city=city, organisation=city)
        appoint(profile=profile)
        if factor:
            TOTP.activate(user, generate_totp_secret())
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.profile = profile
        return client

    return make
