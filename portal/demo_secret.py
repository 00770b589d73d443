"""The demo's own secret key, generated at first run and kept beside the embedded stores."""

import os
import secrets
from pathlib import Path


def read_or_create_demo_secret(var_dir: Path) -> str:
    """Return the secret of this demo folder; make it (mode 0600) where there is none."""
    path = var_dir / "demo.secret"
    var_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    secret = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
