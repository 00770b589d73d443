"""django-searchable-encrypted-fields: encrypted fields, and a keyed hash beside one to search."""

from typing import Any

from tests.bench.peers import common
from tests.bench.peers.harness import Plain

KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"


def configure(url: str) -> None:
    """Configure a Django of its own."""
    common.configure(url, FIELD_ENCRYPTION_KEYS=[KEY])


def tables() -> list[Any]:
    """Return the encrypted tables."""
    return list(_tables())


def _tables() -> tuple[Any, Any]:
    from encrypted_fields import fields

    if not _made:
        searched = {
            "email_data": fields.EncryptedCharField(max_length=100),
            "email": fields.SearchField(
                hash_key=KEY, encrypted_field_name="email_data", db_index=True
            ),
        }
        _made.extend(common.define(fields.EncryptedTextField, searched))
    return _made[0], _made[1]


_made: list[Any] = []


class Sealed(Plain):
    """The same work with encrypted fields."""

    def __init__(self) -> None:
        super().__init__(*_tables())
