"""Restriction of processing (GDPR 18): placed and lifted by events, asked at every opening of the
gate.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connections
from django.db.transaction import atomic

from records.access.append import AUDIT, refuse_inside_transaction
from records.access.codes import NO_CAUSE, WHOLE_PERSON, categories_of, mask_of
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
    Purpose.STAFF_OWN_DATA: None,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """One restriction that stands, whatever others stand beside it."""

    ground: str
    categories: frozenset[DataCategory]
    """What is restricted; every category where the whole person is."""
    since: datetime
    cause: UUID = field(repr=False)


def find_restrictions(*, subjects: Collection[UUID]) -> dict[UUID, list[Restriction]]:
    """Return the restrictions that stand now for those of the subjects who have any, oldest first;
    recomputed from the register of events.
    """
    named = dict(zip(map(_uuid, name_restricted(subjects)), subjects, strict=True))
    events = RestrictionEvent.objects.filter(subject__in=named).order_by("id")
    newest: dict[tuple[UUID, UUID], RestrictionEvent] = {}
    for event in events:
        newest.pop((event.subject, event.cause), None)
        newest[event.subject, event.cause] = event
    found: dict[UUID, list[Restriction]] = {}
    for event in newest.values():
        if event.placed:
            found.setdefault(named[event.subject], []).append(
                Restriction(
                    ground=event.ground,
                    categories=categories_of(event.categories),
                    since=event.at,
                    cause=event.cause,
                )
            )
    return found


def find_restricted(
    *, subjects: Collection[UUID], categories: Collection[DataCategory] = tuple(DataCategory)
) -> frozenset[UUID]:
    """Return those of the subjects of whom one of the categories is restricted now."""
    asked = frozenset(categories)
    return frozenset(
        subject
        for subject, standing in find_restrictions(subjects=subjects).items()
        if any(asked & one.categories for one in standing)
    )


def stands(*, subject: UUID, cause: str) -> bool:
    """Return whether the restriction that was placed for this cause stands."""
    name = _name_cause(cause)
    found = find_restrictions(subjects=[subject]).get(subject, [])
    return any(one.cause == name for one in found)


def _name_cause(cause: str) -> UUID:
    """Return the name of a cause in this store; a case's own number stands in no other."""
    if not cause:
        return NO_CAUSE
    keyring = get_keyring()
    name = keyring.pseudonymiser(keyring.secret("access/restriction"), "cause").octets
    return _uuid(name(cause.encode()))


def _add_event(
    grant: Grant,
    *,
    subject: UUID,
    placed: bool,
    ground: str,
    cause: str,
    categories: Collection[DataCategory] | None,
    now: datetime,
) -> None:
    grant.require(Store.IDENTITY, subject, DataCategory.CASE)
    refuse_inside_transaction()
    try:
        with atomic(using=AUDIT):
            hold_once_lock(connections[AUDIT])
            if stands(subject=subject, cause=cause) is placed:
                raise RestrictionStands(placed=placed)
            (name,) = name_restricted([subject])
            RestrictionEvent.objects.create(
                subject=_uuid(name),
                cause=_name_cause(cause),
                categories=WHOLE_PERSON if categories is None else mask_of(categories),
                placed=placed,
                ground=ground,
                at=now,
                entry_id=grant.entry_id,
            )
    except DatabaseError as error:
        raise LogUnavailable(cause=type(error).__name__) from error


def place_restriction(
    grant: Grant,
    *,
    subject: UUID,
    ground: str,
    now: datetime,
    cause: str = "",
    categories: Collection[DataCategory] | None = None,
) -> None:
    """Restrict processing of a person's data; the Grant covers the subject's CASE (GDPR 18(1)).

    `ground` is the code of the ground: "accuracy", "unlawful", "claims" or "objection"; `cause` is
    the reference of what it is placed for, on which it stands and falls; without `categories` the
    whole person is restricted. Raises RestrictionStands.
    """
    _add_event(
        grant,
        subject=subject,
        placed=True,
        ground=ground,
        cause=cause,
        categories=categories,
        now=now,
    )


def lift_restriction(
    grant: Grant, *, subject: UUID, ground: str, now: datetime, cause: str = ""
) -> None:
    """Lift the restriction of a cause; the caller has told the person before (GDPR 18(3)). Raises
    RestrictionStands.
    """
    _add_event(
        grant,
        subject=subject,
        placed=False,
        ground=ground,
        cause=cause,
        categories=(),
        now=now,
    )
