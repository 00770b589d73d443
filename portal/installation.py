"""Making an installation ready to start; every step does nothing where its work is done."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from consent.operations.notices import load_texts
from portal.permissions import ensure_permissions
from records.identity.operations import load_register
from records.keyring.operations import create_missing


def prepare_installation(*, now: datetime) -> Iterator[str]:
    """Create missing keys, load the register, the notices and the permissions; yield a line a step.

    The stores must be migrated. Raises the refusals of each step; safe to repeat.
    """
    Path(settings.VAR_DIR).chmod(0o700)
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    if settings.CELERY_BROKER_URL == "filesystem://":
        for name in ("data_folder_in", "control_folder"):
            folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS[name])
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield "queue: embedded"
    create_missing(now=now)
    yield f"keys: {settings.KEY_PROVIDER} provider, {Path(settings.KEY_FILE).name}"
    register = load_register(path=settings.REGISTER_FILE)
    yield f"register: {len(register.controllers)} controllers, {len(register.points)} points"
    loaded = load_texts()
    yield f"notices: {loaded} new"
    ensure_permissions()
    yield "permissions: there"
