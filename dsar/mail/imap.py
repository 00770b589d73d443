"""Fetching unread messages from a mailbox by IMAP: a bounded number, of bounded size, in bounded
time.

A message is marked as read only after it is kept: whatever dies in between, it is fetched again.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from dsar.errors import MailboxUnavailable
from dsar.mail.reading import MOST_BYTES

MOST_MESSAGES = 50
MOST_SECONDS = 60.0
TIMEOUT_SECONDS = 15.0
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905  # the RFC's words
_DATE = re.compile(rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})"')


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where the mailbox is, and how to come in."""

    host: str
    port: int
    tls: bool
    user: str = field(repr=False)
    password: str = field(repr=False)
    folder: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message as the server holds it."""

    data: bytes = field(repr=False)
    arrived_at: datetime | None
    """When the server got it."""
    size: int
    whole: bool
    """False where it is larger than what is taken, and only its head was."""


def fetch_unread(
    box: Mailbox,
    *,
    keep: Callable[[Fetched], None],
    most: int = MOST_MESSAGES,
    seconds: float = MOST_SECONDS,
) -> int:
    """Hand every unread message to `keep`, then mark it as read; return how many.

    Raises MailboxUnavailable; what was kept before stays kept and marked.
    """
    until, kept = monotonic() + seconds, 0
    try:
        with _connected(box) as server:
            for uid in _unread(server)[:most]:
                if monotonic() >= until:
                    break
                message = _fetch(server, uid)
                if message is None:
                    continue
                keep(message)
                _ask(server.uid("STORE", uid, "+FLAGS", r"(\Seen)"))
                kept += 1
    except (OSError, imaplib.IMAP4.error, UnicodeError) as error:
        raise MailboxUnavailable(cause=type(error).__name__, kept=kept) from None
    return kept


@contextmanager
def _connected(box: Mailbox) -> Iterator[Any]:
    server: Any
    if box.tls:
        server = imaplib.IMAP4_SSL(
            box.host,
            box.port,
            ssl_context=ssl.create_default_context(),
            timeout=TIMEOUT_SECONDS,
        )
    else:
        server = imaplib.IMAP4(box.host, box.port, timeout=TIMEOUT_SECONDS)
    try:
        server.login(box.user, box.password)
        folder = box.folder.replace("\\", "\\\\").replace('"', '\\"')
        _ask(server.select(f'"{folder}"'))
        yield server
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()
        with suppress(OSError):
            server.shutdown()


def _ask(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(kind)
    return data


def _unread(server: Any) -> list[str]:
    found = _ask(server.uid("SEARCH", None, "UNSEEN"))
    return [uid.decode() for uid in (found[0] or b"").split()]


def _fetch(server: Any, uid: str) -> Fetched | None:
    """Return a message; None where it is gone meanwhile. The server sends no more than we take."""
    facts = b" ".join(_parts(_ask(server.uid("FETCH", uid, "(RFC822.SIZE INTERNALDATE)"))))
    size = _SIZE.search(facts)
    if size is None:
        return None
    whole = int(size[1]) <= MOST_BYTES
    wanted = f"(BODY.PEEK[]<0.{MOST_BYTES}>)" if whole else "(BODY.PEEK[HEADER])"
    answer = _ask(server.uid("FETCH", uid, wanted))
    data = next((part[1] for part in answer if isinstance(part, tuple)), None)
    if not isinstance(data, bytes):
        return None
    return Fetched(data, _arrival(facts), int(size[1]), whole)


def _parts(answer: list[Any]) -> Iterator[bytes]:
    for part in answer:
        if isinstance(part, tuple):
            yield from part
        elif isinstance(part, bytes):
            yield part


def _arrival(facts: bytes) -> datetime | None:
    found = _DATE.search(facts)
    if found is None:
        return None
    day, month, year, hour, minute, second, zone = (part.decode() for part in found.groups())
    try:
        number = _MONTHS.index(month) + 1
        text = f"{year}-{number:02d}-{day.strip():0>2} {hour}:{minute}:{second}{zone}"
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S%z").astimezone(UTC)
    except ValueError:
        return None
