"""When a request was received, whatever door it came through; why an e-mail is none. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dsar.errors import BadReceiptDate, ReceiptDisproved
from dsar.rules.references import ALPHABET
from records.legal_days import legal_day, start_of_day

OLD_AFTER = timedelta(days=30)
"""Older receipts are registered all the same, but somebody must have looked at them twice."""

CODE_LENGTH = 12
_GROUP = 4


class AsideReason(StrEnum):
    """Why an e-mail is not a request."""

    NOT_A_REQUEST = "not_a_request"
    JUNK = "junk"
    DUPLICATE = "duplicate"
    ANSWERED = "answered"
    """It belongs to a request that is registered already."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The instant of receipt, and whether it is so long ago that it should be looked at twice."""

    at: datetime
    old: bool


def settle_receipt(
    *,
    day: date,
    now: datetime,
    proved_at: datetime | None = None,
    written_on: date | None = None,
) -> Receipt:
    """Return the instant of receipt for a day that staff typed (C16).

    `proved_at` is what a stamp or a mail server proves: it was there by then, so that it cannot
    have been received later. `written_on` is the day on which the sender wrote: nothing is received
    before it was written. On the proved day itself the proved instant counts, on any other the
    day's beginning. Raises BadReceiptDate for a day in the future, ReceiptDisproved.
    """
    if day > legal_day(now):
        raise BadReceiptDate(received=day.isoformat())
    if proved_at is not None and day > legal_day(proved_at):
        raise ReceiptDisproved(proved=legal_day(proved_at).isoformat(), by="later")
    if written_on is not None and day < written_on:
        raise ReceiptDisproved(proved=written_on.isoformat(), by="earlier")
    at = start_of_day(day)
    if proved_at is not None and day == legal_day(proved_at):
        at = min(proved_at, now)
    elif day == legal_day(now):
        at = now
    return Receipt(at, legal_day(now) - day > OLD_AFTER)


def make_status_code(choose: Callable[[str], str]) -> str:
    """Return a status code of characters that `choose` picks (secrets.choice): K7QM-2X4T-9RWE."""
    return write_status_code("".join(choose(ALPHABET) for _ in range(CODE_LENGTH)))


def read_status_code(text: str) -> str:
    """Return the code's letters, whatever case, spaces or dashes were typed; anything else as it
    is, to be compared and found wrong.
    """
    return "".join(letter for letter in text.upper() if letter.isalnum())[: 4 * CODE_LENGTH]


def write_status_code(letters: str) -> str:
    """Return the code in groups, as it is printed."""
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))
