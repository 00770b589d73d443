"""Handing portable data to another controller directly (GDPR 20(2)): who the others are, what
counts as fresh, what an application can take from the data. Pure.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from dsar.errors import PeersInvalid, PortableUnusable
from records.access.purposes import CardForm
from records.identity.rules import PersonDetails

FRESH: Final = timedelta(minutes=15)
"""A note older or newer than that is not believed: nobody sends yesterday's once more."""
REMEMBERED: Final = timedelta(days=30)
"""How long an arrival is known again; a sender gives up long before."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_TEXT_FIELDS: Final = ("given_name", "family_name", "residence", "phone", "email")


class Result(StrEnum):
    """What the receiver answers."""

    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another installation: what we call each other, where it is, whose signature counts."""

    code: str
    name: str
    url: str
    public_key: str
    receives: bool
    """We may send to it."""
    sends: bool
    """It may send to us."""
    point: str
    """The registration point at which its people's applications arrive."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Our own code among the others, and the others by their codes."""

    own_code: str = ""
    peers: Mapping[str, Peer] = field(default_factory=dict)


def read_peers(content: Mapping[str, Any]) -> Peers:
    """Return the other installations that a configuration names; raise PeersInvalid."""
    own = content.get("own_code")
    if not isinstance(own, str) or not _is_code(own):
        raise PeersInvalid(where="own_code")
    found: dict[str, Peer] = {}
    for number, entry in enumerate(content.get("peers", []), start=1):
        peer = _read_peer(entry, f"peers {number}")
        if peer.code in found or peer.code == own:
            raise PeersInvalid(where=f"peers {number}: code")
        found[peer.code] = peer
    return Peers(own, found)


def _read_peer(entry: Mapping[str, Any], where: str) -> Peer:
    texts = {name: entry.get(name, "") for name in ("code", "name", "url", "public_key", "point")}
    flags = {name: entry.get(name, False) for name in ("receives", "sends")}
    for name, value in texts.items():
        if not isinstance(value, str) or (not value and name in {"name", "public_key"}):
            raise PeersInvalid(where=f"{where}: {name}")
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise PeersInvalid(where=f"{where}: {name}")
    if unknown := sorted(set(entry) - set(texts) - set(flags)):
        raise PeersInvalid(where=f"{where}: {unknown[0]}")
    if not _is_code(texts["code"]):
        raise PeersInvalid(where=f"{where}: code")
    if flags["receives"] and not urlsplit(texts["url"]).hostname:
        raise PeersInvalid(where=f"{where}: url")
    if flags["sends"] and not texts["point"]:
        raise PeersInvalid(where=f"{where}: point")
    return Peer(**texts, **flags)


def _is_code(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9-]{1,40}", text) is not None


def digest_of(data: object) -> str:
    """Return the SHA-256 of portable data in its one form: sorted keys, no spaces, UTF-8."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_fresh(created_at: str, *, now: datetime) -> bool:
    """Return whether a note was written within a quarter of an hour, by either clock."""
    try:
        written = datetime.fromisoformat(created_at)
    except ValueError:
        return False
    return written.tzinfo is not None and abs(now - written) <= FRESH


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to six hours."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 16)
    return min(doubled, LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What an application can take from portable data: the person, and the form of the card."""

    person: PersonDetails
    form: CardForm


def read_portable(content: Mapping[str, Any]) -> Arrived:
    """Return what valid portable data says about its one person. Nothing else is taken: cards,
    wallets, consents and terms belong to the service that they were given to. Raises
    PortableUnusable.
    """
    rows = content["data"].get("identity", {}).get("identity.DataSubject", [])
    if len(rows) != 1:
        raise PortableUnusable(reason="person")
    (row,) = rows
    said: dict[str, Any] = {}
    for name in _TEXT_FIELDS:
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise PortableUnusable(reason=name)
        said[name] = value or None
    try:
        born = row.get("birth_date")
        said["birth_date"] = date.fromisoformat(born) if born else None
        form = CardForm(row.get("form") or CardForm.PHYSICAL)
    except (TypeError, ValueError):
        raise PortableUnusable(reason="birth_date or form") from None
    return Arrived(PersonDetails(**said), form)
