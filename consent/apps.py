"""Notices, acceptances, consents."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Notices, acceptances, consents."""

    name = "consent"
    label = "consent"
