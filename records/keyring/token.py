"""The process's one way to the PKCS#11 token.

The module is called without its own locking (C_Initialize(NULL)), so two threads in it end in
errors or a crash, and a second login of a process fails. Hence: one session at a time behind one
lock, which every user of the token in this process takes; the module is initialised for it and
finalised after it; a fork waits until it is over, so that no child inherits a session.

SoftHSM's readers stumble over another process that makes or destroys objects (GeneralError,
NoSuchToken), so processes take turns too, by a lock beside the key file.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pkcs11
from django.conf import settings
from pkcs11.exceptions import PKCS11Error

from records.keyring.errors import ProviderUnavailable
from records.keyring.keyfile import locked

_using = threading.RLock()
_session: Any = None
_inherited = False


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the token reports into ProviderUnavailable, with the name of the report as its
    reason.
    """
    try:
        yield
    except PKCS11Error as error:
        raise ProviderUnavailable(reason=type(error).__name__) from None


@contextmanager
def open_token() -> Iterator[Any]:
    """Log in to the token of the settings and hand out the session (pkcs11.Session); close it
    afterwards.

    Waits for other threads and processes, so hold it for a moment only. Opened within itself it
    hands out the same session. Raises ProviderUnavailable.
    """
    global _session  # noqa: PLW0603  # one session a process is the point
    with _using:
        if _session is not None:
            yield _session
            return
        for name in ("PKCS11_MODULE", "PKCS11_TOKEN", "PKCS11_PIN"):
            if not getattr(settings, name):
                raise ProviderUnavailable(reason=f"VARUH_{name} is not set")
        with locked(Path(f"{settings.KEY_FILE}.token")), _initialised() as library:
            with refusing():
                token = library.get_token(token_label=settings.PKCS11_TOKEN)
                session = token.open(rw=True, user_pin=settings.PKCS11_PIN)
            _session = session
            try:
                yield session
            finally:
                _session = None
                with refusing():
                    session.close()


@contextmanager
def _initialised() -> Iterator[Any]:
    global _inherited  # noqa: PLW0603  # see above
    with refusing():
        library = pkcs11.lib(settings.PKCS11_MODULE)
        if _inherited:
            library.reinitialize()
            _inherited = False
    try:
        yield library
    finally:
        with refusing():
            library.finalize()


def _forget_session_in_child() -> None:
    global _using, _session, _inherited  # noqa: PLW0603  # see above
    # A thread that forks inside its own session brings one here: the child must not touch it.
    _inherited = _session is not None
    _session = None
    _using = threading.RLock()


def _wait_for_others() -> None:
    _using.acquire()


def _let_others_in() -> None:
    _using.release()


os.register_at_fork(
    before=_wait_for_others,
    after_in_parent=_let_others_in,
    after_in_child=_forget_session_in_child,
)
