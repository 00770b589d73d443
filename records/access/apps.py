"""The gate and the log."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The gate and the log."""

    name = "records.access"
    label = "access"

    def ready(self) -> None:
        """Register the data source and the checks."""
        from records.access import checks  # noqa: F401  # registers itself
        from records.access.registry import register_source
        from records.access.source import AccessSource

        register_source(AccessSource())
