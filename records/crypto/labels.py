"""Every domain-separation label and every cost parameter, with the reason and the bounds.

A label goes into what is authenticated or hashed, so that a value made for one use means nothing in
another. Labels are part of the frozen formats (tests/vectors): a changed meaning takes a new label,
never the old one.
"""

from typing import Final

# -- Labels
CELL: Final = b"varuh/cell/1"
"""First part of the AAD of a sealed value."""
DATA_KEY: Final = b"varuh/data-key/1"
"""First part of the AAD of a wrapped data key."""
ROOT_WRAP: Final = b"varuh/root-wrap/1"
"""First part of the AAD of a key that a root wraps in the key file."""
PSEUDONYM: Final = b"varuh/pseudonym/1"
"""First part of what a pseudonym is the HMAC of."""
BLIND_INDEX: Final = b"varuh/blind-index/1"
"""Prefix of what an index value is the HMAC of."""

# -- Formats
CELL_FORMAT: Final = 0x01
WRAP_FORMAT: Final = 0x01

# -- Sizes, in bytes
KEY_SIZE: Final = 32
"""AES-256; also the size of every HMAC and HKDF key made here."""
NONCE_SIZE: Final = 12
"""The only AES-GCM nonce size that is used as it stands (NIST SP 800-38D 5.2.1.1)."""
TAG_SIZE: Final = 16
"""The full tag; shorter ones weaken the forgery bound."""
GENERATION_SIZE: Final = 4
PSEUDONYM_SIZE: Final = 16
"""A UUID; 128 bits keep a billion people apart."""

# -- Bounds
MOST_SEALS_PER_KEY: Final = 2**32
"""Random nonces: at most 2^32 seals under one key (NIST SP 800-38D 8.3). A data key seals the
fields of one person in one store, thousands at most; a KEK wraps one key a person and generation,
and its epochs roll.
"""
MOST_GENERATIONS: Final = 2**32 - 1

# -- Padding: what a sealed value's length gives away
BUCKETS: Final = (32, 64, 128, 256)
"""Sizes of a padded value; longer ones go up in steps of the last. A name, a phone number, a date,
an IBAN and most addresses fill the first or the second bucket, so their cells tell nothing apart
but short from long.
"""

# -- Blind index
MOST_INDEX_BITS: Final = 64
"""BIGINT, signed. Fewer bits mean more candidates for a value, and less said by the index."""
LEAST_CANDIDATES: Final = 2
"""Below two candidates a truncated index names its value as a full one does (CipherSweet's lower
bound).
"""
