"""The one place where a door of the portal reads the clock."""

from datetime import datetime

from django.utils import timezone


def read_clock() -> datetime:
    """Return the present instant, aware, in UTC."""
    return timezone.now()
