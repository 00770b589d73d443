"""From the mailbox into drafts."""

from datetime import datetime

from django.conf import settings

from dsar.errors import MailUnreadable
from dsar.mail.imap import Fetched, Mailbox, fetch_unread
from dsar.mail.reading import ReadMail, read_mail
from dsar.models import MailDraft
from dsar.operations.mail import FETCHED, UPLOADED, keep_mail
from records.access.grants import Actor
from records.access.purposes import ActorRole

_ACTOR = Actor(ActorRole.SYSTEM, "system:mailbox", "")


def fetch_mail(*, now: datetime) -> int | None:
    """Keep the unread messages of the configured mailbox as drafts; return how many, None where
    there is no mailbox. Raises MailboxUnavailable.
    """
    if settings.IMAP is None:
        return None
    return fetch_unread(Mailbox(**settings.IMAP), keep=lambda message: _keep(message, now))


def take_mail(*, actor: Actor, data: bytes, city: str, now: datetime) -> MailDraft:
    """Keep an e-mail that staff saved as a file (.eml); raise MailUnreadable."""
    return keep_mail(
        actor=actor, mail=read_mail(data), size=len(data), source=UPLOADED, city=city, now=now
    )


def _keep(message: Fetched, now: datetime) -> None:
    """Keep one message, whatever it is: what cannot be read is still a draft that somebody sees."""
    problems = () if message.whole else ("too_large",)
    try:
        mail = read_mail(message.data)
    except MailUnreadable as refusal:
        problems = (*problems, f"unreadable_{refusal.facts['reason']}")
        mail = unreadable(message.data)
    keep_mail(
        actor=_ACTOR,
        mail=mail,
        size=message.size,
        source=FETCHED,
        arrived_at=message.arrived_at,
        problems=problems,
        now=now,
    )


def unreadable(data: bytes) -> ReadMail:
    """Return a message of which only the bytes are known."""
    from hashlib import sha256

    from dsar.mail.reading import MailFile

    return ReadMail(
        identity=sha256(data).hexdigest(),
        sender="",
        subject="",
        text="",
        received_at=None,
        written_at=None,
        files=(MailFile("message.eml", "message/rfc822", data),),
        problems=(),
    )
