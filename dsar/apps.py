"""Rights requests."""

from django.apps import AppConfig


class DsarConfig(AppConfig):
    """Rights requests."""

    name = "dsar"
    label = "dsar"
