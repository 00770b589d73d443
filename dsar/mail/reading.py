"""An e-mail as it is on the wire, read into words and files. Pure: bytes in, values out.

Mail programs break the standards in many ways; what cannot be read as it should be is read as well
as can be, and named in `problems`. Archives are never unpacked; no type that a sender claims is
believed.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from typing import Any

from dsar.errors import MailUnreadable
from dsar.mail.words import join_flowed, read_html, show_hidden, show_line

MOST_BYTES = 20 * 1024 * 1024
MOST_PARTS = 200
MOST_FILES = 50
MOST_TEXT = 50_000
"""Characters kept of the text; the rest is in the message that the sender has."""
_EARLIEST = 1990
_HEADER = re.compile(rb"^[!-9;-~]+[ \t]*:", re.MULTILINE)
_KIND = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_CUT = "…"
_FORWARDED = "-----"


@dataclass(frozen=True, slots=True)
class MailFile:
    """One attachment. Name and type are what the sender claims."""

    name: str = field(repr=False)
    kind: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What an e-mail says."""

    identity: str = field(repr=False)
    """What makes two copies one message: Message-ID and sender, or a digest of the whole."""
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    received_at: datetime | None
    """The newest stamp of a mail server on the way."""
    written_at: datetime | None
    """What the sender's clock said."""
    files: tuple[MailFile, ...] = field(repr=False)
    problems: tuple[str, ...]


def read_mail(data: bytes) -> ReadMail:
    """Read one message; raise MailUnreadable for what is no message, or is too large."""
    if len(data) > MOST_BYTES:
        raise MailUnreadable(reason="too_large")
    head = re.split(rb"\r?\n\r?\n", data.lstrip(b"\r\n"), maxsplit=1)[0]
    if b"\x00" in head or not _HEADER.search(head):
        raise MailUnreadable(reason="no_headers")
    problems: set[str] = set()
    try:
        message: Any = message_from_bytes(data.lstrip(b"\r\n"), policy=policy.default)
        return _read(message, data, problems)
    except RecursionError:
        raise MailUnreadable(reason="nested") from None


def _read(message: Message, data: bytes, problems: set[str]) -> ReadMail:
    sender = _sender(message, problems)
    number = show_line(_header(message, "Message-ID", problems), most=500)
    files: list[MailFile] = []
    text = _text(message, files, problems, budget=iter(range(MOST_PARTS)))
    text = show_hidden(text).strip()
    if len(text) > MOST_TEXT:
        text = text[:MOST_TEXT] + _CUT
        problems.add("text_cut")
    if not text:
        problems.add("no_text")
    if len(files) > MOST_FILES:
        del files[MOST_FILES:]
        problems.add("files_cut")
    if not number:
        problems.add("no_message_id")
    return ReadMail(
        identity=f"{number}\n{sender.lower()}" if number else sha256(data).hexdigest(),
        sender=sender,
        subject=show_line(_header(message, "Subject", problems)),
        text=text,
        received_at=_stamp(message, problems),
        written_at=_instant(_header(message, "Date", problems)),
        files=tuple(files),
        problems=tuple(sorted(problems)),
    )


# -- Headers


def _header(message: Message, name: str, problems: set[str]) -> str:
    """Return a header as text. The parser of the standard library stumbles over some broken ones:
    then the raw words are taken.
    """
    try:
        value = message[name]
        return "" if value is None else str(value)
    except Exception:  # noqa: BLE001  # whatever a stranger's header makes the parser raise
        problems.add("broken_header")
    raw = next((str(v) for key, v in message.raw_items() if key.lower() == name.lower()), "")
    try:
        return str(make_header(decode_header(raw)))
    except Exception:  # noqa: BLE001  # and what it makes the older decoder raise
        return raw


def _sender(message: Message, problems: set[str]) -> str:
    """Return who wrote, name and address; a reply address that differs is named as well."""
    found = show_line(_header(message, "From", problems))
    reply = show_line(_header(message, "Reply-To", problems))
    addresses = {address.lower() for _, address in getaddresses([found])}
    others = [a for _, a in getaddresses([reply]) if a and a.lower() not in addresses]
    if not found:
        problems.add("no_sender")
    return f"{found} → {', '.join(others)}" if others else found


def _stamp(message: Message, problems: set[str]) -> datetime | None:
    """Return when the last server on the way had the message: the topmost Received header."""
    top = _header(message, "Received", problems)
    return _instant(top.rpartition(";")[2]) if ";" in top else None


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(" ".join(text.split()))
    except Exception:  # noqa: BLE001  # the parser raises whatever a broken date leads it to
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        found = found.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return found if found.year >= _EARLIEST else None


