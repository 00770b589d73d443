"""Data keys, sealed fields and links between stores."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Data keys, sealed fields and links between stores."""

    name = "records.keys"
    label = "keys"

    def ready(self) -> None:
        """Register the inventory of the key store."""
        from records.access.registry import register_source
        from records.keys.source import KeysSource

        register_source(KeysSource())
