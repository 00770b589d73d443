"""Root keys and everything they wrap; no table."""

from django.apps import AppConfig


class KeyringConfig(AppConfig):
    """Root keys and everything they wrap; no table."""

    name = "records.keyring"
    label = "keyring"
