"""Data subjects, their contact data and who runs the card."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Data subjects, their contact data and who runs the card."""

    name = "records.identity"
    label = "identity"

    def ready(self) -> None:
        """Register what this app holds about people."""
        from records.access.registry import register_source
        from records.identity.source import IdentitySource

        register_source(IdentitySource())
