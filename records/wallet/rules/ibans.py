"""Account numbers (TRR, IBAN): a wrong one must surface at the desk, not at the bank."""

from stdnum import iban as stdnum_iban
from stdnum.exceptions import ValidationError

from records.wallet.errors import InvalidIban

_SLOVENIAN_LENGTH = 19
_CHECKED_DIGITS = 13


def check_iban(text: str) -> str:
    """Return the IBAN without spaces, in capitals; raise InvalidIban where it cannot exist.

    Besides length and the international check digits (ISO 13616), a Slovenian number carries
    national ones, which python-stdnum does not look at: the last two digits complete the thirteen
    before them by ISO 7064 MOD 97-10.
    """
    try:
        number: str = stdnum_iban.validate(text)
    except ValidationError:
        raise InvalidIban(length=len(text)) from None
    if number.startswith("SI") and not _slovenian_digits_fit(number):
        raise InvalidIban(country="SI")
    return number


def last_digits(number: str) -> str:
    """Return the last four characters, which is all that a clerk sees (ux C7)."""
    return number[-4:]


def _slovenian_digits_fit(number: str) -> bool:
    account = number[4:]
    if len(number) != _SLOVENIAN_LENGTH or not account.isascii() or not account.isdigit():
        return False
    base, check = account[:_CHECKED_DIGITS], account[_CHECKED_DIGITS:]
    return 98 - int(base) * 100 % 97 == int(check)
