"""The other installations that data is handed to or taken from, as this one is configured."""

import tomllib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from dsar.errors import PeersInvalid, PeerUnknown, WireRefused
from dsar.rules.transmission import Peer, Peers, read_peers
from dsar.wire import read_public_key, require_safe


def get_peers() -> Peers:
    """Return the configured installations, none where there is no file; raise PeersInvalid."""
    path = settings.PEERS_FILE
    if path is None:
        return Peers()
    try:
        return _read(str(path), Path(path).stat().st_mtime_ns)
    except OSError:
        raise PeersInvalid(where="file") from None


def list_receivers() -> list[Peer]:
    """Return the installations that take portable data from us, by name."""
    receivers = [peer for peer in get_peers().peers.values() if peer.receives]
    return sorted(receivers, key=lambda peer: peer.name)


def get_receiver(code: str) -> Peer:
    """Return the installation of that code that takes data from us; raise PeerUnknown."""
    peer = get_peers().peers.get(code)
    if peer is None or not peer.receives:
        raise PeerUnknown(peer=code)
    return peer


@lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> Peers:
    try:
        peers = read_peers(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise PeersInvalid(where="file") from None
    for peer in peers.peers.values():
        try:
            read_public_key(peer.public_key)
            if peer.receives:
                require_safe(peer.url)
        except WireRefused as refusal:
            raise PeersInvalid(where=f"{peer.code}: {refusal.facts['reason']}") from None
    return peers
