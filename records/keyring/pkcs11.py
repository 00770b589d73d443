"""The root provider on a PKCS#11 token: one AES-256 object a label, which never leaves the token.

Destroying the object makes every copy of the key file useless for what it wrapped. Wrapped keys
have the same layout as those of the key file (records.crypto.wrapping); the token does the AES-GCM.
"""

from contextlib import AbstractContextManager
from os import urandom
from types import TracebackType
from typing import Any, Final, Self

from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.exceptions import DeviceError, DeviceRemoved, PKCS11Error, SessionHandleInvalid

from records.crypto.labels import KEY_SIZE, NONCE_SIZE, TAG_SIZE, WRAP_FORMAT
from records.keyring.errors import ProviderUnavailable, RootMissing, WrongRoot
from records.keyring.token import open_token, refusing

_FORMAT: Final = bytes((WRAP_FORMAT,))
_BODY_AT: Final = 1 + NONCE_SIZE
_TEMPLATE: Final = {
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.MODIFIABLE: False,
    Attribute.WRAP: False,
    Attribute.UNWRAP: False,
    Attribute.SIGN: False,
    Attribute.VERIFY: False,
    Attribute.DERIVE: False,
}


def _gcm(nonce: bytes, aad: bytes) -> GCMParams:
    return GCMParams(nonce, aad, TAG_SIZE * 8)


class TokenRoots:
    """Roots in a token (ports.RootProvider); opened for a moment only, because others wait."""

    def __init__(self, *, prefix: str) -> None:
        self._prefix = prefix
        self._opening: AbstractContextManager[Any] | None = None
        self._session: Any = None
        self._known: dict[str, Any] = {}

    def __enter__(self) -> Self:
        """Log in to the token. Raises ProviderUnavailable."""
        self._opening = open_token()
        self._session = self._opening.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log out."""
        self._known.clear()
        self._session = None
        if self._opening is not None:
            self._opening.__exit__(kind, error, trace)

    def _find(self, label: str) -> Any:
        known = self._known.get(label)
        if known is not None:
            return known
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: self._prefix + label}
        found = list(self._session.get_objects(wanted))
        if len(found) > 1:
            raise ProviderUnavailable(reason="two objects of one label", label=label)
        if found:
            self._known[label] = found[0]
            return found[0]
        return None

    def _root(self, label: str) -> Any:
        root = self._find(label)
        if root is None:
            raise RootMissing(label=label)
        return root

    def create(self, label: str) -> None:
        """Make a random root of that label in the token. Raises ProviderUnavailable."""
        with refusing():
            if self._find(label) is None:
                self._known[label] = self._session.generate_key(
                    KeyType.AES,
                    KEY_SIZE * 8,
                    label=self._prefix + label,
                    store=True,
                    capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                    template=_TEMPLATE,
                )

    def wrap(self, label: str, key: bytes, aad: bytes) -> bytes:
        """Return the key, wrapped by the root. Raises RootMissing, ProviderUnavailable."""
        nonce = urandom(NONCE_SIZE)
        with refusing():
            sealed = self._root(label).encrypt(
                key, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, aad)
            )
        return _FORMAT + nonce + bytes(sealed)

    def unwrap(self, label: str, wrapped: bytes, aad: bytes) -> bytes:
        """Return the key. Raises RootMissing, WrongRoot, ProviderUnavailable."""
        with refusing():
            root = self._root(label)
            if wrapped[:1] != _FORMAT or len(wrapped) < _BODY_AT + TAG_SIZE:
                raise WrongRoot(label=label)
            try:
                return bytes(
                    root.decrypt(
                        wrapped[_BODY_AT:],
                        mechanism=Mechanism.AES_GCM,
                        mechanism_param=_gcm(wrapped[1:_BODY_AT], aad),
                    )
                )
            except (DeviceError, DeviceRemoved, SessionHandleInvalid):
                raise
            except PKCS11Error:
                # Tokens name a wrong tag in their own ways; SoftHSM says GeneralError.
                raise WrongRoot(label=label) from None

    def destroy(self, label: str) -> None:
        """Destroy the root in the token, and so what it wraps. Raises ProviderUnavailable."""
        with refusing():
            root = self._find(label)
            if root is not None:
                root.destroy()
                del self._known[label]

    def labels(self) -> list[str]:
        """Return the labels of the roots that are there. Raises ProviderUnavailable."""
        with refusing():
            objects = self._session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})
            labels = [one.label for one in objects]
        return sorted(
            label.removeprefix(self._prefix) for label in labels if label.startswith(self._prefix)
        )
