"""How a message reaches a holder. The demo writes it where a visitor can read it; a channel of its
own is a class.
"""

import json
import logging
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import send_mail

from portal.errors import NotDelivered
from retention.rules import get_rule

_log = logging.getLogger("varuh.delivery")
_SHOWN = 30


class Channel(Protocol):
    """A way to hand a text to one contact."""

    def reaches(self, contact: str) -> bool:
        """Return whether the channel can hand anything to this contact."""

    def send(self, *, to: str, subject: str, text: str, now: datetime) -> None:
        """Hand the text over; raise NotDelivered where that fails."""


class DemoChannel:
    """Writes messages to the console and to files that the demonstration's page shows. The contact
    is not written.
    """

    def reaches(self, contact: str) -> bool:  # noqa: ARG002  # a Channel
        """Return True: a file takes everything."""
        return True

    def send(self, *, to: str, subject: str, text: str, now: datetime) -> None:
        """Write the message."""
        folder = Path(settings.DEMO_MESSAGES_DIR)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.json"
        content = {"at": now.isoformat(), "to": _mask(to), "subject": subject, "text": text}
        part = folder / f"{name}.part"
        part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        part.rename(folder / name)
        _log.warning("Demonstration message: %s", text)


class EmailChannel:
    """Sends by Django's mail settings. A phone number needs a channel of its own and is refused
    here.
    """

    def reaches(self, contact: str) -> bool:
        """Return whether the contact is an e-mail address."""
        return "@" in contact

    def send(self, *, to: str, subject: str, text: str, now: datetime) -> None:  # noqa: ARG002  # a Channel
        """Send the message."""
        if not self.reaches(to):
            raise NotDelivered(reason="no_channel_for_phone_numbers")
        try:
            send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [to])
        except OSError:
            raise NotDelivered(reason="mail_server") from None


def get_channel() -> Channel:
    """Return the configured channel."""
    return {"demo": DemoChannel, "email": EmailChannel}[settings.DELIVERY]()


def read_demo_messages() -> list[dict[str, Any]]:
    """Return the demonstration's last messages, newest first."""
    folder = Path(settings.DEMO_MESSAGES_DIR)
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.glob("*.json"), reverse=True)[:_SHOWN]:
        content = json.loads(path.read_text(encoding="utf-8"))
        found.append(content | {"at": datetime.fromisoformat(content["at"])})
    return found


def forget_demo_messages(*, now: datetime) -> int:
    """Delete the demonstration's messages that are over (retention rule `message`); return how
    many.
    """
    folder = Path(settings.DEMO_MESSAGES_DIR)
    life = timedelta(days=get_rule("message").days)
    gone = 0
    for path in folder.glob("*.json") if folder.is_dir() else ():
        at = json.loads(path.read_text(encoding="utf-8"))["at"]
        if datetime.fromisoformat(at) + life <= now:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _mask(contact: str) -> str:
    if "@" in contact:
        name, _, host = contact.partition("@")
        return f"{name[:1]}…@{host}"
    return f"… {contact[-3:]}"
