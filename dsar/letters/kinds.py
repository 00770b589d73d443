"""The kinds of letters, and which of them must say how to complain. Pure."""

from enum import StrEnum


class LetterKind(StrEnum):
    """What a letter says."""

    ACKNOWLEDGEMENT = "acknowledgement"
    IDENTITY_ASKED = "identity_asked"
    QUESTION = "question"
    EXTENSION = "extension"
    GRANTED = "granted"
    PARTIAL = "partial"
    REFUSED = "refused"
    RESTRICTION_PLACED = "restriction_placed"
    RESTRICTION_LIFTING = "restriction_lifting"
    ERASURE_RECEIPT = "erasure_receipt"
    ERASURE_REST = "erasure_rest"
    INSTRUCTION = "instruction"


NEGATIVE = frozenset(
    {
        LetterKind.EXTENSION,
        LetterKind.PARTIAL,
        LetterKind.REFUSED,
        LetterKind.ERASURE_RECEIPT,
    }
)
"""Never without reasons, the complaint and the court (GDPR 12(4), PP6e)."""
