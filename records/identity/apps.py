"""Data subjects, their contact data and who runs the card."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Data subjects, their contact data and who runs the card."""

    name = "records.identity"
    label = "identity"
