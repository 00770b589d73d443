"""The doors."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The doors."""

    name = "portal"
    label = "portal"
