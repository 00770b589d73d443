"""Notices, acceptances, consents."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Notices, acceptances, consents."""

    name = "consent"
    label = "consent"

    def ready(self) -> None:
        """Register the inventory and the check that consent stands."""
        from consent.queries import refuse_without_consent
        from consent.source import ConsentSource
        from records.access.registry import register_check, register_source

        register_source(ConsentSource())
        register_check("consent", refuse_without_consent)
