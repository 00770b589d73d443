"""System checks of retention."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from retention.queries.positions import stores_behind


@register(Tags.database)
def check_erasures_applied(
    app_configs: Sequence[AppConfig] | None,  # Django's signature
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """Find stores that were restored to a state before an erasure (E-E2, threat 14).

    Runs with `manage.py check --database default` and at every start of the service.
    """
    if not databases:
        return []
    try:
        behind = stores_behind()
    except DatabaseError as error:
        return [
            Error(
                f"The stores cannot tell how far they have applied the erasure ledger: {error}",
                hint="Run `manage.py setup` first.",
                id="varuh.retention.E002",
            )
        ]
    return [
        Error(
            f"Store {store.value!r} was restored to a state before an erasure: it shows people who "
            "were erased.",
            hint="Run `manage.py purge --replay`; do not let anybody in before.",
            id="varuh.retention.E001",
        )
        for store in behind
    ]
