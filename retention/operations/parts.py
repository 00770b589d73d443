"""The replay of parts: what was erased of people whose other data is still needed
(docs/adr/0010).
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from records.access import erasure_ledger
from records.access.errors import AccessRefused
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.partial import all_parts, partial_sources
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store
from records.access.registry import SubjectContext
from records.errors import Refusal
from records.identity.models import DataSubject

_ACTOR = Actor(role=ActorRole.SYSTEM, id="system:retention", organisation="")
_WAYS = (Purpose.RIGHTS_REQUEST, Purpose.RETENTION)
"""It is the person's word that is carried out again; one whose period is over opens for retention
only.
"""

log = logging.getLogger(__name__)


def erase_marked_parts(*, after: int, now: datetime) -> int:
    """Erase again what was erased of people after the position that the restored identity store had
    applied; return how many parts were.

    What was given anew after it was erased, and before that position, stays. A contact that would
    be the last one stays, and is reported.
    """
    marks = {mark.mark: mark.position for mark in erasure_ledger.list_marks(store=Store.IDENTITY)}
    if not any(position > after for position in marks.values()):
        return 0
    erased = 0
    for subject_id in list(DataSubject.objects.order_by("pk").values_list("pk", flat=True)):
        parts = [
            code
            for code in all_parts()
            if any(
                position > after
                for position in erasure_ledger.list_rounds(
                    store=Store.IDENTITY, subject=subject_id, part=code, marks=marks
                )
            )
        ]
        if parts:
            erased += _erase(subject_id, parts, now)
    return erased


def _erase(subject_id: UUID, parts: list[str], now: datetime) -> int:
    grant = _open(subject_id, now)
    erased = 0
    for source in partial_sources():
        for part in source.parts:
            if part.code not in parts:
                continue
            try:
                with transaction.atomic():
                    changed = source.erase_columns(
                        grant, SubjectContext(subject_id), [part.code], now
                    )
                erased += bool(changed.get(part.code))
            except Refusal as refusal:
                log.error("a part stays after a restore", extra={"code": refusal.code})
    report_outcome(grant, done=True, now=now, counts={"parts": erased})
    return erased


def _open(subject_id: UUID, now: datetime) -> Grant:
    for purpose in _WAYS:
        try:
            return open_gate(
                actor=_ACTOR,
                purpose=purpose,
                subjects=[subject_id],
                categories=tuple(DataCategory),
                action=Action.ERASE,
                task="erasure-replay",
                now=now,
            )
        except AccessRefused:
            if purpose is _WAYS[-1]:
                raise
    raise AssertionError  # the last way either opens or raises
