"""Publishing texts and accepting them."""

import tomllib
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from consent.errors import AlreadyAccepted, NoticeChanged, NoticeNotInForce
from consent.models import Acceptance, NoticeVersion
from consent.queries import is_in_force, issuers
from consent.rules import Change, Channel, NoticeKind, check_effective_on, sha256_of
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, DataCategory, Purpose

TEXTS_DIR = Path(__file__).parent.parent / "texts"


@transaction.atomic(durable=True)
def publish_notice(
    *,
    kind: NoticeKind,
    version: int,
    language: str,
    text: str,
    change: Change,
    published_on: date,
    effective_on: date,
    announced_on: date | None = None,
) -> NoticeVersion:
    """Publish a version of a text, once; a change binds no sooner than the rule allows (C2, T11.5).

    Publishing the same again returns what is there. Raises NoticeTooSoon, NoticeUnannounced, and
    NoticeChanged where the version was published with another text.
    """
    digest = sha256_of(text)
    there = NoticeVersion.objects.filter(kind=kind, version=version, language=language).first()
    if there is not None:
        if there.text_sha256 != digest or there.effective_on != effective_on:
            raise NoticeChanged(kind=kind.value, version=version, language=language)
        return there
    first = not NoticeVersion.objects.filter(kind=kind).exclude(version=version).exists()
    check_effective_on(
        change=Change.FIRST if first else _not_first(change),
        published_on=published_on,
        announced_on=announced_on,
        effective_on=effective_on,
    )
    return NoticeVersion.objects.create(
        kind=kind,
        version=version,
        language=language,
        text=text,
        text_sha256=digest,
        change=change,
        published_on=published_on,
        announced_on=announced_on,
        effective_on=effective_on,
    )


def _not_first(change: Change) -> Change:
    """Return the stricter reading: what follows an earlier version is a change."""
    return Change.MATERIAL if change is Change.FIRST else change


def load_texts(*, folder: Path = TEXTS_DIR) -> int:
    """Publish the texts that come with the software, or a city's own folder; return how many there
    are.

    Safe to run twice. Raises NoticeChanged where a published text was edited instead of versioned.
    """
    entries = tomllib.loads((folder / "index.toml").read_text(encoding="utf-8"))["notice"]
    for entry in entries:
        for language in entry["languages"]:
            name = f"{entry['kind']}.{entry['version']}.{language}.md"
            publish_notice(
                kind=NoticeKind(entry["kind"]),
                version=entry["version"],
                language=language,
                text=(folder / name).read_text(encoding="utf-8"),
                change=Change(entry["change"]),
                published_on=entry["published_on"],
                effective_on=entry["effective_on"],
                announced_on=entry.get("announced_on"),
            )
    return len(entries)


def accept_notice(
    *,
    actor: Actor,
    subject_id: UUID,
    notices: Collection[NoticeVersion],
    channel: Channel,
    now: datetime,
    application_id: UUID | None = None,
) -> list[Acceptance]:
    """Record that a person expressly accepted these texts, as shown, with time and channel (T1.1,
    T5.1.4b).

    Raises NoticeNotInForce where a text is not the one of the day, AlreadyAccepted where all were
    accepted before.
    """
    for notice in notices:
        if not is_in_force(notice, now):
            raise NoticeNotInForce(kind=notice.kind, version=notice.version)
    known = set(
        Acceptance.objects.filter(
            subject_id=subject_id, notice__in=notices, deemed=False
        ).values_list("notice_id", flat=True)
    )
    fresh = [notice for notice in notices if notice.pk not in known]
    if not fresh:
        raise AlreadyAccepted(texts=len(notices))
    parties = ",".join(issuers())
    rows = [
        Acceptance(
            subject_id=subject_id,
            application_id=application_id,
            notice=notice,
            text_sha256=notice.text_sha256,
            issuers=parties,
            channel=channel,
            actor_role=actor.role,
            accepted_at=now,
        )
        for notice in fresh
    ]
    grant = open_gate(
        actor=actor,
        purpose=Purpose.CARD_APPLICATION,
        subjects=[subject_id],
        categories=[DataCategory.CONSENT],
        action=Action.COLLECT,
        task="accept-notice",
        now=now,
    )
    with transaction.atomic():
        Acceptance.objects.bulk_create(rows)
    report_outcome(grant, done=True, now=now, counts={"acceptances": len(rows)})
    return rows


def deem_accepted(
    *, actor: Actor, subject_ids: Collection[UUID], notice: NoticeVersion, now: datetime
) -> int:
    """Record that holders who did not terminate in time are deemed to agree (T1.4b); return how
    many.

    Silence is never consent, and never replaces an express acceptance. The caller names holders
    whose contract still runs. Raises NoticeNotInForce before the version takes effect.
    """
    if not is_in_force(notice, now):
        raise NoticeNotInForce(kind=notice.kind, version=notice.version)
    known = set(
        Acceptance.objects.filter(subject_id__in=subject_ids, notice=notice).values_list(
            "subject_id", flat=True
        )
    )
    silent = [subject for subject in dict.fromkeys(subject_ids) if subject not in known]
    if not silent:
        return 0
    grant = open_gate(
        actor=actor,
        purpose=Purpose.CARD_APPLICATION,
        subjects=silent,
        categories=[DataCategory.CONSENT],
        action=Action.COLLECT,
        task="deem-accepted",
        now=now,
    )
    parties = ",".join(issuers())
    with transaction.atomic():
        Acceptance.objects.bulk_create(
            Acceptance(
                subject_id=subject,
                notice=notice,
                text_sha256=notice.text_sha256,
                issuers=parties,
                deemed=True,
                channel=Channel.NONE,
                actor_role=actor.role,
                accepted_at=now,
            )
            for subject in silent
        )
    report_outcome(grant, done=True, now=now, counts={"acceptances": len(silent)})
    return len(silent)
