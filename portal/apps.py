"""The doors."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The doors."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        """Register the system checks."""
        from portal import checks  # noqa: F401  # registration is the import's effect
