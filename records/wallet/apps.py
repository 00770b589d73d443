"""Accounts, the ledger and authorisations."""

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """Accounts, the ledger and authorisations."""

    name = "records.wallet"
    label = "wallet"
