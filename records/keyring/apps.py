"""Root keys and everything they wrap; no table."""

from django.apps import AppConfig


class KeyringConfig(AppConfig):
    """Root keys and everything they wrap; no table."""

    name = "records.keyring"
    label = "keyring"

    def ready(self) -> None:
        """Register the system checks."""
        from records.keyring import checks  # noqa: F401
