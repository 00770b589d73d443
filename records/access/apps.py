"""The gate and the log."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The gate and the log."""

    name = "records.access"
    label = "access"
