"""Which text applied on a day, what a person accepted, whether consent stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max

from consent.errors import ConsentMissing, NoticeMissing
from consent.models import Acceptance, ConsentEvent, NoticeVersion
from consent.rules import (
    CONTRACT_KINDS,
    EventKind,
    Line,
    NoticeKind,
    is_consent_purpose,
    stands_at,
)
from records.access.errors import AccessRefused
from records.access.purposes import Action, Purpose
from records.crypto.pseudonyms import pseudonym
from records.identity.models import Controller
from records.keyring.queries import get_keyring
from records.legal_days import legal_day


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What a person's contract names: the issuers, and the versions of a day (T1.1)."""

    issuers: tuple[str, ...]
    accepted: dict[NoticeKind, int]
    """The version of each text that was accepted, expressly or by silence."""
    applied: dict[NoticeKind, int]
    """The version of each text that was in force on the day asked for."""


@dataclass(frozen=True, slots=True)
class ConsentState:
    """One switch of a person's page of consents (H17)."""

    purpose: Purpose
    stands: bool
    since: datetime | None
    """When it was last given or withdrawn; None where nothing was ever said."""
    version: int | None
    """The version of the wording to which the last word was said."""


def issuers() -> tuple[str, ...]:
    """Return the codes of the issuers: both municipalities, or as many as there are (T2.7, K12)."""
    return tuple(Controller.objects.order_by("code").values_list("code", flat=True))


def find_notice_on(*, kind: NoticeKind, language: str, day: date) -> NoticeVersion | None:
    """Return the version in force on a day (T2.16-2.18), None before the first."""
    return (
        NoticeVersion.objects.filter(kind=kind, language=language, effective_on__lte=day)
        .order_by("-effective_on", "-version")
        .first()
    )


def get_notice_on(*, kind: NoticeKind, language: str, day: date) -> NoticeVersion:
    """Return the version in force on a day (T2.16-2.18); raises NoticeMissing."""
    found = find_notice_on(kind=kind, language=language, day=day)
    if found is None:
        raise NoticeMissing(kind=kind.value, language=language, day=day)
    return found


def list_contract_notices(*, language: str, day: date) -> list[NoticeVersion]:
    """Return the texts of the contract that apply on a day: terms, privacy policy, price list."""
    return [get_notice_on(kind=kind, language=language, day=day) for kind in CONTRACT_KINDS]


def get_contract_terms(*, subject_id: UUID, day: date) -> ContractTerms:
    """Return the issuers and the versions that a person's contract names (T1.1, T2.16-2.18)."""
    rows = Acceptance.objects.filter(subject_id=subject_id).order_by("accepted_at")
    accepted: dict[NoticeKind, int] = {}
    parties: tuple[str, ...] = ()
    for kind, version, codes in rows.values_list("notice__kind", "notice__version", "issuers"):
        accepted[NoticeKind(kind)] = version
        parties = parties or tuple(codes.split(","))
    in_force = (
        NoticeVersion.objects.filter(effective_on__lte=day)
        .values("kind")
        .annotate(newest=Max("version"))
        .values_list("kind", "newest")
    )
    applied = {NoticeKind(kind): newest for kind, newest in in_force}
    return ContractTerms(issuers=parties, accepted=accepted, applied=applied)


def evidence_ref(subject_id: UUID) -> UUID:
    """Return the pseudonym under which a person stands in the consent ledger (C25)."""
    return pseudonym(get_keyring().secret("consent"), subject_id.bytes)


def count_standing(subject_id: UUID) -> int:
    """Return how many consents of the person stand: an odd last number gives (GDPR 7(1))."""
    last = (
        ConsentEvent.objects.filter(evidence_ref=evidence_ref(subject_id))
        .values("purpose")
        .annotate(last=Max("number"))
    )
    return sum(row["last"] % 2 == 1 for row in last)


def list_lines(*, subject_id: UUID, purpose: Purpose) -> list[ConsentEvent]:
    """Return the ledger's lines about one person and purpose, oldest first."""
    ref = evidence_ref(subject_id)
    return list(
        ConsentEvent.objects.filter(evidence_ref=ref, purpose=purpose)
        .select_related("notice")
        .order_by("number")
    )


def as_lines(events: Sequence[ConsentEvent]) -> list[Line]:
    """Return the events as the rules read them."""
    return [Line(event.number, EventKind(event.kind), event.at) for event in events]


def consent_stands(*, subject_id: UUID, purpose: Purpose, at: datetime) -> bool:
    """Say from the ledger alone whether consent for a purpose stood at any time (GDPR 7(1))."""
    return stands_at(as_lines(list_lines(subject_id=subject_id, purpose=purpose)), at)


def list_consents(*, subject_id: UUID, now: datetime) -> list[ConsentState]:
    """Return one switch per purpose that rests on consent (H17); off by default."""
    states = []
    for purpose in Purpose:
        if not is_consent_purpose(purpose):
            continue
        events = list_lines(subject_id=subject_id, purpose=purpose)
        last = events[-1] if events else None
        states.append(
            ConsentState(
                purpose=purpose,
                stands=stands_at(as_lines(events), now),
                since=last.at if last else None,
                version=last.notice.version if last else None,
            )
        )
    return states


def refuse_without_consent(
    purpose: Purpose, action: Action, subjects: Sequence[UUID], now: datetime
) -> AccessRefused | None:
    """Refuse a purpose that rests on consent unless everybody's consent stands now.

    The gate asks this at every opening; nothing is cached, so that a withdrawal counts at once in
    every process.
    """
    if not is_consent_purpose(purpose):
        return None
    without = _count_without(subjects, purpose, now)
    if without or not subjects:
        return ConsentMissing(purpose=purpose.value, action=action.value, people=without)
    return None


def _count_without(subjects: Collection[UUID], purpose: Purpose, now: datetime) -> int:
    refs = {evidence_ref(subject) for subject in subjects}
    events = ConsentEvent.objects.filter(evidence_ref__in=refs, purpose=purpose)
    lines: dict[UUID, list[Line]] = {}
    for ref, number, kind, at in events.values_list("evidence_ref", "number", "kind", "at"):
        lines.setdefault(ref, []).append(Line(number, EventKind(kind), at))
    return sum(not stands_at(lines.get(ref, []), now) for ref in refs)


def is_in_force(notice: NoticeVersion, now: datetime) -> bool:
    """Say whether this text is the one that applies today, in its language."""
    current = find_notice_on(
        kind=NoticeKind(notice.kind), language=notice.language, day=legal_day(now)
    )
    return current is not None and current.pk == notice.pk
