"""What the service holds about a member of staff, for that person alone."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from dsar.operations.staff_copy import make_staff_copy
from dsar.operations.typesetting import SealedPackage
from portal.people import Staff
from portal.source import collect_staff
from records.access.gate import open_gate, report_outcome
from records.access.grants import Grant
from records.access.inventory import Section
from records.access.purposes import Action, DataCategory, Purpose
from records.access.queries import LogLine, iterate_entries_by
from records.access.source import collect_acts

SHOWN_ACTS = 50
_CATEGORIES = frozenset({DataCategory.STAFF, DataCategory.SIGN_IN, DataCategory.ACCESS_LOG})


@dataclass(frozen=True, slots=True)
class StaffData:
    """Profile and sign-ins, and the last acts in the log."""

    sections: tuple[Section, ...] = field(repr=False)
    acts: tuple[LogLine, ...] = field(repr=False)


def reveal_staff_data(*, staff: Staff, now: datetime) -> StaffData:
    """Return what is kept about the signed-in member of staff (GDPR 15)."""
    grant = _open(staff, Action.CONSULT, now)
    acts = iterate_entries_by(grant, actor_id=staff.actor.id)
    return StaffData(tuple(collect_staff(grant, staff.profile_id)), tuple(islice(acts, SHOWN_ACTS)))


def reveal_staff_copy(*, staff: Staff, language: str, now: datetime) -> tuple[str, SealedPackage]:
    """Return the name and the pieces of a sealed copy of everything, the whole log of what they did
    included.
    """
    grant = _open(staff, Action.DISCLOSE, now)
    sections: dict[str, Sequence[Section]] = {
        "portal": collect_staff(grant, staff.profile_id),
        "access": [collect_acts(grant, actor_id=staff.actor.id)],
    }
    reference = f"staff-{secrets.token_hex(4)}"
    sealed = make_staff_copy(
        grant=grant,
        sections=sections,
        controller=staff.city,
        reference=reference,
        language=language,
        now=now,
    )
    report_outcome(grant, done=True, now=now, counts={"rows": sealed.rows})
    return f"{reference}.{'zip' if sealed.volumes > 1 else 'pdf'}", sealed


def _open(staff: Staff, action: Action, now: datetime) -> Grant:
    return open_gate(
        actor=staff.actor,
        purpose=Purpose.STAFF_OWN_DATA,
        subjects=[staff.profile_id],
        categories=_CATEGORIES,
        action=action,
        task="staff-own-data",
        now=now,
    )
