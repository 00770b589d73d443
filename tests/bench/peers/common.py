"""What the adaptors of the peers share: a small Django of its own, on the same kind of database."""

import atexit
import os
import shutil
import tempfile
from typing import Any
from urllib.parse import urlsplit

PRAGMAS = ";".join(
    f"PRAGMA {pragma}"
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "secure_delete=ON", "foreign_keys=ON")
)
"""As the adaptor of Varuh has it (portal.settings_test): the service waits for the disk, on which
nobody's encryption has an influence.
"""


def configure(url: str, **options: Any) -> None:
    """Configure Django for one database, with the peer's own settings."""
    from django.conf import settings

    settings.configure(
        DATABASES={"default": _database(url)},
        INSTALLED_APPS=options.pop("INSTALLED_APPS", []),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="for benchmarks only",
        USE_TZ=True,
        **options,
    )


def _database(url: str) -> dict[str, Any]:
    name = f"varuh_bench_peer_{os.getpid()}"
    if not url.startswith("postgresql"):
        folder = tempfile.mkdtemp(prefix="varuh-bench-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{folder}/{name}.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": PRAGMAS,
            },
            "TEST": {"NAME": f"{folder}/test.sqlite3"},
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "HOST": parts.hostname,
        "PORT": parts.port or 5432,
        "USER": parts.username or "postgres",
        "PASSWORD": parts.password or "",
        "CONN_MAX_AGE": 60,
    }


def define(field: Any, searched: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """Return the two tables of a peer, with its field in the place of plain ones."""
    import uuid

    from django.db import models

    from tests.bench.peers.harness import NAMES

    def table(label: str, columns: dict[str, Any]) -> Any:
        return type(
            label,
            (models.Model,),
            {
                "__module__": __name__,
                "Meta": type("Meta", (), {"app_label": "bench"}),
                "id": models.UUIDField(primary_key=True, default=uuid.uuid4),
                **columns,
            },
        )

    person = table("SealedPerson", {name: field() for name in NAMES})
    return person, table("SealedSearched", searched) if searched else None
