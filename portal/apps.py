"""The doors."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The doors."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        """Register the system checks and the source of the doors' tables."""
        from portal import checks  # noqa: F401  # registration is the import's effect
        from portal.source import PortalSource
        from records.access.registry import register_source

        register_source(PortalSource())
