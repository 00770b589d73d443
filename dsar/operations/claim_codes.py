"""Claim codes: how a former holder still sees who looked at their data (threat 14, H6).

The code *is* the person's random number, wrapped under a secret of the keyring. The service keeps a
keyed digest and a last day, so that a code that was never given out, or whose time is over, opens
nothing. It works when rows and keys of the person are long gone.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from dsar.errors import ClaimRefused, ClaimTooOften
from dsar.models import ClaimCode, ClaimTry
from records.access.gate import open_gate
from records.access.grants import Actor, Grant
from records.access.purposes import ActorRole, DataCategory, Purpose
from records.access.queries import LogLine, list_entries_about
from records.crypto.errors import CannotOpen
from records.crypto.pseudonyms import pseudonym
from records.crypto.wrapping import WrappingKey
from records.keyring.queries import get_keyring
from records.legal_days import legal_day

_SECRET, _DIGEST = "dsar/claim-code", "dsar/claim-code-digest"
_AAD = b"varuh/claim-code/1"
SIGNS = 72
GROUP = 4
_SUBJECT_SIZE = 16

TRIES_BY_ADDRESS, ADDRESS_WINDOW = 10, timedelta(minutes=15)
TRIES_ALTOGETHER, TOTAL_WINDOW = 60, timedelta(minutes=1)
TRIES_KEPT = timedelta(days=1)
PAGE = 50


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A code that nobody has yet: its text in groups of four signs, and its digest."""

    text: str = field(repr=False)
    mac: UUID


def make_claim_code(*, subject_id: UUID) -> NewClaim:
    """Return a new code for a person: the random number, wrapped, with a tag of 128 bits."""
    wrapped = WrappingKey(get_keyring().secret(_SECRET)).wrap(subject_id.bytes, _AAD)
    text = base64.b32encode(wrapped).decode()
    groups = [text[start : start + GROUP] for start in range(0, len(text), GROUP)]
    return NewClaim(" ".join(groups), _digest(wrapped))


def keep_claim_code(claim: NewClaim, *, valid_until: date) -> None:
    """Let a code count until that day, inside the caller's transaction; only its digest is kept."""
    ClaimCode.objects.create(mac=claim.mac, valid_until=valid_until)


def open_claim(*, code: str, address_index: int, now: datetime) -> tuple[UUID, Grant]:
    """Return whose log the code opens, with a Grant for it: the look is an entry itself.

    A wrong code is noted and counts for the limits. Raises ClaimTooOften before anything is looked
    at, ClaimRefused for everything that is not right, always the same; and the gate's refusals.
    """
    _require_few_tries(address_index, now)
    subject_id = _read(code, now)
    if subject_id is None:
        ClaimTry.objects.create(at=now, address_index=address_index)
        raise ClaimRefused
    grant = open_gate(
        actor=Actor(ActorRole.HOLDER, f"claim:{subject_id}", ""),
        purpose=Purpose.OWN_DATA,
        subjects=[subject_id],
        categories={DataCategory.ACCESS_LOG},
        task="remaining-log",
        now=now,
    )
    return subject_id, grant


def list_remaining(
    *, code: str, address_index: int, before: int | None, now: datetime, limit: int = PAGE
) -> list[LogLine]:
    """Return the looks at a former holder's data that the log still holds, newest first."""
    subject_id, grant = open_claim(code=code, address_index=address_index, now=now)
    return list_entries_about(grant, subjects=[subject_id], limit=limit, before=before)


def forget_claims(now: datetime) -> int:
    """Forget the codes whose log is gone, and yesterday's wrong tries; return how many codes."""
    ClaimTry.objects.filter(at__lte=now - TRIES_KEPT).delete()
    with transaction.atomic():
        return ClaimCode.objects.filter(valid_until__lt=legal_day(now)).delete()[0]


def _require_few_tries(address_index: int, now: datetime) -> None:
    recent = ClaimTry.objects.filter(at__gt=now - ADDRESS_WINDOW, address_index=address_index)
    if recent.count() >= TRIES_BY_ADDRESS:
        raise ClaimTooOften(minutes=int(ADDRESS_WINDOW.total_seconds() // 60))
    if ClaimTry.objects.filter(at__gt=now - TOTAL_WINDOW).count() >= TRIES_ALTOGETHER:
        raise ClaimTooOften(minutes=int(ADDRESS_WINDOW.total_seconds() // 60))


def _read(code: str, now: datetime) -> UUID | None:
    signs = "".join(code.split()).replace("-", "").upper()
    try:
        wrapped = base64.b32decode(signs) if len(signs) == SIGNS else b""
    except (binascii.Error, ValueError):
        wrapped = b""
    known = ClaimCode.objects.filter(mac=_digest(wrapped), valid_until__gte=legal_day(now))
    if not known.exists():
        return None
    try:
        plain = bytes(WrappingKey(get_keyring().secret(_SECRET)).unwrap(wrapped, _AAD))
    except CannotOpen:
        return None
    return UUID(bytes=plain) if len(plain) == _SUBJECT_SIZE else None


def _digest(wrapped: bytes) -> UUID:
    return pseudonym(get_keyring().secret(_DIGEST), wrapped)
