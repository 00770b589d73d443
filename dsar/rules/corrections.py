"""What a person may do about a wrong value, on which grounds processing is restricted, and what can
be objected to (GDPR 16, 18, 21). Pure; everything follows from the inventory and the closed lists.
"""

from dataclasses import dataclass
from enum import StrEnum

from dsar.rules.rights import Right, applies
from records.access.inventory import Personal, Provenance, Rectification, Table
from records.access.purposes import PURPOSES, DataCategory, LegalBasis, Purpose


class CorrectionState(StrEnum):
    """Where one proposed correction stands."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    REJECTED = "rejected"
    STATED = "stated"
    """A statement stands beside the value instead of a new one (GDPR 16, second sentence)."""


class RejectionGround(StrEnum):
    """Why a correction is not made; only a controller says so (C1)."""

    PROVEN_RIGHT = "proven_right"
    NO_EVIDENCE = "no_evidence"
    RECORD_OF_EVENT = "record_of_event"
    REQUIRED_BY_LAW = "required_by_law"


class RestrictionGround(StrEnum):
    """The four grounds of GDPR 18(1)."""

    ACCURACY = "accuracy"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"
    OBJECTION = "objection"


class LiftingReason(StrEnum):
    """Why a restriction ends; told to the person before it does (GDPR 18(3))."""

    SETTLED = "accuracy_settled"
    LAWFUL = "found_lawful"
    CLAIM_OVER = "claim_over"
    OVERRULED = "objection_overruled"
    ASKED = "person_asked"


class LockedBecause(StrEnum):
    """Why a value is not changed at the person's word."""

    COMPUTED = "computed"
    REQUIRED_BY_LAW = "required_by_law"
    RECORD_OF_EVENT = "record_of_event"
    PART_OF_APPLICATION = "part_of_application"


class ObjectionWay(StrEnum):
    """What an objection to a purpose does."""

    AT_ONCE = "at_once"
    """Direct marketing: no balancing, it stops everywhere (GDPR 21(2), 21(3))."""
    BALANCED = "balanced"
    """Suspended, then weighed by a person (GDPR 21(1))."""
    NOT_GIVEN = "not_given"
    """The basis of the purpose gives no right to object; others of its rights do what is wanted."""


MARKETING = frozenset({Purpose.NEWS})
"""The purposes that are direct marketing."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One declared column with its table."""

    table: Table
    column: Personal

    @property
    def code(self) -> str:
        """Return the column's name across all tables."""
        return f"{self.table.model}.{self.column.name}"


def why_locked(column: Personal) -> LockedBecause | None:
    """Return why the column is locked, None where it is not."""
    if column.rectification is not Rectification.LOCKED:
        return None
    if column.provenance is Provenance.DERIVED:
        return LockedBecause.COMPUTED
    if column.basis is LegalBasis.LEGAL_OBLIGATION:
        return LockedBecause.REQUIRED_BY_LAW
    if column.provenance is Provenance.OBSERVED:
        return LockedBecause.RECORD_OF_EVENT
    return LockedBecause.PART_OF_APPLICATION


def objection_way(purpose: Purpose) -> ObjectionWay:
    """Return what an objection to the purpose does, from the table of legal bases."""
    if purpose in MARKETING:
        return ObjectionWay.AT_ONCE
    if applies(Right.OBJECTION, PURPOSES[purpose].basis):
        return ObjectionWay.BALANCED
    return ObjectionWay.NOT_GIVEN


def other_rights(purpose: Purpose) -> frozenset[Right]:
    """Return the rights that a person has against the purpose instead of an objection."""
    basis = PURPOSES[purpose].basis
    asked = (Right.WITHDRAWAL, Right.ERASURE, Right.RESTRICTION, Right.RECTIFICATION)
    return frozenset(right for right in asked if applies(right, basis))


def suspended_categories(purpose: Purpose) -> frozenset[DataCategory]:
    """Return what is restricted while an objection to the purpose is weighed (GDPR 18(1)(d))."""
    return PURPOSES[purpose].categories
