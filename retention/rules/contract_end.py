"""The day on which a card's contract ends, and the last day its data is kept (docs/rules.md, date
algorithms).

T4.1.12c/d, T5.1.9b, PP5a, PP5b, C9, C10. Values in, dates out.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from records.access.purposes import CardForm
from records.legal_days import add_months

FALLBACK_MONTHS = 60
"""T4.1.12d, T5.1.9b: an end that cannot be determined otherwise."""


class Obligation(StrEnum):
    """What keeps a contract open (docs/rules.md, date algorithms, step 2)."""

    BALANCE = "balance"
    PENDING_PAYMENT = "pending_payment"
    PENDING_TOPUP = "pending_topup"
    PENDING_PAYOUT = "pending_payout"
    PENDING_SETTLEMENT = "pending_settlement"
    UNPAID_FEE = "unpaid_fee"
    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    REFUND = "refund"
    FREEZE = "freeze"
    LEGAL_HOLD = "legal_hold"
    STATUS_DISPUTE = "status_dispute"
    GUARDIAN_DISPUTE = "guardian_dispute"


HAS_KNOWN_END = frozenset(
    {
        Obligation.COMPLAINT,
        Obligation.DISPUTE,
        Obligation.FREEZE,
        Obligation.LEGAL_HOLD,
        Obligation.STATUS_DISPUTE,
        Obligation.GUARDIAN_DISPUTE,
    }
)
"""Holds and disputes: only these can have a known end, so that the end is determinable (step 4)."""


@dataclass(frozen=True, slots=True)
class ObligationFacts:
    """One obligation that is still open; `until` is its known end, for holds and disputes only."""

    kind: Obligation
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.kind not in HAS_KNOWN_END:
            raise ValueError(f"{self.kind} cannot have a known end")


@dataclass(frozen=True, slots=True)
class Settled:
    """One obligation that was fulfilled, and the day."""

    kind: Obligation
    on: date


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What decides when one card's contract ends.

    `valid_until` is the last day of validity; the other days say since when the card or account is
    cancelled, closed or destroyed, or the application refused or withdrawn. `as_of` is the day of
    the
    judgement: what lies after it has not happened yet. Without it the facts are judged as if
    nothing more happened to
    them.
    """

    form: CardForm = CardForm.PHYSICAL
    valid_until: date | None = None
    cancelled_on: date | None = None
    closed_on: date | None = None
    destroyed_on: date | None = None
    refused_on: date | None = None
    withdrawn_on: date | None = None
    open: tuple[ObligationFacts, ...] = ()
    settled: tuple[Settled, ...] = ()
    as_of: date | None = None

    @property
    def unusable_on(self) -> date | None:
        """The first day after which the card is not usable (step 1), None while nothing ends it."""
        ends = (
            self.valid_until,
            self.cancelled_on,
            self.closed_on,
            self.destroyed_on,
            self.refused_on,
            self.withdrawn_on,
        )
        return min((day for day in ends if day is not None), default=None)

    @property
    def fallback_from(self) -> date | None:
        """The day from which the 60 months run: end of validity, or closure if virtual (step 4)."""
        if self.form is CardForm.VIRTUAL and self.closed_on is not None:
            return self.closed_on
        return self.unusable_on


@dataclass(frozen=True, slots=True)
class ContractEnd:
    """The verdict: both days are None while the contract runs or its end is not determined yet."""

    contract_end: date | None
    last_day_kept: date | None
    open: tuple[Obligation, ...]


def contract_end(facts: ContractFacts, *, kept_months: int = 60) -> ContractEnd:
    """Decide on which day the contract ends and until when its data is kept (T4.1.12c, T4.1.12d,
    T5.1.9b, PP5b).

    `kept_months` is the period of the category's rule; five years for contract data. The first day
    without the data is the one after `last_day_kept`.
    """
    facts = _as_of_its_day(facts)
    still_open = tuple(dict.fromkeys(item.kind for item in facts.open))
    unusable_on = facts.unusable_on
    end = (
        None
        if unusable_on is None or _still_usable(unusable_on, facts)
        else _end_of(facts, unusable_on)
    )
    return ContractEnd(end, add_months(end, kept_months) if end else None, still_open)


def _as_of_its_day(facts: ContractFacts) -> ContractFacts:
    """Return the facts with what is settled after the day of the judgement still open."""
    if facts.as_of is None:
        return facts
    later = tuple(item for item in facts.settled if item.on > facts.as_of)
    return replace(
        facts,
        open=facts.open + tuple(ObligationFacts(item.kind) for item in later),
        settled=tuple(item for item in facts.settled if item not in later),
    )


def _still_usable(unusable_on: date, facts: ContractFacts) -> bool:
    """Say whether the end of use is still to come; the last day of validity counts in full."""
    if facts.as_of is None:
        return False
    return unusable_on > facts.as_of or unusable_on == facts.as_of == facts.valid_until


def _end_of(facts: ContractFacts, unusable_on: date) -> date | None:
    fallback = add_months(facts.fallback_from or unusable_on, FALLBACK_MONTHS)
    if not facts.open:
        return _settled_end(facts, unusable_on, fallback)
    known_end = max((item.until for item in facts.open if item.until), default=fallback)
    if known_end > fallback and facts.as_of is None:
        return None  # determinable: wait for it
    end = max(fallback, known_end)
    return None if facts.as_of is not None and facts.as_of <= end else end


def _settled_end(facts: ContractFacts, unusable_on: date, fallback: date) -> date:
    """Return the day the last obligation was settled, not before the end of use (step 3).

    What was still open when the 60 months were over does not move the end any more, unless it was a
    hold or a dispute: their end was the determinable one.
    """
    end = unusable_on
    for item in facts.settled:
        day = item.on if item.kind in HAS_KNOWN_END else min(item.on, fallback)
        end = max(end, day)
    return end
