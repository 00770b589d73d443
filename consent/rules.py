"""When a new text may take effect, and when consent stands. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from consent.errors import NoticeTooSoon, NoticeUnannounced
from records.access.purposes import PURPOSES, LegalBasis, Purpose
from records.legal_days import add_months

ANNOUNCED_MONTHS = 2
"""T11.5: two months from the announcement to the effect of a change (C2)."""

FAVOURABLE_DAYS = 14
"""T1.4: fourteen days are enough for a change that is purely in the holder's favour (C2)."""

EVIDENCE_MONTHS = 60
"""C25: the evidence of a consent outlives it by five years; retention rule `consent`."""


class NoticeKind(StrEnum):
    """The texts that have versions (T2.16-2.18), and the wording of the question for consent."""

    TERMS = "terms"
    PRIVACY = "privacy"
    PRICE_LIST = "price_list"
    NEWS = "news"


CONTRACT_KINDS = (NoticeKind.TERMS, NoticeKind.PRIVACY, NoticeKind.PRICE_LIST)
"""What belongs to the contract (T2.16-2.18)."""

WORDING_OF: Mapping[Purpose, NoticeKind] = {Purpose.NEWS: NoticeKind.NEWS}
"""The question that is asked for each purpose that rests on consent."""


class Change(StrEnum):
    """What a new version means for holders (C2)."""

    FIRST = "first"
    MATERIAL = "material"
    FAVOURABLE = "favourable"
    """Purely in the holder's favour."""


class Channel(StrEnum):
    """Where a person spoke: any channel counts (C16)."""

    PORTAL = "portal"
    COUNTER = "counter"
    POST = "post"
    EMAIL = "email"
    PHONE = "phone"
    NONE = "none"
    """Silence: deemed acceptance only (T1.4b)."""


class EventKind(StrEnum):
    """What a line of the consent ledger says."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


def sha256_of(text: str) -> str:
    """Return the SHA-256 of the exact text, in hexadecimal."""
    return sha256(text.encode("utf-8")).hexdigest()


def is_consent_purpose(purpose: Purpose) -> bool:
    """Say whether a purpose rests on consent (GDPR 6(1)(a))."""
    return PURPOSES[purpose].basis is LegalBasis.CONSENT


def default_effective_on(*, change: Change, published_on: date, announced_on: date | None) -> date:
    """Return the earliest day on which a new version may take effect (C2, T1.4a, T11.5).

    Raises NoticeUnannounced for a material change without a day of announcement.
    """
    if change is Change.FIRST:
        return published_on
    if change is Change.FAVOURABLE:
        return published_on + timedelta(days=FAVOURABLE_DAYS)
    if announced_on is None:
        raise NoticeUnannounced(published_on=published_on)
    return max(add_months(announced_on, ANNOUNCED_MONTHS), published_on)


def check_effective_on(
    *, change: Change, published_on: date, announced_on: date | None, effective_on: date
) -> None:
    """Raise NoticeTooSoon where a version takes effect earlier than the rule allows (C2, T11.5)."""
    earliest = default_effective_on(
        change=change, published_on=published_on, announced_on=announced_on
    )
    if effective_on < earliest:
        raise NoticeTooSoon(earliest=earliest, effective_on=effective_on)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the consent ledger about one person and purpose."""

    number: int
    kind: EventKind
    at: datetime


def stands_at(lines: Iterable[Line], at: datetime) -> bool:
    """Say from the ledger alone whether consent stood at a time; off by default."""
    before = [line for line in lines if line.at <= at]
    return bool(before) and max(before, key=lambda line: line.number).kind is EventKind.GIVEN


def evidence_due(lines: Iterable[Line], at: datetime) -> bool:
    """Say whether the evidence of a consent is over: withdrawn, and five years gone (C25)."""
    last = max(lines, key=lambda line: line.number)
    if last.kind is EventKind.GIVEN:
        return False
    return add_months(last.at.date(), EVIDENCE_MONTHS) < at.date()
