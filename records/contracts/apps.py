"""What spans card and wallet: issue, block, end."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """What spans card and wallet: issue, block, end."""

    name = "records.contracts"
    label = "contracts"

    def ready(self) -> None:
        """Register what this app holds about people."""
        from records.access.registry import register_source
        from records.contracts.source import ContractsSource

        register_source(ContractsSource())
