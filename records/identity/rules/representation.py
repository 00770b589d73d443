"""Who may act for a holder, in what, and how long (T4.2, T5.1.6, C4, Family Code). Pure.

Nobody is "incapacitated": what counts is the basis, its scope and its time. A parent acts for a
child in matters of data until the 15th birthday (ZVOP-2 8), in matters of card and money until the
18th; a court's guardianship decision and an authorisation reach as far as they say.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from records.legal_days import add_years

OWN_RIGHTS_YEARS = 15
"""From this birthday on a young person uses the rights alone (C4, ZVOP-2 8)."""
OF_AGE_YEARS = 18


class Basis(StrEnum):
    """What a representation rests on."""

    PARENT = "parent"
    GUARDIANSHIP = "guardianship"
    """A court's decision that appoints a guardian, with its scope (Z-CAP)."""
    AUTHORISATION = "authorisation"
    """Given in writing by the holder."""
    HEIR = "heir"
    """One of those whom the law lets ask about somebody who has died (ZVOP-2 9)."""


class Scope(StrEnum):
    """In what a representative may act."""

    RIGHTS = "rights"
    CARD = "card"
    MONEY = "money"


class Evidence(StrEnum):
    """What was seen; no copy is ever kept."""

    BIRTH_CERTIFICATE = "birth_certificate"
    COURT_DECISION = "court_decision"
    WRITTEN_AUTHORISATION = "written_authorisation"
    INHERITANCE_DECISION = "inheritance_decision"
    OTHER = "other_evidence"


class Gap(StrEnum):
    """Why a representation does not reach; empty where it does."""

    NONE = ""
    NOT_CONFIRMED = "not_confirmed"
    NOT_YET = "not_yet"
    OVER = "over"
    REVOKED = "revoked"
    OUT_OF_SCOPE = "out_of_scope"
    GROWN_UP = "grown_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A representation as the rules read it; `valid_until` is the first day on which it no longer
    stands.
    """

    basis: Basis
    scopes: frozenset[Scope]
    valid_from: date
    valid_until: date | None
    revoked_on: date | None
    confirmed: bool


def find_gap(authority: Authority, *, scope: Scope, on: date, born: date | None) -> Gap:
    """Return why the representation does not let anybody act in that scope on that day (threats 5
    and 26).

    A parent's authority without a known date of birth does not stand: nobody can say when it ends.
    """
    over = authority.valid_until is not None and on >= authority.valid_until
    checks = (
        (Gap.REVOKED, authority.revoked_on is not None and authority.revoked_on <= on),
        (Gap.NOT_CONFIRMED, not authority.confirmed),
        (Gap.NOT_YET, on < authority.valid_from),
        (Gap.OVER, over),
        (Gap.OUT_OF_SCOPE, scope not in authority.scopes),
        (Gap.GROWN_UP, authority.basis is Basis.PARENT and not _is_child(scope, born, on)),
    )
    return next((gap for gap, stands in checks if stands), Gap.NONE)


def _is_child(scope: Scope, born: date | None, on: date) -> bool:
    ends = ends_by_age(scope=scope, born=born)
    return ends is not None and on < ends


def ends_by_age(*, scope: Scope, born: date | None) -> date | None:
    """Return the birthday on which a parent's authority in that scope ends; born on 29 February, it
    is 28 February in a common year (threat 27).
    """
    if born is None:
        return None
    return add_years(born, OWN_RIGHTS_YEARS if scope is Scope.RIGHTS else OF_AGE_YEARS)


def uses_rights_alone(*, born: date, on: date) -> bool:
    """Return whether the person uses their rights without a representative: from the 15th birthday
    (C4).
    """
    return on >= add_years(born, OWN_RIGHTS_YEARS)
