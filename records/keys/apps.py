"""Data keys, sealed fields and links between stores."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Data keys, sealed fields and links between stores."""

    name = "records.keys"
    label = "keys"