# -- The body: texts are joined, of alternatives the plainest is taken, the rest are files


def _text(
    part: Message, files: list[MailFile] | None, problems: set[str], *, budget: Iterator[int]
) -> str:
    """Return the words of a part, and add its files; None where they are in a whole already."""
    if next(budget, None) is None:
        problems.add("parts_cut")
        return ""
    kind = part.get_content_type()
    if kind == "message/rfc822" or (part.is_multipart() and kind.startswith("message/")):
        return _forwarded(part, files, problems, budget)
    if part.is_multipart():
        children = [one for one in _children(part) if isinstance(one, Message)]
        if kind == "multipart/alternative":
            return _plainest(children, files, problems, budget)
        texts = [_text(child, files, problems, budget=budget) for child in children]
        return "\n\n".join(text for text in texts if text.strip())
    if kind in {"text/plain", "text/html"} and not _is_file(part):
        return _words(part, kind, problems)
    _add_file(part, files, problems)
    return ""


def _children(part: Message) -> list[Any]:
    found = part.get_payload()
    return found if isinstance(found, list) else []


def _plainest(
    children: list[Message], files: list[MailFile] | None, problems: set[str], budget: Iterator[int]
) -> str:
    """Return the plain text of several forms of the same, another's where it is empty."""
    plain = [c for c in children if c.get_content_type() == "text/plain"]
    rest = [c for c in children if c.get_content_type() != "text/plain"]
    text = ""
    for child in (*plain, *rest):
        found = _text(child, files, problems, budget=budget)
        text = text if text.strip() else found
    return text


def _forwarded(
    part: Message, files: list[MailFile] | None, problems: set[str], budget: Iterator[int]
) -> str:
    """Return the text of a message inside the message, and keep it whole as a file."""
    inner = next((one for one in _children(part) if isinstance(one, Message)), None)
    if inner is None:
        _add_file(part, files, problems)
        return ""
    title = show_line(_header(inner, "Subject", problems))
    if files is not None:
        # Once for a nest of messages: each of a hundred would hold all that are in it.
        whole = _safely(inner.as_bytes, b"", problems)
        files.append(MailFile(title or "message", "message/rfc822", whole))
    text = _text(inner, None, problems, budget=budget)
    said = [
        _FORWARDED,
        show_line(_header(inner, "From", problems)),
        show_line(_header(inner, "Date", problems)),
        title,
        "",
        text.strip(),
        _FORWARDED,
    ]
    return "\n".join(said)


def _is_file(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except Exception:  # noqa: BLE001  # a broken parameter: then it is shown as text
        return False


def _add_file(part: Message, files: list[MailFile] | None, problems: set[str]) -> None:
    if files is None:
        return
    name = _safely(lambda: part.get_filename() or "", "", problems)
    claimed = part.get_content_type().lower()
    files.append(
        MailFile(
            name=show_line(str(name), most=120),
            kind=claimed if _KIND.fullmatch(claimed) else "application/octet-stream",
            data=_octets(part, problems),
        )
    )


def _octets(part: Message, problems: set[str]) -> bytes:
    data = _safely(lambda: part.get_payload(decode=True), None, problems)
    if part.defects:
        problems.add("broken_part")
    return data if isinstance(data, bytes) else b""


def _safely(act: Callable[[], Any], otherwise: Any, problems: set[str]) -> Any:
    try:
        return act()
    except RecursionError:
        raise
    except Exception:  # noqa: BLE001  # a stranger's part must not keep the rest from being read
        problems.add("broken_part")
        return otherwise


def _words(part: Message, kind: str, problems: set[str]) -> str:
    text = _decode(_octets(part, problems), part, problems)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if kind == "text/html":
        return str(_safely(lambda: read_html(text), "", problems))
    if str(part.get_param("format") or "").lower() == "flowed":
        delete = str(part.get_param("delsp") or "").lower() == "yes"
        return join_flowed(text, delete_space=delete)
    return text


def _decode(data: bytes, part: Message, problems: set[str]) -> str:
    """Return the bytes as text: by the charset that is named, where it is known and fits; else
    UTF-8, else windows-1250, as our mail programs write without saying so.
    """
    named = str(_safely(part.get_content_charset, "", problems) or "").strip("\"' ")
    for charset in (named.replace("cp-", "cp"), "utf-8"):
        try:
            # Only text encodings: "zip" or "hex" would unpack.
            if charset and codecs.lookup(charset)._is_text_encoding:
                text = data.decode(charset)
                if charset != named and not data.isascii():
                    problems.add("charset_guessed")
                return text
        except (LookupError, UnicodeError, ValueError):
            problems.add("charset_guessed")
    return data.decode("windows-1250", errors="replace")
