"""What proves that somebody may ask for something about a holder, right by right (C8, GDPR 12(6)).
Pure.

Identity is control of what was enrolled: the contact, or the card together with a fact that the
holder knows. A document says who somebody is, not whose card it is; it only adds. What merely
protects the holder asks for less than what discloses, changes or erases.
"""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from dsar.rules.rights import Right
from records.identity.rules import Assurance, Proof

FRESH_CONTACT = timedelta(days=14)
"""A contact that changed less than this before proves nothing by itself (threat 3)."""

PROTECTIVE = frozenset({Right.OBJECTION, Right.WITHDRAWAL, Right.RESTRICTION, Right.LOG_QUESTION})
"""Rights whose use by the wrong person shows nothing and loses nothing that cannot be undone."""


class Doubt(StrEnum):
    """The reasonable doubts for which more may be asked, each with what is asked (GDPR 12(6))."""

    FRESH_CONTACT = "fresh_contact"
    """Ask for a code from the contact before, or the card."""
    CONTRADICTION = "contradiction"
    """What was said contradicts what is kept: ask for the card."""
    ABUSE_REPORTED = "abuse_reported"
    """The card or phone is reported lost, stolen or abused: ask for a code from another contact."""
    OTHER_CLAIMANT = "other_claimant"
    """Two people claim to be the holder: ask both for card and code."""


class ProofGap(StrEnum):
    """What is missing; empty where nothing is."""

    NONE = ""
    CONTROL = "control"
    """Neither the enrolled contact nor the card, with a known fact, was shown."""
    FACT = "fact"
    """The card alone may have been found: one fact that the holder knows is missing."""
    OLD_CONTACT = "old_contact"
    """The contact is new: a code from the one before, or the card with a known fact, is missing."""


def is_fresh(changed_on: date | None, today: date) -> bool:
    """Return whether the enrolled contact changed too short a time ago to prove anything."""
    return changed_on is not None and today - changed_on < FRESH_CONTACT


def find_proof_gap(
    *,
    right: Right,
    relation: Assurance,
    shown: Collection[Proof],
    contact_changed_on: date | None,
    today: date,
) -> ProofGap:
    """Return what is missing before the person counts as the holder for this right (C8).

    `relation` is how well the holder's identity was established when the request was filed.
    """
    given = frozenset(shown)
    if {Proof.CARD_PRESENTED, Proof.KNOWN_FACT} <= given or Proof.OLD_CONTACT_CODE in given:
        return ProofGap.NONE
    if _by_document(relation, given):
        return ProofGap.NONE
    if Proof.CONTACT_CODE in given:
        fresh = is_fresh(contact_changed_on, today)
        return ProofGap.OLD_CONTACT if fresh and right not in PROTECTIVE else ProofGap.NONE
    if Proof.CARD_PRESENTED in given:
        return ProofGap.NONE if right in PROTECTIVE else ProofGap.FACT
    return ProofGap.CONTROL


def _by_document(relation: Assurance, given: frozenset[Proof]) -> bool:
    """Return whether a document or an electronic identity counts: only where the relation itself
    once rested on one.
    """
    if relation >= Assurance.DOCUMENT_SEEN and Proof.DOCUMENT_MATCHES in given:
        return True
    return relation >= Assurance.EID and Proof.EID in given
