"""What spans card and wallet: issue, block, end."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """What spans card and wallet: issue, block, end."""

    name = "records.contracts"
    label = "contracts"
