"""Rights requests."""

from django.apps import AppConfig


class DsarConfig(AppConfig):
    """Rights requests."""

    name = "dsar"
    label = "dsar"

    def ready(self) -> None:
        """Register the source, and the check that keeps what is being answered from being
        erased.
        """
        from dsar.queries import refuse_erasure_while_answering
        from dsar.source import DsarSource
        from records.access.registry import register_check, register_source

        register_source(DsarSource())
        register_check("dsar.request_pending", refuse_erasure_while_answering)
