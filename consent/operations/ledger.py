"""Giving and withdrawing consent, and the end of its evidence."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from consent.errors import (
    ConsentDoesNotStand,
    ConsentStandsAlready,
    NotAConsentPurpose,
    NoticeNotInForce,
)
from consent.models import ConsentEvent, ErasureWindow, NoticeVersion
from consent.queries import as_lines, evidence_ref, is_in_force
from consent.rules import WORDING_OF, Channel, EventKind, evidence_due, is_consent_purpose
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose


def give_consent(
    *,
    actor: Actor,
    subject_id: UUID,
    purpose: Purpose,
    notice: NoticeVersion,
    screen: str,
    channel: Channel,
    now: datetime,
) -> ConsentEvent:
    """Append to the ledger that a person consents to a purpose, with the exact wording shown (GDPR
    7).

    Raises NotAConsentPurpose, NoticeNotInForce for another wording than today's,
    ConsentStandsAlready.
    """
    if not is_consent_purpose(purpose):
        raise NotAConsentPurpose(purpose=purpose.value)
    if notice.kind != WORDING_OF[purpose] or not is_in_force(notice, now):
        raise NoticeNotInForce(kind=notice.kind, version=notice.version)
    return _append(
        actor=actor,
        subject_id=subject_id,
        purpose=purpose,
        kind=EventKind.GIVEN,
        notice=notice,
        language=notice.language,
        screen=screen,
        channel=channel,
        now=now,
    )


def withdraw_consent(
    *,
    actor: Actor,
    subject_id: UUID,
    purpose: Purpose,
    language: str,
    screen: str,
    channel: Channel,
    now: datetime,
) -> ConsentEvent:
    """Append to the ledger that a person withdraws their consent; it counts at once (GDPR 7(3)).

    It takes no more than giving, and is not refused for any wording. Raises NotAConsentPurpose,
    ConsentDoesNotStand.
    """
    if not is_consent_purpose(purpose):
        raise NotAConsentPurpose(purpose=purpose.value)
    return _append(
        actor=actor,
        subject_id=subject_id,
        purpose=purpose,
        kind=EventKind.WITHDRAWN,
        notice=None,
        language=language,
        screen=screen,
        channel=channel,
        now=now,
    )


def _append(
    *,
    actor: Actor,
    subject_id: UUID,
    purpose: Purpose,
    kind: EventKind,
    notice: NoticeVersion | None,
    language: str,
    screen: str,
    channel: Channel,
    now: datetime,
) -> ConsentEvent:
    grant = open_gate(
        actor=actor,
        purpose=Purpose.CONSENT_ADMINISTRATION,
        subjects=[subject_id],
        categories=[DataCategory.CONSENT],
        action=Action.CHANGE,
        task=f"consent-{kind.value}",
        now=now,
    )
    ref = evidence_ref(subject_id)
    with transaction.atomic():
        last = (
            ConsentEvent.objects.select_for_update(of=("self",))
            .select_related("notice")
            .filter(evidence_ref=ref, purpose=purpose)
            .order_by("-number")
            .first()
        )
        _check_turn(last, kind, purpose)
        wording = notice or _wording_of(last, purpose)
        event = ConsentEvent.objects.create(
            evidence_ref=ref,
            purpose=purpose,
            number=last.number + 1 if last else 1,
            kind=kind,
            notice=wording,
            text_sha256=wording.text_sha256,
            language=language,
            screen=screen,
            channel=channel,
            actor_role=actor.role,
            # The ledger never goes back: a word said later counts later, whatever the clock says.
            at=max(now, last.at) if last else now,
        )
    report_outcome(grant, done=True, now=now, counts={"consents": 1})
    return event


def _check_turn(last: ConsentEvent | None, kind: EventKind, purpose: Purpose) -> None:
    stands = last is not None and last.kind == EventKind.GIVEN
    if kind is EventKind.GIVEN and stands:
        raise ConsentStandsAlready(purpose=purpose.value)
    if kind is EventKind.WITHDRAWN and not stands:
        raise ConsentDoesNotStand(purpose=purpose.value)


def _wording_of(last: ConsentEvent | None, purpose: Purpose) -> NoticeVersion:
    """Return the wording that a withdrawal answers to: the one that was given."""
    if last is None:
        raise ConsentDoesNotStand(purpose=purpose.value)
    return last.notice


def remove_evidence(*, refs: Collection[UUID]) -> int:
    """Remove the ledger's lines of these pseudonyms; return how many. Call it inside a transaction.

    The caller has decided that nothing has to be shown any more (C25).
    """
    ErasureWindow.objects.bulk_create([ErasureWindow(evidence_ref=ref) for ref in refs])
    removed, _ = ConsentEvent.objects.filter(evidence_ref__in=refs).delete()
    ErasureWindow.objects.filter(evidence_ref__in=refs).delete()
    return removed


def end_and_remove(*, subject_id: UUID, now: datetime) -> tuple[int, int]:
    """End what consent of a person still stands and remove what is no evidence any more (C25).

    For erasure: call it inside a transaction; safe to run twice. Returns how many lines went and
    how many stay.
    """
    ref = evidence_ref(subject_id)
    events = list(
        ConsentEvent.objects.select_for_update().filter(evidence_ref=ref).order_by("number")
    )
    last = {event.purpose: event for event in events}
    ended = [
        ConsentEvent(
            evidence_ref=ref,
            purpose=event.purpose,
            number=event.number + 1,
            kind=EventKind.WITHDRAWN,
            notice_id=event.notice_id,
            text_sha256=event.text_sha256,
            language=event.language,
            screen="erasure",
            channel=Channel.NONE,
            actor_role=ActorRole.SYSTEM,
            at=max(now, event.at),
        )
        for event in last.values()
        if event.kind == EventKind.GIVEN
    ]
    ConsentEvent.objects.bulk_create(ended)
    due = not ended and all(evidence_due(as_lines([event]), now) for event in last.values())
    if events and due:
        return remove_evidence(refs=[ref]), 0
    return 0, len(events) + len(ended)
