"""The retention rules as data. Every `retention` code of the inventory is one of these (C24, X-3).

A rule without a citation of its own law cannot exceed the five years of the privacy policy (PP5b).
Changing a rule is a change of this file: two people see it, and the tests print what it means.
"""

from dataclasses import dataclass
from enum import StrEnum

POLICY_MONTHS = 60
"""PP5b: five years after the contract ended."""


class Starts(StrEnum):
    """The event from which a period runs."""

    CONTRACT_END = "contract_end"
    CONSENT_END = "consent_end"
    YEAR_END = "year_end"
    CASE_CLOSED = "case_closed"
    CREATED = "created"
    LAST_USE = "last_use"
    PAID_OUT = "paid_out"
    ROLE_END = "role_end"
    BACKUP_MADE = "backup_made"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long one kind of data is kept: `months` or `days` after `starts`, and by which clause."""

    code: str
    label: str
    starts: Starts
    citation: str
    months: int = 0
    days: int = 0
    because: str = ""
    """Why this period and not a shorter one, in a sentence."""


class RuleTooLongError(ValueError):
    """A rule without a citation keeps data for longer than the policy's five years (C24)."""


def check_rule(rule: RetentionRule) -> None:
    """Raise RuleTooLongError where a rule exceeds five years without citing its law (C24)."""
    if not rule.citation.strip() and (
        rule.months > POLICY_MONTHS or rule.days > 31 * POLICY_MONTHS
    ):
        raise RuleTooLongError(rule.code)


_RULES = (
    RetentionRule(
        code="contract",
        label="Contract data: five years after the contract ended",
        starts=Starts.CONTRACT_END,
        months=POLICY_MONTHS,
        citation="PP5a, PP5b; T4.1.12, T5.1.9; OZ 346",
        because="Claims from the contract can be raised for five years.",
    ),
    RetentionRule(
        code="no_card_issued",
        label="Application without a card: five years after it was refused, withdrawn or the card "
        "destroyed",
        starts=Starts.CONTRACT_END,
        months=POLICY_MONTHS,
        citation="PP5b; T4.1.11, T4.1.12 (C9)",
        because="The contract began with the application; the data protection officer may set a "
        "shorter period.",
    ),
    RetentionRule(
        code="wallet",
        label="Wallet and its ledger: five years after the contract ended",
        starts=Starts.CONTRACT_END,
        months=POLICY_MONTHS,
        citation="PP5b; PSD2 71; C24",
        because="Claims for unauthorised payments, then the general limitation.",
    ),
    RetentionRule(
        code="accounting",
        label="Bookings without a name: ten years after the end of their year",
        starts=Starts.YEAR_END,
        months=120,
        citation="ZDDV-1 86; C24",
        because="Accounting law; such rows stand under a pseudonym whose link is destroyed.",
    ),
    RetentionRule(
        code="payout_account",
        label="Account number for a payout: thirteen months after it was paid out",
        starts=Starts.PAID_OUT,
        months=13,
        citation="PP2b, C23; PSD2 71",
        because="A payout can be disputed for thirteen months.",
    ),
    RetentionRule(
        code="consent",
        label="Consent: until it is withdrawn; then the evidence row for five years",
        starts=Starts.CONSENT_END,
        months=POLICY_MONTHS,
        citation="PP5c; GDPR 7(1) (C25)",
        because="The controller must be able to show that consent was given, and that it was "
        "withdrawn.",
    ),
    RetentionRule(
        code="access_log",
        label="Access log: two years after the end of the calendar year",
        starts=Starts.YEAR_END,
        months=24,
        citation="ZVOP-2 22",
        because="The processing log has a life of its own, at most five years with an impact "
        "assessment.",
    ),
    RetentionRule(
        code="case",
        label="Rights case: five years after it was closed",
        starts=Starts.CASE_CLOSED,
        months=POLICY_MONTHS,
        citation="GDPR 5(2), 12; ZVOP-2 14-15; PP5b",
        because="The controller must be able to show how a request was answered.",
    ),
    RetentionRule(
        code="package",
        label="Package to download: seven days after it was made",
        starts=Starts.CREATED,
        days=7,
        citation="GDPR 5(1)(e), 32",
        because="A copy of everything is kept no longer than it takes to fetch it.",
    ),
    RetentionRule(
        code="sign_in",
        label="Sign-in: codes five minutes, sessions and devices until signed out or a day unused",
        starts=Starts.LAST_USE,
        days=1,
        citation="GDPR 5(1)(e), 32",
        because="Needed only while somebody is signing in or signed in.",
    ),
    RetentionRule(
        code="job",
        label="Work list: until the work is done, at most thirty days",
        starts=Starts.CREATED,
        days=30,
        citation="GDPR 5(1)(e), 32",
        because="References are stripped as soon as a step list is finished.",
    ),
    RetentionRule(
        code="message",
        label="Message: thirty days after it was sent",
        starts=Starts.CREATED,
        days=30,
        citation="GDPR 5(1)(e); T7.5.4",
        because="Long enough to answer »I got no message«.",
    ),
    RetentionRule(
        code="restriction",
        label="Restriction of processing: with the contract data it concerns",
        starts=Starts.CONTRACT_END,
        months=POLICY_MONTHS,
        citation="GDPR 18; PP5b",
        because="A restriction lives as long as what it restricts.",
    ),
    RetentionRule(
        code="staff",
        label="Staff account: five years after the role ended",
        starts=Starts.ROLE_END,
        months=POLICY_MONTHS,
        citation="GDPR 5(2), 32; ZVOP-2 22",
        because="Entries of the access log name the account; they live up to five years.",
    ),
    RetentionRule(
        code="erasure_ledger",
        label="Erasure ledger: as long as a backup lives, and a margin of as many days",
        starts=Starts.BACKUP_MADE,
        days=70,
        citation="GDPR 5(1)(e), 17, 32",
        because="What was erased must stay erased when a backup is restored.",
    ),
)
RETENTION_RULES: dict[str, RetentionRule] = {rule.code: rule for rule in _RULES}
for _rule in _RULES:
    check_rule(_rule)


def get_rule(code: str) -> RetentionRule:
    """Return the rule with this code; raises KeyError for a code that no rule has."""
    return RETENTION_RULES[code]
