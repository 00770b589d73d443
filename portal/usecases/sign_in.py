"""Signing a holder in by card ID or enrolled phone number and a one-time code (rules T5.1.4a;
threats 7, 9).

The answer to the browser never depends on whether anybody is enrolled: the door writes one row and
puts one message on the queue, the same for everybody. The job that follows looks for the person,
through the gate, and sends the code.
"""

import hmac
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext, override

from portal.delivery import get_channel
from portal.errors import CodeExpired, CodeWrong, NotDelivered, TooManyRequests
from portal.models import HolderAccount, SignInChallenge
from portal.sealing import index, mac, open_sealed, seal
from records.access.errors import AccessRefused, LogUnavailable
from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.cards.queries import find_card
from records.identity.errors import IdentityRefusal
from records.identity.queries import find_subject_by_phone, reveal_columns
from records.keys.errors import KeyDestroyed

log = logging.getLogger("varuh.sign_in")

CODE_DIGITS: Final = 6
CODE_LIFE: Final = timedelta(minutes=5)
MOST_TRIES: Final = 5
MOST_SENDINGS: Final = 3
KEPT: Final = timedelta(days=1)
"""A challenge is deleted after a day: until then the limits count it."""

TASKS: Final = frozenset({"sign_in", "unlock", "download", "block", "rights", "transmit"})

