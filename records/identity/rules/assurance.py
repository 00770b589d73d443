"""How sure we are who somebody is, and what that is enough for (C8, T4.1.5)."""

from enum import IntEnum, StrEnum

from records.identity.errors import AssuranceTooLow


class Assurance(IntEnum):
    """How well a holder's identity has been established. Level 0 is a lawful state for life
    (T4.1.5a).
    """

    DECLARED = 0
    CONTACT_PROVEN = 1
    DOCUMENT_SEEN = 2
    EID = 3


class DocumentType(StrEnum):
    """A document that was looked at; no copy, number or image of it is ever kept (T4.1.5b)."""

    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    OTHER = "other"


class Proof(StrEnum):
    """What somebody shows who says that they are a holder."""

    CARD_PRESENTED = "card_presented"
    KNOWN_FACT = "known_fact"
    """A fact that is kept and does not stand on the card: date of birth, residence."""
    CONTACT_CODE = "contact_code"
    OLD_CONTACT_CODE = "old_contact_code"
    """A code from the contact that was enrolled before the last change."""
    DOCUMENT_MATCHES = "document_matches"
    EID = "eid"


LEAST_ASSURANCE: dict[str, Assurance] = {
    "apply": Assurance.DECLARED,
    "issue": Assurance.DECLARED,
    "block": Assurance.DECLARED,
    "sign_in": Assurance.DECLARED,
    "rights_request": Assurance.DECLARED,
    "special_status": Assurance.DOCUMENT_SEEN,
}
"""The least level for each action (C8). None but special status asks for a document (T4.1.5a,
T7.2.8b).
"""


def check_assurance(*, action: str, has: Assurance) -> None:
    """Raise AssuranceTooLow where the holder's level does not reach what the action asks for
    (C8).
    """
    needs = LEAST_ASSURANCE[action]
    if has < needs:
        raise AssuranceTooLow(action=action, has=int(has), needs=int(needs))
