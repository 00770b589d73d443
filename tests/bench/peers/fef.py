"""django-fernet-encrypted-fields: `EncryptedTextField`. A filter silently finds nothing."""

from typing import Any

from tests.bench.peers import common
from tests.bench.peers.harness import Plain


def configure(url: str) -> None:
    """Configure a Django of its own."""
    common.configure(url, SALT_KEY="for benchmarks only")


def tables() -> list[Any]:
    """Return the encrypted tables."""
    return [_person()]


def _person() -> Any:
    from encrypted_fields.fields import EncryptedTextField

    if "person" not in _made:
        _made["person"] = common.define(EncryptedTextField)[0]
    return _made["person"]


_made: dict[str, Any] = {}


class Sealed(Plain):
    """The same work with encrypted fields."""

    can_search = False

    def __init__(self) -> None:
        super().__init__(_person(), None)
