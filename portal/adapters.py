"""What we change of django-allauth: no signing up, no e-mail, sealed second factors, our own QR
code.
"""

import base64
import io
import time
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from portal.sealing import open_sealed, seal

_FACTORS = "second-factors"
FIRST_FACTOR_SECONDS = 600
"""So long after the password may a person without a second factor set one up without typing it
again.
"""


class AccountAdapter(DefaultAccountAdapter):
    """Staff accounts are made by an administrator, holders' accounts by their card; nobody signs
    up.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        """Return False: nobody signs up."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: no account has an e-mail address."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: no account has an e-mail address."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Add no banner: our pages say in their own words what was done."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002  # allauth's signature
        """Return the start page of the role."""
        return reverse("start")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return False for a few minutes after the password, while there is no second factor to ask
        for.
        """
        request = context.request
        if app == "allauth.mfa" and not FactorAdapter().is_mfa_enabled(request.user):
            records = get_authentication_records(request, request.user)
            return not any(time.time() - record["at"] < FIRST_FACTOR_SECONDS for record in records)
        return super().is_reauthentication_required(app=app, **kwargs)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors are sealed under the keyring; the last one cannot be removed."""

    def encrypt(self, text: str) -> str:
        """Return the factor's secret, sealed."""
        return base64.b64encode(seal(name=_FACTORS, plaintext=text.encode(), place="totp")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the factor's secret."""
        cell = base64.b64decode(encrypted_text)
        return open_sealed(name=_FACTORS, cell=cell, place="totp").decode()

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as SVG."""
        buffer = io.BytesIO()
        segno.make(url, error="m").save(
            buffer, kind="svg", scale=5, border=3, light="#fff", dark="#000"
        )
        return buffer.getvalue().decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002  # allauth's signature
        """Return the name that a new passkey has until its owner gives it another."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Return whether another factor stays: staff never work without one."""
        return (
            type(authenticator)
            .objects.filter(user=authenticator.user)
            .exclude(pk=authenticator.pk)
            .exists()
        )