_ACTOR: Final = Actor(role=ActorRole.SYSTEM, id="system:sign-in", organisation="")
_TYPED, _ADDRESS, _CODE = "sign-in/typed", "sign-in/address", "sign-in/code"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` askings in `window` by one number, from one address, or (`per` None)
    altogether.
    """

    per: str | None
    most: int
    window: timedelta


LIMITS: Final = (
    Limit("typed_index", 3, timedelta(minutes=15)),
    Limit("typed_index", 10, timedelta(days=1)),
    Limit("address_index", 20, timedelta(minutes=15)),
    Limit(None, 600, timedelta(minutes=1)),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a visitor typed, in its one form. `kind` is card, phone or subject (a holder already
    signed in).
    """

    kind: str
    value: str = field(repr=False)

    def pack(self) -> bytes:
        """Return it as bytes for sealing."""
        return f"{self.kind}:{self.value}".encode()


def ask_for_code(*, typed: Typed, address: str, task: str, language: str, now: datetime) -> UUID:
    """Note that somebody asks for a code and return the challenge's id; the code is made and sent
    afterwards.

    Raises TooManyRequests, alike for known and unknown people. An earlier code for the same number
    stops working.
    """
    if task not in TASKS:
        raise ValueError(task)
    packed = typed.pack()
    marks = {
        "typed_index": index(name=_TYPED, value=packed.decode()),
        "address_index": index(name=_ADDRESS, value=address),
    }
    for limit in LIMITS:
        rows = SignInChallenge.objects.filter(created_at__gt=now - limit.window)
        if limit.per:
            rows = rows.filter(**{limit.per: marks[limit.per]})
        if rows.count() >= limit.most:
            raise TooManyRequests(minutes=max(1, int(limit.window.total_seconds() // 60)))
    with transaction.atomic(durable=True):
        SignInChallenge.objects.filter(
            typed_index=marks["typed_index"], task=task, used_at=None, expires_at__gt=now
        ).update(expires_at=now)
        challenge = SignInChallenge(
            task=task, language=language, created_at=now, expires_at=now + CODE_LIFE, **marks
        )
        challenge.typed_sealed = seal(name=_TYPED, plaintext=packed, place=str(challenge.pk))
        challenge.save(force_insert=True)
    return challenge.pk


def check_code(*, challenge_id: UUID, code: str, task: str, now: datetime) -> UUID:
    """Return the data subject to whom the code was sent; the code is used up by that.

    Raises CodeWrong (also where nothing was sent) with the tries left, CodeExpired.
    """
    live = SignInChallenge.objects.filter(
        pk=challenge_id, task=task, used_at=None, expires_at__gt=now
    )
    if not live.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        raise CodeExpired
    challenge = SignInChallenge.objects.get(pk=challenge_id)
    expected = bytes(challenge.code_mac) or secrets.token_bytes(32)
    given = _mac_of(challenge_id, "".join(sign for sign in code if sign.isdigit()))
    if not hmac.compare_digest(given, expected) or challenge.subject_id is None:
        raise CodeWrong(tries_left=MOST_TRIES - challenge.tries)
    if not live.update(used_at=now):
        raise CodeExpired
    return challenge.subject_id


def send_code(*, challenge_id: UUID, now: datetime) -> bool:
    """Look for the person behind a challenge and send the code to the enrolled contact; return
    whether it is done.

    Safe to run twice: one worker at a time holds the row, and a code that was sent is not sent
    again.
    """
    challenge = SignInChallenge.claim(
        pk=challenge_id,
        now=now,
        lease_seconds=30,
        sent_at=None,
        expires_at__gt=now,
        attempts__lt=MOST_SENDINGS,
    )
    if challenge is None:
        return False
    packed = open_sealed(name=_TYPED, cell=bytes(challenge.typed_sealed), place=str(challenge.pk))
    kind, _, value = packed.decode().partition(":")
    found = _find_contact(typed=Typed(kind, value), task=str(challenge.pk), now=now)
    held = SignInChallenge.objects.filter(pk=challenge.pk, lease_token=challenge.lease_token)
    if found is None:
        held.update(code_mac=secrets.token_bytes(32), sent_at=now, typed_sealed=b"")
        return True
    subject_id, contact = found
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    if not held.update(code_mac=_mac_of(challenge.pk, code), subject_id=subject_id):
        return False
    subject, text = _write_message(code=code, task=challenge.task, language=challenge.language)
    get_channel().send(to=contact, subject=subject, text=text, now=now)
    held.update(sent_at=now, typed_sealed=b"")
    return True


def sweep(*, now: datetime) -> int:
    """Send the codes that wait, delete the challenges of yesterday; return how many codes were
    sent. One that cannot be delivered keeps no other waiting.
    """
    SignInChallenge.objects.filter(created_at__lte=now - KEPT).delete()
    SignInChallenge.objects.filter(expires_at__lte=now).exclude(typed_sealed=b"").update(
        typed_sealed=b""
    )
    waiting = SignInChallenge.objects.filter(sent_at=None, expires_at__gt=now)
    sent = 0
    for pk in waiting.order_by("created_at").values_list("pk", flat=True)[:500]:
        with suppress(NotDelivered):
            sent += send_code(challenge_id=pk, now=now)
    return sent


def get_or_create_user(*, subject_id: UUID) -> object:
    """Return the Django user of a data subject: a random name, no password, nothing personal."""
    account = HolderAccount.objects.select_related("user").filter(subject_id=subject_id).first()
    if account:
        return account.user
    with transaction.atomic():
        user = get_user_model()(username=f"holder-{secrets.token_hex(12)}")
        user.set_unusable_password()
        user.save()
        HolderAccount.objects.create(user=user, subject_id=subject_id)
    return user


def _find_contact(*, typed: Typed, task: str, now: datetime) -> tuple[UUID, str] | None:
    """Return the subject and the enrolled contact; None for nobody, and for whom the gate no longer
    opens.
    """
    categories = {DataCategory.CONTACT, DataCategory.CARD, DataCategory.SIGN_IN}
    common = {"actor": _ACTOR, "purpose": Purpose.SIGN_IN, "task": f"sign-in:{task}", "now": now}
    try:
        if typed.kind == "subject":
            subject_id: UUID | None = UUID(typed.value)
        else:
            grant = open_gate(subjects=(), categories=categories, action=Action.SEARCH, **common)
            if typed.kind == "card":
                card = find_card(holder_id=typed.value)
                subject_id = card.subject_id if card else None
            else:
                subject_id = find_subject_by_phone(grant, typed.value)
        if subject_id is None:
            return None
        grant = open_gate(
            subjects=[subject_id],
            categories={DataCategory.CONTACT},
            action=Action.CONSULT,
            **common,
        )
        phone, email = reveal_columns(grant, [subject_id], columns=["phone", "email"])[0]
    except LogUnavailable:
        # Nobody is looked up without the log; the sweep tries again.
        raise
    except (AccessRefused, IdentityRefusal, KeyDestroyed) as refusal:
        log.info("sign-in challenge answered by nothing", extra={"code": refusal.code})
        return None
    known = [str(contact) for contact in (phone, email) if contact]
    # Where the channel reaches none of them, sending says so, and the row waits.
    reached = [contact for contact in known if get_channel().reaches(contact)] or known
    return (subject_id, reached[0]) if reached else None


def _mac_of(challenge_id: UUID, code: str) -> bytes:
    return mac(name=_CODE, message=challenge_id.bytes + code.encode())


def _write_message(*, code: str, task: str, language: str) -> tuple[str, str]:
    """Return subject and text: what the code is for, how long it works, and not to share it. No
    personal data.
    """
    with override(language):
        purposes = {
            "sign_in": gettext("to sign in"),
            "unlock": gettext("to continue where you were"),
            "download": gettext("to download your data"),
            "block": gettext("to block your card"),
            "transmit": gettext("to have your data sent to another service"),
            "rights": gettext("to show at the counter that a request is yours"),
        }
        text = gettext(
            "%(code)s is your Varuh code %(purpose)s. It works for 5 minutes. "
            "Do not share it with anybody; we never ask for it."
        ) % {"code": f"{code[:3]} {code[3:]}", "purpose": purposes[task]}
        return gettext("Your one-time code"), text
