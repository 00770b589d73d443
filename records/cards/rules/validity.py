"""How long a card is valid (T4.6.1, T4.6.2)."""

from datetime import date

from records.cards.errors import ValidityReasonMissing
from records.legal_days import add_years

VALIDITY_YEARS = 5


def valid_until(issued_on: date) -> date:
    """Return the last day of validity: five years after issue (T4.6.1a); from 29 February it is 28
    February.
    """
    return add_years(issued_on, VALIDITY_YEARS)


def check_validity(*, issued_on: date, until: date, reason: str) -> None:
    """Raise ValidityReasonMissing for another validity than five years without a reason, or an
    empty one (T4.6.1b).
    """
    if until < issued_on or (until != valid_until(issued_on) and not reason.strip()):
        raise ValidityReasonMissing(years=VALIDITY_YEARS)
