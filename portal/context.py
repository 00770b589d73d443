"""What every page knows: who is signed in, as what, and in which mode the service runs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.people import person_of


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of every page."""
    return {"person": person_of(request), "demo": settings.DEMO}
