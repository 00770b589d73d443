"""Applications and cards."""

from django.apps import AppConfig


class CardsConfig(AppConfig):
    """Applications and cards."""

    name = "records.cards"
    label = "cards"

    def ready(self) -> None:
        """Register what this app holds about people."""
        from records.access.registry import register_source
        from records.cards.source import CardsSource

        register_source(CardsSource())
