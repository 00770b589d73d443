"""Handing a holder's data to another service: what the pages show."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dsar.errors import PeersInvalid
from dsar.models import Case, Package
from dsar.peers import get_peers, list_receivers
from dsar.queries import list_transmissions
from dsar.rules import Right
from dsar.rules.transmission import Result


@dataclass(frozen=True, slots=True)
class Handed:
    """One other service that data was to be sent to, and where that stands."""

    name: str
    ordered_at: datetime
    sent_at: datetime | None
    refused: bool
    """The receiver answered that it does not take it."""
    given_up: bool
    tried: int


def may_transmit(case: Case, package: Package | None) -> bool:
    """Return whether there is something to send in one piece, and somebody to send it to."""
    if package is None or case.right != Right.PORTABILITY or package.volumes > 1:
        return False
    try:
        return bool(list_receivers())
    except PeersInvalid:
        return False


def list_handed(case_id: UUID) -> tuple[Handed, ...]:
    """Return the services that data of this case was to be sent to, oldest first."""
    rows = list_transmissions(case_id)
    if not rows:
        return ()
    try:
        names = {code: peer.name for code, peer in get_peers().peers.items()}
    except PeersInvalid:
        names = {}
    return tuple(
        Handed(
            name=names.get(row.peer, row.peer),
            ordered_at=row.created_at,
            sent_at=row.sent_at,
            refused=row.result == Result.REFUSED,
            given_up=row.ended_at is not None,
            tried=row.attempts,
        )
        for row in rows
    )
