"""Making, resetting and closing accounts of staff."""

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from portal.permissions import list_cities
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
NEW = {"role": "clerk", "city": factories.HOME_CITY, "organisation": "knjiznica"}


def run(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("staff", *words, stdout=out, **options)
    return out.getvalue()


def test_a_new_account_serves_its_own_city_only(register: None) -> None:
    password = run("cene", **NEW, point=factories.POINT).split("password ")[1].split()[0]

    user = authenticate(None, username="cene", password=password)

    assert list_cities(profile_id=user.staff_profile.pk) == [factories.HOME_CITY]


def test_an_unknown_city_or_a_taken_name_is_refused(register: None) -> None:
    run("cene", **NEW)

    with pytest.raises(CommandError, match=r"identity\.city_unknown"):
        run("heda", **NEW | {"city": "atlantis"})
    with pytest.raises(CommandError, match="is taken"):
        run("cene", **NEW)
    with pytest.raises(CommandError, match="no member of staff"):
        run("nobody", close=True)


def test_a_reset_takes_factor_and_password_away(register: None) -> None:
    old = run("cene", **NEW).split("password ")[1].split()[0]
    user = get_user_model().objects.get(username="cene")
    TOTP.activate(user, generate_totp_secret())

    run("cene", reset_factor=True)

    assert not Authenticator.objects.filter(user=user).exists()
    assert authenticate(None, username="cene", password=old) is None


def test_a_closed_account_is_out_at_once(register: None, client: Client) -> None:
    run("cene", **NEW)
    user = get_user_model().objects.get(username="cene")
    TOTP.activate(user, generate_totp_secret())
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("desk")).status_code == 200

    run("cene", close=True)

    assert client.get(reverse("desk")).status_code == 302
