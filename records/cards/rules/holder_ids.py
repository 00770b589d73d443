"""The holder ID: a number printed on the card, which names the card and nobody (T2.12, T4.1.9b,
T5.1.8).

Eleven random digits and a check digit by ISO 7064 MOD 11,10, which finds every wrong digit and
nearly every swap of neighbours. Random: a running number would tell when, and after whom, somebody
got a card.
"""

import secrets

from stdnum.exceptions import ValidationError as NumberInvalid
from stdnum.iso7064 import mod_11_10

from records.cards.errors import HolderIdInvalid

HOLDER_ID_DIGITS = 12
_GROUP = 4
_SEPARATORS = str.maketrans("", "", " -.\u00a0\u202f")


def make_holder_id() -> str:
    """Return a new random holder ID; whether it is unused, the database decides."""
    least = 10 ** (HOLDER_ID_DIGITS - 2)
    body = str(least + secrets.randbelow(9 * least))
    return body + str(mod_11_10.calc_check_digit(body))


def check_holder_id(holder_id: str) -> None:
    """Raise HolderIdInvalid unless the number has twelve digits and the right check digit."""
    if not (holder_id.isascii() and holder_id.isdigit() and len(holder_id) == HOLDER_ID_DIGITS):
        raise HolderIdInvalid(digits=HOLDER_ID_DIGITS)
    try:
        mod_11_10.validate(holder_id)
    except NumberInvalid:
        raise HolderIdInvalid(digits=HOLDER_ID_DIGITS) from None


def clean_holder_id(typed: str) -> str:
    """Return a holder ID as somebody types it, without spaces and dashes; raise HolderIdInvalid."""
    holder_id = typed.strip().translate(_SEPARATORS)
    check_holder_id(holder_id)
    return holder_id


def format_holder_id(holder_id: str) -> str:
    """Return the number as it is printed: in groups of four."""
    return " ".join(holder_id[start : start + _GROUP] for start in range(0, len(holder_id), _GROUP))
