"""Accounts, the ledger and authorisations."""

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """Accounts, the ledger and authorisations."""

    name = "records.wallet"
    label = "wallet"

    def ready(self) -> None:
        """Register what this app holds about people."""
        from records.access.registry import register_source
        from records.wallet.source import WalletSource

        register_source(WalletSource())
