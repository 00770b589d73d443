"""Applications and cards."""

from django.apps import AppConfig


class CardsConfig(AppConfig):
    """Applications and cards."""

    name = "records.cards"
    label = "cards"
