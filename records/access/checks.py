"""System checks of the gate and the log."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from records.access.changes import list_wrongly_tracked


@register()
def check_tracked_tables(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Refuse to start while django-auditlog tracks a table that is not declared free of personal
    data.
    """
    return [
        Error(
            f"{label} is tracked by django-auditlog, and its table may hold personal data.",
            hint="Declare every column in its source.py as not personal, or do not register it.",
            id="access.E001",
        )
        for label in list_wrongly_tracked()
    ]
