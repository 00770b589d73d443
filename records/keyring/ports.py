"""What a root provider is."""

from types import TracebackType
from typing import Protocol, Self


class RootProvider(Protocol):
    """Holder of the root keys, one for each label, of which none ever leaves it.

    It is opened for a short piece of work and closed again: `with provider as roots`. A label is
    never used twice for two keys; `create` of one that is there, and `destroy` of one that is not,
    do nothing, so that work which was cut off can be done again.
    """

    def __enter__(self) -> Self:
        """Open the provider."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the provider."""

    def create(self, label: str) -> None:
        """Make a random root of that label."""

    def wrap(self, label: str, key: bytes, aad: bytes) -> bytes:
        """Return the key, wrapped by the root. Raises RootMissing."""

    def unwrap(self, label: str, wrapped: bytes, aad: bytes) -> bytes:
        """Return the key. Raises RootMissing, WrongRoot."""

    def destroy(self, label: str) -> None:
        """Destroy the root, and so what it wraps."""

    def labels(self) -> list[str]:
        """Return the labels of the roots that are there."""
