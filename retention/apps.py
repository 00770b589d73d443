"""Retention rules, contract end, purges."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Retention rules, contract end, purges."""

    name = "retention"
    label = "retention"

    def ready(self) -> None:
        """Register the inventory, the check that the period is not over, and the system checks."""
        from records.access.registry import register_check, register_source
        from retention import checks
        from retention.queries import refuse_after_period
        from retention.source import RetentionSource

        register_source(RetentionSource())
        register_check("retention", refuse_after_period)
        del checks  # importing it registers it
