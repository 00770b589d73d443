"""The canonical encoding of a list of byte strings: each one behind its length, so that no two
lists look alike.
"""


def prefixed(part: bytes) -> bytes:
    """Return the part behind its length in 4 bytes, big-endian."""
    return len(part).to_bytes(4, "big") + part


def encode_parts(*parts: bytes) -> bytes:
    """Return the parts, each behind its length."""
    return b"".join([prefixed(part) for part in parts])
