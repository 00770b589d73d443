"""Taking portable data that a person had handed to us: it becomes their application (GDPR 20(2)).

Only the person's own details are taken. Terms are never accepted for anybody, so the application
waits until the person has said what is missing.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from jsonschema import Draft202012Validator

from dsar.errors import PeerUnknown, PortableUnusable, ReceptionBusy, SentBefore, WireRefused
from dsar.models import Reception
from dsar.peers import get_peers
from dsar.queries import published_schema
from dsar.rules import Right
from dsar.rules.transmission import (
    REMEMBERED,
    Arrived,
    Peer,
    Result,
    digest_of,
    is_fresh,
    read_portable,
)
from dsar.wire import (
    PORTABLE,
    PORTABLE_RECEIPT,
    PORTABLE_SIGNER,
    portable_key,
    read_note,
    read_public_key,
    write_note,
)
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.cards.errors import CardsRefusal
from records.cards.models import Application
from records.cards.rules import Channel
from records.contracts.operations import (
    ApplicationDetails,
    ApplicationStanding,
    submit_application,
)
from records.errors import Refusal
from records.identity.errors import IdentityRefusal
from records.identity.queries import get_registration_point, list_registration_points
from records.keyring.queries import get_keyring
from records.legal_days import legal_day

_FINAL = (CardsRefusal, IdentityRefusal, PortableUnusable, SentBefore)
"""What the same data would meet again: the sender is told, and stops."""


def receive_portable(*, sender: str, note: str, now: datetime) -> str:
    """Make an application of what a configured sender signed; return our signed receipt.

    An id that came before gets the receipt that it got then. Raises WireRefused for whatever is
    not proven (sender, signature, receiver, age, digest), ReceptionBusy; and what may pass by
    itself, such as a log that cannot be written. A final refusal is a receipt as well.
    """
    peer = get_peers().peers.get(sender)
    if peer is None or not peer.sends:
        raise WireRefused(reason="sender")
    content = read_note(
        PORTABLE, note, name=PORTABLE_SIGNER, public_key=read_public_key(peer.public_key)
    )
    key, digest = _check_envelope(content, peer, now)
    try:
        row = _claim(key, peer, digest, now)
        if not row.result:
            _settle(row, peer, content["data"], now)
    except SentBefore as refusal:
        # Not a row: the content is known, and this number brings nothing new.
        row = Reception(id=key, result=Result.REFUSED.value, reason=refusal.code)
    receipt = {
        "id": str(key),
        "sender": peer.code,
        "receiver": get_peers().own_code,
        "sha256": digest,
        "receipt": str(row.receipt_id),
        "result": row.result,
        "reason": row.reason,
    }
    return write_note(PORTABLE_RECEIPT, receipt, portable_key())


def import_portable(*, content: Any, sender: str, now: datetime) -> ApplicationStanding:
    """Make an application of portable data that came as a file; `sender` is the code of the
    installation it came from, or empty.

    Raises PeerUnknown, PortableUnusable and the refusals of submit_application.
    """
    point = _default_point()
    if sender:
        peer = get_peers().peers.get(sender)
        if peer is None:
            raise PeerUnknown(peer=sender)
        point = peer.point or point
    return _submit(_read(content), point=point, sender=sender or "file", now=now)


def forget_receptions(*, now: datetime) -> int:
    """Settle what a crash left open, and forget what came thirty days ago; return how many were
    forgotten.
    """
    stale = Reception.objects.filter(result="", lease_until__lte=now)
    for row in stale.exclude(application_id=None):
        if _is_kept(row):
            _finish(row, Result.KEPT)
    return Reception.objects.filter(received_at__lte=now - REMEMBERED).delete()[0]


def _check_envelope(content: Mapping[str, Any], peer: Peer, now: datetime) -> tuple[UUID, str]:
    """Return id and digest of a note that is from that sender, for us, fresh and whole."""
    if content.get("sender") != peer.code:
        raise WireRefused(reason="sender")
    if content.get("receiver") != get_peers().own_code:
        raise WireRefused(reason="receiver")
    if not is_fresh(str(content.get("created_at", "")), now=now):
        raise WireRefused(reason="age")
    digest = digest_of(content.get("data"))
    if content.get("sha256") != digest:
        raise WireRefused(reason="sha256")
    try:
        return UUID(str(content["id"])), digest
    except (KeyError, ValueError):
        raise WireRefused(reason="id") from None


def _claim(key: UUID, peer: Peer, digest: str, now: datetime) -> Reception:
    """Return the row of this id, ours to work on or settled. Raises SentBefore, ReceptionBusy,
    WireRefused for an id under which something else came.
    """
    mark = hmac.new(get_keyring().secret("dsar/received"), digest.encode(), sha256).hexdigest()
    found = Reception.objects.filter(pk=key).first()
    if found is None:
        try:
            with transaction.atomic(durable=True):
                found = Reception.objects.create(
                    id=key, sender=peer.code, mark=mark, received_at=now
                )
        except IntegrityError:
            found = Reception.objects.filter(pk=key).first()
            if found is None:
                raise SentBefore(sender=peer.code) from None
    if (found.sender, found.mark) != (peer.code, mark):
        raise WireRefused(reason="id")
    if found.result:
        return found
    claimed = Reception.claim(pk=key, now=now, result="")
    if claimed is None:
        raise ReceptionBusy(sender=peer.code)
    return claimed


def _settle(row: Reception, peer: Peer, data: Any, now: datetime) -> None:
    """Make the application, once, and write down what became of it."""
    if _is_kept(row):
        _finish(row, Result.KEPT)
        return
    try:
        arrived = _read(data)
        _submit(
            arrived,
            point=peer.point,
            sender=peer.code,
            application_id=row.application_id,
            now=now,
        )
    except _FINAL as refusal:
        _finish(row, Result.REFUSED, refusal.code)
    except Refusal:
        row.release()
        raise
    else:
        _finish(row, Result.KEPT)


def _is_kept(row: Reception) -> bool:
    number = row.application_id
    return number is not None and Application.objects.filter(pk=number).exists()


def _finish(row: Reception, result: Result, reason: str = "") -> None:
    row.result, row.reason, row.application_id = result.value, reason, None
    row.lease_token, row.lease_until = "", None
    row.save(update_fields=["result", "reason", "application_id", "lease_token", "lease_until"])


def _read(content: Any) -> Arrived:
    """Return what an application takes of the data; raise PortableUnusable where it is not of the
    published format. The path says where; a message could quote the person.
    """
    validator = Draft202012Validator(published_schema(Right.PORTABILITY))
    error = next(validator.iter_errors(content), None)
    if error is not None:
        raise PortableUnusable(reason=f"{error.json_path} ({error.validator})"[:120])
    return read_portable(content)


def _submit(
    arrived: Arrived,
    *,
    point: str,
    sender: str,
    now: datetime,
    application_id: UUID | None = None,
) -> ApplicationStanding:
    city = get_registration_point(point).city_id
    return submit_application(
        actor=Actor(ActorRole.SYSTEM, f"system:transmission:{sender}", city),
        details=ApplicationDetails(form=arrived.form, chosen_city=city),
        person=arrived.person,
        point=point,
        received_on=legal_day(now),
        channel=Channel.PORTAL,
        application_id=application_id,
        now=now,
    )


def _default_point() -> str:
    points = list_registration_points()
    if not points:
        raise PortableUnusable(reason="register")
    return points[0].code
