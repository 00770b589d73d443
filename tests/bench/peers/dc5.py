"""django-cryptography-5: `encrypt(TextField())`, one key for everything. No search."""

from typing import Any

from tests.bench.peers import common
from tests.bench.peers.harness import Plain


def configure(url: str) -> None:
    """Configure a Django of its own."""
    common.configure(url, CRYPTOGRAPHY_KEY="for benchmarks only, of thirty-two")


def tables() -> list[Any]:
    """Return the encrypted tables."""
    return [_person()]


def _person() -> Any:
    from django.db import models
    from django_cryptography.fields import encrypt

    if "person" not in _made:
        _made["person"] = common.define(lambda: encrypt(models.TextField()))[0]
    return _made["person"]


_made: dict[str, Any] = {}


class Sealed(Plain):
    """The same work with encrypted fields."""

    can_search = False

    def __init__(self) -> None:
        super().__init__(_person(), None)
