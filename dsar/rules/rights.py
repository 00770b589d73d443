"""The rights, who may ask and how an answer travels; which rights follow from which legal basis.
Pure.

The table is the Data Privacy Vocabulary's mapping of legal bases to rights: nothing can be erased
or carried away that the law itself asks the controller to keep, and only what rests on a public
task or a legitimate interest can be objected to. Direct marketing always can (GDPR 21(2)).
"""

from collections.abc import Iterable
from enum import StrEnum

from records.access.purposes import LegalBasis


class Right(StrEnum):
    """What a case asks for."""

    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    ERASURE = "erasure"
    WITHDRAWAL = "withdrawal"
    """Withdrawal of consent (GDPR 7(3))."""
    HUMAN_REVIEW = "human_review"
    """A person looks again at what a rule decided (GDPR 22(3), C22)."""
    LOG_QUESTION = "log_question"
    """»I do not understand this look at my data« (H7)."""
    INTERNAL_REVIEW = "internal_review"
    """The controller looks again at its own answer (H16)."""
    SUPERVISOR = "supervisor"
    """The procedure before the Information Commissioner (GDPR 77)."""
    DECEASED = "deceased"
    """Data of somebody who has died, asked for by those the law names (ZVOP-2 9)."""


class FiledBy(StrEnum):
    """Who asks: the person, or somebody with authority for them (H4, threat 5)."""

    SELF = "self"
    GUARDIAN = "guardian"
    REPRESENTATIVE = "representative"
    HEIR = "heir"


class AnswerWay(StrEnum):
    """How the answer travels (GDPR 12(3))."""

    PORTAL = "portal"
    POST = "post"
    COUNTER = "counter"


_ALWAYS = frozenset({Right.ACCESS, Right.RECTIFICATION, Right.RESTRICTION})

RIGHTS_OF_BASIS: dict[LegalBasis, frozenset[Right]] = {
    LegalBasis.CONSENT: _ALWAYS | {Right.ERASURE, Right.PORTABILITY, Right.WITHDRAWAL},
    LegalBasis.CONTRACT: _ALWAYS | {Right.ERASURE, Right.PORTABILITY},
    LegalBasis.LEGAL_OBLIGATION: _ALWAYS,
    LegalBasis.PUBLIC_TASK: _ALWAYS | {Right.OBJECTION},
    LegalBasis.LEGITIMATE_INTEREST: _ALWAYS | {Right.ERASURE, Right.OBJECTION},
}
"""GDPR 15-18, 20, 21 and 7(3) by the basis of the processing."""


def applies(right: Right, basis: LegalBasis) -> bool:
    """Return whether the right may be used against processing on this basis; rights that do not
    depend on a basis always may.
    """
    depends = any(right in rights for rights in RIGHTS_OF_BASIS.values())
    return not depends or right in RIGHTS_OF_BASIS[basis]


def bases_with(right: Right) -> frozenset[LegalBasis]:
    """Return the bases against which the right may be used."""
    return frozenset(basis for basis in LegalBasis if applies(right, basis))


def rights_against(bases: Iterable[LegalBasis]) -> frozenset[Right]:
    """Return the rights that may be used against data kept on these bases."""
    found = [RIGHTS_OF_BASIS[basis] for basis in bases]
    return frozenset().union(*found)
