"""Keyed pseudonyms: what stands in one store for a thing of another."""

import hmac
from uuid import UUID

from records.crypto.encoding import encode_parts, prefixed
from records.crypto.labels import PSEUDONYM, PSEUDONYM_SIZE

_LABEL = prefixed(PSEUDONYM)


def pseudonym(key: bytes, *parts: bytes | str) -> UUID:
    """Return the first 16 bytes of HMAC-SHA256 over the length-prefixed parts, as a UUID.

    Text is taken as UTF-8. Without the key nobody gets from the parts to the pseudonym or back; two
    pseudonyms of the same parts under two keys have nothing in common.
    """
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return UUID(bytes=hmac.digest(key, _LABEL + encode_parts(*encoded), "sha256")[:PSEUDONYM_SIZE])


def pseudonym_bytes(key: bytes, part: bytes) -> bytes:
    """Return the pseudonym of one part as its 16 bytes, for many at a time."""
    return hmac.digest(key, _LABEL + prefixed(part), "sha256")[:PSEUDONYM_SIZE]
