"""What travels between us and recipients: signed notes over HTTPS (C2SP signed-note, Ed25519).

A note is a line that says what it is, one JSON object, and the signature. The signature proves who
wrote it and that nothing was changed; TLS keeps others from reading it. Outside of loopback only
HTTPS is used.
"""

import json
import urllib.error
import urllib.request
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Mapping
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from dsar.errors import RecipientUnreachable, WireRefused
from records.crypto.checkpoints import SigningKey, verify
from records.crypto.errors import BadSignature
from records.keyring.queries import get_keyring

SIGNER: Final = "varuh-instructions"
PORTABLE_SIGNER: Final = "varuh-portable"
PORTABLE: Final = "varuh-portable/1"
PORTABLE_RECEIPT: Final = "varuh-portable-receipt/1"
PORTABLE_MOST_BYTES: Final = 8 * 1024 * 1024
INSTRUCTION: Final = "varuh-instruction/1"
ANSWER: Final = "varuh-instruction-answer/1"
MEDIA_TYPE: Final = "text/vnd.c2sp.signed-note; charset=utf-8"
TIMEOUT_SECONDS: Final = 10
MOST_BYTES: Final = 65_536
_KEY_BYTES: Final = 32


def signing_key() -> SigningKey:
    """Return the key that signs what we send; recipients keep its public half."""
    return SigningKey(get_keyring().secret("dsar/instructions"), SIGNER)


def portable_key() -> SigningKey:
    """Return the key that signs portable data and its receipts; others keep its public half."""
    return SigningKey(get_keyring().secret("dsar/portable"), PORTABLE_SIGNER)


def write_note(kind: str, content: Mapping[str, object], key: SigningKey) -> str:
    """Return the signed note of the content."""
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return key.sign(f"{kind}\n{body}\n")


def read_note(kind: str, note: str, *, name: str, public_key: bytes) -> dict[str, Any]:
    """Return the content of a note of that kind that this key signed; raise WireRefused."""
    try:
        first, _, body = verify(note, name=name, public_key=public_key).partition("\n")
        content = json.loads(body)
    except (BadSignature, ValueError):
        raise WireRefused(reason="signature") from None
    if first != kind or not isinstance(content, dict):
        raise WireRefused(reason="kind")
    return content


def read_public_key(text: str) -> bytes:
    """Return the 32 bytes of a public key in base64; raise WireRefused."""
    try:
        key = b64decode(text, validate=True)
    except (BadBase64, ValueError):
        raise WireRefused(reason="public_key") from None
    if len(key) != _KEY_BYTES:
        raise WireRefused(reason="public_key")
    return key


def post_note(url: str, note: str, *, most_bytes: int = MOST_BYTES) -> tuple[int, str]:
    """Post a note and return status and body of the answer, at most `most_bytes` of it.

    Raises RecipientUnreachable where nothing answers or the answer is an error; WireRefused for an
    address that would carry the note in the clear.
    """
    require_safe(url)
    request = urllib.request.Request(  # noqa: S310  # require_safe has looked at the scheme
        url, data=note.encode(), headers={"Content-Type": MEDIA_TYPE}, method="POST"
    )
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, answer.read(most_bytes).decode("utf-8", errors="replace")
    except urllib.error.HTTPError as error:
        error.close()
        raise RecipientUnreachable(status=error.code) from None
    except (OSError, ValueError, HTTPException) as error:
        raise RecipientUnreachable(cause=type(error).__name__) from None


def require_safe(url: str) -> None:
    """Return for HTTPS, and for HTTP to this machine; raise WireRefused for everything else."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _is_loopback(parts.hostname):
        return
    raise WireRefused(reason="address")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A recipient does not send us, with a person's data, to somebody else."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow nothing: the answer is an error then."""
