"""Signed tree heads: C2SP tlog-checkpoint texts in C2SP signed notes (Ed25519).

origin\nsize\nroot in base64\n\n— name base64(key hash (4) | signature (64))\n
"""

from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from records.crypto.errors import BadSignature, NotACheckpoint, UnusableKey
from records.crypto.labels import KEY_SIZE
from records.crypto.merkle import HASH_SIZE
from records.crypto.secret import Unprintable

_ED25519 = b"\x01"
_KEY_HASH_SIZE = 4
_SIGNATURE_SIZE = 64
_DASH = "— "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a tree head says: whose log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def _check_name(name: str) -> None:
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise BadSignature(reason="name")


def key_hash(*, name: str, public_key: bytes) -> bytes:
    """Return the 4 bytes by which a signature line names its key (C2SP signed-note)."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:_KEY_HASH_SIZE]


def verifier_key(*, name: str, public_key: bytes) -> str:
    """Return the public key as people hand it on: `name+hash+base64` (C2SP signed-note)."""
    digest = key_hash(name=name, public_key=public_key).hex()
    return f"{name}+{digest}+{b64encode(_ED25519 + public_key).decode()}"


class SigningKey(Unprintable):
    """The Ed25519 key of a log, from its 32-byte seed, with the name under which it signs."""

    __slots__ = ("_key", "name", "public_key")

    def __init__(self, seed: bytes, name: str) -> None:
        if len(seed) != KEY_SIZE:
            raise UnusableKey(size=len(seed))
        _check_name(name)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name
        self.public_key = self._key.public_key().public_bytes_raw()

    @property
    def verifier(self) -> str:
        """Return the public key as people hand it on."""
        return verifier_key(name=self.name, public_key=self.public_key)

    def sign(self, body: str) -> str:
        """Return the signed note of the body, which ends with a line break."""
        if not body.endswith("\n"):
            raise BadSignature(reason="body")
        line = key_hash(name=self.name, public_key=self.public_key) + self._key.sign(body.encode())
        return f"{body}\n{_DASH}{self.name} {b64encode(line).decode()}\n"


def _signatures(lines: str) -> list[tuple[str, bytes]]:
    found = []
    for line in lines.splitlines():
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        try:
            found.append((name, b64decode(encoded, validate=True)))
        except (BadBase64, ValueError):
            raise BadSignature(reason="line") from None
        if not line.startswith(_DASH):
            raise BadSignature(reason="line")
    return found


def verify(note: str, *, name: str, public_key: bytes) -> str:
    """Return the note's body where that key signed it; raise BadSignature. Lines of other keys are
    passed over.
    """
    body, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadSignature(reason="note")
    body += "\n"
    wanted = key_hash(name=name, public_key=public_key)
    for signer, line in _signatures(lines):
        if (
            signer == name
            and line[:_KEY_HASH_SIZE] == wanted
            and len(line) == _KEY_HASH_SIZE + _SIGNATURE_SIZE
        ):
            try:
                Ed25519PublicKey.from_public_bytes(public_key).verify(
                    line[_KEY_HASH_SIZE:], body.encode()
                )
            except InvalidSignature:
                raise BadSignature(reason="signature") from None
            return body
    raise BadSignature(reason="signer")


def checkpoint_body(origin: str, size: int, root: bytes) -> str:
    """Return the text of a tree head: origin, size and root, one a line."""
    if not origin or "\n" in origin or size < 0 or len(root) != HASH_SIZE:
        raise NotACheckpoint(size=size)
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n"


def parse_checkpoint(body: str) -> Checkpoint:
    """Return what the text of a tree head says; raise NotACheckpoint."""
    lines = body.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NotACheckpoint(lines=len(lines))
    origin, size, encoded, *extensions = lines[:-1]
    try:
        root = b64decode(encoded, validate=True)
    except (BadBase64, ValueError):
        raise NotACheckpoint(lines=len(lines)) from None
    canonical_size = size.isascii() and size.isdigit() and str(int(size)) == size
    if not canonical_size or len(root) != HASH_SIZE or b64encode(root).decode() != encoded:
        raise NotACheckpoint(lines=len(lines))
    return Checkpoint(origin, int(size), root, tuple(extensions))
