"""Retention rules, contract end, purges."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Retention rules, contract end, purges."""

    name = "retention"
    label = "retention"
