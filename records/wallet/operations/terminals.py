"""Terminals: made once, their secret shown once (T2.13)."""

import hashlib
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from records.wallet.errors import TerminalUnknown
from records.wallet.models import Terminal

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerminal:
    """A terminal's credentials; the only moment at which the secret exists in clear."""

    id: UUID
    credentials: str = field(repr=False)
    """What the terminal sends: `Authorization: Bearer <id>.<secret>`."""


def register_terminal(
    *,
    organisation: str,
    name: str,
    can_topup: bool = False,
    can_sell: bool = False,
    online: bool = False,
) -> NewTerminal:
    """Register a terminal of a provider or point of sale and return its credentials, which are
    kept as a hash only.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = Terminal.objects.create(
        organisation=organisation,
        name=name,
        can_topup=can_topup,
        can_sell=can_sell,
        online=online,
        secret_hash=hash_secret(secret),
    )
    return NewTerminal(id=row.pk, credentials=f"{row.pk}.{secret}")


def renew_credentials(*, terminal: UUID) -> NewTerminal:
    """Give a terminal a new secret; the old one stops working at once. Raises TerminalUnknown."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    if not Terminal.objects.filter(pk=terminal).update(secret_hash=hash_secret(secret)):
        raise TerminalUnknown(terminal=terminal)
    return NewTerminal(id=terminal, credentials=f"{terminal}.{secret}")


def retire_terminal(*, terminal: UUID) -> None:
    """Take a terminal out of service; its slips stay. Raises TerminalUnknown."""
    if not Terminal.objects.filter(pk=terminal).update(active=False):
        raise TerminalUnknown(terminal=terminal)


def hash_secret(secret: str) -> bytes:
    """Return what is stored of a secret; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
