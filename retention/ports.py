"""How upper floors tell retention that a person's data is still needed (E-A8: pending rights
cases).
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID

HoldSource = Callable[[Collection[UUID], datetime], Mapping[UUID, str]]
"""Given data subjects and a time: the code of the reason for those that are held.

It reads its own tables only and opens no gate: the gate itself asks it.
"""

_sources: dict[str, HoldSource] = {}


def register_hold_source(code: str, source: HoldSource) -> None:
    """Register a floor's reasons to keep a person's data; called once from `AppConfig.ready`."""
    _sources[code] = source


def hold_sources() -> tuple[HoldSource, ...]:
    """Return all sources in a stable order."""
    return tuple(_sources[code] for code in sorted(_sources))
