"""Handing a person's portable data to the controller they chose, directly (GDPR 20(2)).

The holder's order is a row; a sweep sends it at least once, under an id that makes a second arrival
harmless. It counts as handed over when the receiver's signed receipt is there.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from dsar.errors import (
    IdentityNotProven,
    PackageEnded,
    PackageUnknown,
    PeerUnknown,
    PortableTooLarge,
    PortableUnusable,
    WireRefused,
)
from dsar.models import Case, Package, Transmission
from dsar.operations.history import lock_case, record
from dsar.package.assembly import DATA_FILE
from dsar.peers import get_peers, get_receiver
from dsar.queries import get_case_of, is_available, list_packages, reveal_package
from dsar.rules import Event, Right
from dsar.rules.proof import ProofGap, is_fresh
from dsar.rules.transmission import Peer, Result, digest_of, pause_after
from dsar.wire import (
    PORTABLE,
    PORTABLE_MOST_BYTES,
    PORTABLE_RECEIPT,
    PORTABLE_SIGNER,
    portable_key,
    post_note,
    read_note,
    read_public_key,
    write_note,
)
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.documents.signing import read_attachments
from records.errors import Refusal
from records.identity.queries import contact_changed_on
from records.legal_days import legal_day

BATCH = 50
_HOPELESS = (PackageUnknown, PackageEnded, PeerUnknown, PortableTooLarge, PortableUnusable)
"""What no further attempt mends."""


def order_transmission(
    *, actor: Actor, subject_id: UUID, case_id: UUID, peer: str, now: datetime
) -> Transmission:
    """Note that the person wants the package of this case handed to `peer`; the door has asked for
    a fresh code. Ordered twice, it is sent once.

    Raises CaseUnknown, PeerUnknown, PackageUnknown (not a portability case), PackageEnded,
    PortableTooLarge, and IdentityNotProven where the contact changed lately: whoever signs in by
    it could be somebody else (threat 3).
    """
    receiver = get_receiver(peer)
    if is_fresh(contact_changed_on(subject_id), legal_day(now)):
        raise IdentityNotProven(case_id=case_id, missing=ProofGap.OLD_CONTACT.value)
    with transaction.atomic(durable=True):
        case = lock_case(get_case_of(subject_id=subject_id, case_id=case_id).pk)
        _newest_package(case, now)
        row, made = Transmission.objects.get_or_create(
            case=case,
            peer=receiver.code,
            sent_at=None,
            ended_at=None,
            defaults={"created_at": now, "next_attempt_at": now},
        )
        if made:
            record(case, Event.TRANSMISSION_ORDERED, actor=actor, now=now, reason=receiver.code)
    return row


def send_transmissions(*, now: datetime) -> int:
    """Send what is due; return how many receipts came. Safe to run twice and to kill anywhere."""
    open_rows: dict[str, Any] = {"sent_at": None, "ended_at": None}
    due = Transmission.objects.filter(next_attempt_at__lte=now, **open_rows)
    sent = 0
    for pk in list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH]):
        row = Transmission.claim(pk=pk, now=now, **open_rows)
        if row is not None:
            sent += _try(row, now)
    return sent


def _try(row: Transmission, now: datetime) -> bool:
    try:
        receipt = _send(row, get_receiver(row.peer), now)
    except _HOPELESS as refusal:
        _end(row, now, error=refusal.code)
        return False
    except Refusal as refusal:
        _ours(row).update(
            last_error=refusal.code,
            next_attempt_at=now + pause_after(row.attempts),
            lease_token="",
            lease_until=None,
        )
        return False
    if receipt["result"] is Result.REFUSED:
        _end(row, now, error=receipt["reason"], receipt_id=receipt["receipt"])
        return False
    return _keep_receipt(row, receipt, now)


def _send(row: Transmission, peer: Peer, now: datetime) -> dict[str, Any]:
    """Send one package; return id, result and reason of the receiver's receipt, whose signature
    and content fit.
    """
    package = _newest_package(row.case, now)
    grant = open_gate(
        actor=_system(row.case),
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[row.case.subject_id],
        categories=list(DataCategory),
        action=Action.DISCLOSE,
        task=str(row.case_id),
        now=now,
    )
    try:
        data = _reveal_portable(grant, package, now)
        digest = digest_of(data)
        content = {
            "id": str(row.pk),
            "sender": get_peers().own_code,
            "receiver": peer.code,
            "created_at": now.isoformat(),
            "data": data,
            "sha256": digest,
        }
        note = write_note(PORTABLE, content, portable_key())
        if len(note.encode()) > PORTABLE_MOST_BYTES:
            raise PortableTooLarge(most_bytes=PORTABLE_MOST_BYTES)
        url = f"{peer.url.rstrip('/')}/peers/{get_peers().own_code}/portable"
        _, answer = post_note(url, note)
    except Refusal:
        report_outcome(grant, done=False, now=now)
        raise
    # The data has left, whatever the receipt is worth.
    report_outcome(grant, done=True, now=now, counts={"transmitted": 1})
    return _read_receipt(row, peer, answer, digest)


def _reveal_portable(grant: Grant, package: Package, now: datetime) -> Any:
    if package.size > 4 * PORTABLE_MOST_BYTES:
        raise PortableTooLarge(most_bytes=PORTABLE_MOST_BYTES)
    files = read_attachments(reveal_package(grant, package.pk, now=now).data)
    try:
        return json.loads(files[DATA_FILE])
    except (KeyError, ValueError):
        raise PortableUnusable(reason=DATA_FILE) from None


def _read_receipt(row: Transmission, peer: Peer, answer: str, digest: str) -> dict[str, Any]:
    receipt = read_note(
        PORTABLE_RECEIPT,
        answer,
        name=PORTABLE_SIGNER,
        public_key=read_public_key(peer.public_key),
    )
    expected = {
        "id": str(row.pk),
        "sha256": digest,
        "sender": get_peers().own_code,
        "receiver": peer.code,
    }
    if any(receipt.get(name) != value for name, value in expected.items()):
        raise WireRefused(reason="receipt")
    try:
        return {
            "receipt": UUID(str(receipt["receipt"])),
            "result": Result(receipt["result"]),
            "reason": str(receipt.get("reason", ""))[:80],
        }
    except (KeyError, ValueError):
        raise WireRefused(reason="receipt") from None


def _keep_receipt(row: Transmission, receipt: dict[str, Any], now: datetime) -> bool:
    with transaction.atomic(durable=True):
        case = lock_case(row.case_id)
        kept = (
            _ours(row)
            .filter(sent_at=None)
            .update(
                sent_at=now,
                result=Result.KEPT.value,
                receipt_id=receipt["receipt"],
                last_error="",
                lease_token="",
                lease_until=None,
            )
        )
        if kept:
            record(case, Event.TRANSMITTED, actor=_system(case), now=now, reason=row.peer)
    return bool(kept)


def _end(row: Transmission, now: datetime, *, error: str, receipt_id: UUID | None = None) -> None:
    with transaction.atomic(durable=True):
        case = lock_case(row.case_id)
        ended = (
            _ours(row)
            .filter(sent_at=None, ended_at=None)
            .update(
                ended_at=now,
                result=Result.REFUSED.value if receipt_id else "",
                receipt_id=receipt_id,
                last_error=error,
                lease_token="",
                lease_until=None,
            )
        )
        if ended:
            record(case, Event.NOT_TRANSMITTED, actor=_system(case), now=now, reason=row.peer)


def _newest_package(case: Case, now: datetime) -> Package:
    if case.right != Right.PORTABILITY:
        raise PackageUnknown(case_id=case.pk)
    found = [one for one in list_packages(case.pk) if is_available(one, now=now)]
    if not found:
        raise PackageEnded(case_id=case.pk)
    if found[0].volumes > 1:
        raise PortableTooLarge(most_bytes=PORTABLE_MOST_BYTES)
    return found[0]


def _ours(row: Transmission) -> QuerySet[Transmission]:
    return Transmission.objects.filter(pk=row.pk)


def _system(case: Case) -> Actor:
    return Actor(ActorRole.SYSTEM, "system:transmission", case.answered_by)
