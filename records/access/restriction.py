"""Restriction of processing (GDPR 18): placed and lifted by events, asked at every opening of the
gate.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connections
from django.db.transaction import atomic

from records.access.append import AUDIT, refuse_inside_transaction
from records.access.errors import LogUnavailable, RestrictionStands
from records.access.grants import Grant
from records.access.locks import hold_once_lock
from records.access.models import RestrictionEvent
from records.access.purposes import Action, DataCategory, Purpose, Store
from records.keyring.queries import get_keyring

EXEMPT: Final[dict[Purpose, frozenset[Action] | None]] = {
    Purpose.RIGHTS_REQUEST: None,
    Purpose.RETENTION: None,
    Purpose.KEY_MAINTENANCE: None,
    Purpose.LOG_REVIEW: None,
    Purpose.CONSENT_ADMINISTRATION: None,
    Purpose.SIGN_IN: None,
    Purpose.OWN_DATA: frozenset({Action.CONSULT}),
}
"""What a restriction leaves open, and for which actions (None: all that the purpose allows).
Storage: retention and key maintenance. Claims and the person's own rights: cases, withdrawing a
consent, signing in, reading one's own data, and the review of who read it (GDPR 18(2)).
"""


def is_exempt(purpose: Purpose, action: Action) -> bool:
    """Return whether the purpose may be pursued with this action while processing is restricted."""
    if purpose not in EXEMPT:
        return False
    actions = EXEMPT[purpose]
    return actions is None or action in actions


def name_restricted(subjects: Iterable[UUID]) -> list[bytes]:
    """Return the names of subjects in the table of restrictions: they outlive the log year, so no
    log key makes them.
    """
    keyring = get_keyring()
    name = keyring.pseudonymiser(keyring.secret("access/restriction"), "subject").octets
    return [name(subject.bytes) for subject in subjects]


def _uuid(name: bytes) -> UUID:
    return UUID(bytes=name)


def find_restricted(*, subjects: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the subjects whose processing is restricted now."""
    named = dict(zip(map(_uuid, name_restricted(subjects)), subjects, strict=True))
    events = RestrictionEvent.objects.filter(subject__in=named).order_by("id")
    newest: dict[UUID, bool] = dict(events.values_list("subject", "placed"))
    return frozenset(named[name] for name, placed in newest.items() if placed)


def _add_event(grant: Grant, *, subject: UUID, placed: bool, ground: str, now: datetime) -> None:
    grant.require(Store.IDENTITY, subject, DataCategory.CASE)
    refuse_inside_transaction()
    try:
        with atomic(using=AUDIT):
            hold_once_lock(connections[AUDIT])
            if bool(find_restricted(subjects=[subject])) is placed:
                raise RestrictionStands(placed=placed)
            (name,) = name_restricted([subject])
            RestrictionEvent.objects.create(
                subject=_uuid(name), placed=placed, ground=ground, at=now, entry_id=grant.entry_id
            )
    except DatabaseError as error:
        raise LogUnavailable(cause=type(error).__name__) from error


def place_restriction(grant: Grant, *, subject: UUID, ground: str, now: datetime) -> None:
    """Restrict processing of a person's data; the Grant covers the subject's CASE (GDPR 18(1)).

    `ground` is the code of the ground: "accuracy", "unlawful", "claims" or "objection". Raises
    RestrictionStands.
    """
    _add_event(grant, subject=subject, placed=True, ground=ground, now=now)


def lift_restriction(grant: Grant, *, subject: UUID, ground: str, now: datetime) -> None:
    """Lift the restriction; the caller has told the person before (GDPR 18(3)). Raises
    RestrictionStands.
    """
    _add_event(grant, subject=subject, placed=False, ground=ground, now=now)
