"""Typed readers of environment variables that fail loudly.

Every reader takes the variable's name and a default; a variable that is set but cannot be
understood stops the start with one sentence that names it. A secret may come from a file:
`NAME_FILE` holds its path.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_MISSING: Any = object()


def read_text(name: str, default: Any = _MISSING) -> str:
    """Return the variable as text; raise ImproperlyConfigured where it is missing without a
    default.
    """
    value = os.environ.get(name)
    if value is not None:
        return value
    if default is _MISSING:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return default  # type: ignore[no-any-return]  # the caller's own default


def read_flag(name: str, default: bool) -> bool:
    """Return the variable as a truth value."""
    value = os.environ.get(name)
    if value is None or not value.strip():
        return default
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ImproperlyConfigured(
        f"{name} must be one of 1, 0, true, false, yes, no, on, off; it is {value!r}."
    )


def read_number(name: str, default: int, *, least: int | None = None) -> int:
    """Return the variable as a whole number, at least `least`."""
    value = os.environ.get(name)
    if value is None or not value.strip():
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number; it is {value!r}.") from None
    if least is not None and number < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}; it is {number}.")
    return number


def read_list(name: str, default: list[str]) -> list[str]:
    """Return the variable's comma-separated words."""
    value = os.environ.get(name)
    if value is None:
        return default
    return [word.strip() for word in value.split(",") if word.strip()]


def read_dates(name: str) -> tuple[date, ...]:
    """Return the variable's comma-separated ISO dates."""
    try:
        return tuple(date.fromisoformat(word) for word in read_list(name, []))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must hold dates as 2027-02-08,2027-04-27.") from None


def read_path(name: str, default: Path) -> Path:
    """Return the variable as an absolute path."""
    return Path(os.environ.get(name) or default).expanduser().resolve()


def read_file(name: str) -> Path | None:
    """Return the absolute path of the file that the variable names, None where it is not set."""
    value = os.environ.get(name)
    if not value:
        return None
    path = Path(value).expanduser().resolve()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ImproperlyConfigured(f"{name} must name a file that can be read.")
    return path


def read_secret(name: str, default: str | None = None) -> str | None:
    """Return the secret in NAME, or in the file that NAME_FILE names; both at once is a mistake."""
    direct, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if direct and file:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if direct:
        return direct
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None
    return default


def read_database(name: str) -> dict[str, Any] | None:
    """Return the Django database settings of the URL in NAME (or NAME_FILE), None where it is not
    set.
    """
    url = read_secret(name)
    if not url:
        return None
    try:
        settings = dj_database_url.parse(url)
    except (ValueError, KeyError, dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
        settings = {}
    if not str(settings.get("ENGINE", "")).endswith(("postgresql", "sqlite3")):
        raise ImproperlyConfigured(f"{name} must be a postgresql:// or sqlite:// URL.")
    return dict(settings)


_IMAP_PORTS = {"imaps": 993, "imap": 143}


def read_imap(name: str, *, needs_tls: bool) -> dict[str, Any] | None:
    """Return host, port, tls, user, password and folder of the URL in NAME (or NAME_FILE), None
    where it is not set; the URL itself is in no message.
    """
    url = read_secret(name)
    if not url:
        return None
    wanted = f"{name} must be imaps://user:password@host[:port]/folder."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(wanted) from None
    if parts.scheme not in _IMAP_PORTS or not (parts.hostname and parts.username):
        raise ImproperlyConfigured(wanted)
    if needs_tls and parts.scheme != "imaps":
        raise ImproperlyConfigured(f"{name} must be imaps:// outside demo mode.")
    return {
        "host": parts.hostname,
        "port": port or _IMAP_PORTS[parts.scheme],
        "tls": parts.scheme == "imaps",
        "user": unquote(parts.username),
        "password": unquote(parts.password or ""),
        "folder": unquote(parts.path.strip("/")) or "INBOX",
    }
