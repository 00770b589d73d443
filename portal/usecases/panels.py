"""A panel of a case's page."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """A template, and what it shows."""

    template: str
    context: Mapping[str, object]
