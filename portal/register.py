"""The register as pages show it: read from its file, once per change of the file."""

import tomllib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from records.identity.rules import Register, read_register


def get_register() -> Register:
    """Return the register of controllers, processors, points and delivery methods."""
    path = Path(settings.REGISTER_FILE)
    return _read(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> Register:
    return read_register(tomllib.loads(Path(path).read_text(encoding="utf-8")))


def city_names() -> dict[str, str]:
    """Return the short name of every city by its code."""
    return {controller.code: controller.short_name for controller in get_register().controllers}


def organisation_names() -> dict[str, str]:
    """Return the name of every controller, processor and registration point by its code."""
    register = get_register()
    entries = (*register.controllers, *register.processors, *register.points)
    return {entry.code: entry.name for entry in entries}
