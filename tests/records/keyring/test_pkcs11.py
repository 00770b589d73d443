"""The root provider on a real token."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.exceptions import AttributeSensitive, PKCS11Error

from records.crypto.secret import new_key
from records.keyring import pkcs11 as provider
from records.keyring import token as token_module
from records.keyring.errors import ProviderUnavailable, RootMissing, WrongRoot
from records.keyring.operations import create_missing, rotate_root
from records.keyring.pkcs11 import TokenRoots
from records.keyring.queries import get_keyring
from records.keyring.token import open_token
from tests.factories import NOW
from tests.records.keyring.conftest import LABEL, PIN
from tests.records.keyring.looks import read_raw
from tests.vectors import read_vectors

pytestmark = pytest.mark.token
ROOT = Path(__file__).resolve().parents[3]
HANGS_AFTER_SECONDS = 300
"""No measure of speed: so long on the busiest machine, and something waits for ever."""
VECTORS = [vector for vector in read_vectors("aes_gcm")["opens"] if vector["plaintext"]]


@pytest.fixture
def roots(token: Path) -> Any:
    """An empty provider in the token."""
    token.parent.mkdir()
    with TokenRoots(prefix="test/") as opened:
        for label in opened.labels():
            opened.destroy(label)
        yield opened


def test_what_a_root_wraps_it_unwraps_and_no_other(roots: TokenRoots) -> None:
    key = new_key()
    roots.create("one#1")
    roots.create("other#1")

    wrapped = roots.wrap("one#1", key, b"aad")

    assert roots.unwrap("one#1", wrapped, b"aad") == key
    for label, aad in (("other#1", b"aad"), ("one#1", b"other")):
        with pytest.raises(WrongRoot):
            roots.unwrap(label, wrapped, aad)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda wrapped: wrapped[:-1],
        lambda wrapped: wrapped + b"\x00",
        lambda wrapped: wrapped[:20],
        lambda _wrapped: b"",
        lambda wrapped: b"\x02" + wrapped[1:],
        lambda wrapped: wrapped[:-1] + bytes((wrapped[-1] ^ 1,)),
    ],
    ids=["cut", "longer", "short", "empty", "format", "flipped"],
)
def test_a_spoilt_wrapped_key_does_not_open(roots: TokenRoots, spoil: Any) -> None:
    roots.create("one#1")
    wrapped = roots.wrap("one#1", new_key(), b"aad")

    with pytest.raises(WrongRoot):
        roots.unwrap("one#1", spoil(wrapped), b"aad")
    assert len(roots.unwrap("one#1", wrapped, b"aad")) == 32


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_token_does_the_published_aes_gcm(
    roots: TokenRoots, vector: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    published = roots._session.create_object(
        {
            Attribute.CLASS: ObjectClass.SECRET_KEY,
            Attribute.KEY_TYPE: KeyType.AES,
            Attribute.TOKEN: False,
            Attribute.ENCRYPT: True,
            Attribute.DECRYPT: True,
            Attribute.VALUE: bytes.fromhex(vector["key"]),
        }
    )
    monkeypatch.setitem(roots._known, "published", published)
    monkeypatch.setattr(provider, "urandom", lambda _size: bytes.fromhex(vector["iv"]))
    plaintext, aad = bytes.fromhex(vector["plaintext"]), bytes.fromhex(vector["aad"])

    wrapped = roots.wrap("published", plaintext, aad)

    assert wrapped.hex() == "01" + vector["iv"] + vector["ciphertext"] + vector["tag"]
    assert roots.unwrap("published", wrapped, aad) == plaintext


def test_a_root_does_not_leave_the_token_and_does_nothing_but_encrypt(roots: TokenRoots) -> None:
    roots.create("one#1")
    root = roots._find("one#1")

    with pytest.raises(AttributeSensitive):
        root[Attribute.VALUE]
    assert root[Attribute.SENSITIVE]
    assert root[Attribute.ALWAYS_SENSITIVE]
    assert root[Attribute.NEVER_EXTRACTABLE]
    assert not root[Attribute.EXTRACTABLE]
    for use in (Attribute.WRAP, Attribute.UNWRAP, Attribute.SIGN, Attribute.DERIVE):
        assert not root[use]
    with pytest.raises(PKCS11Error):
        root[Attribute.EXTRACTABLE] = True


def test_making_a_root_again_keeps_it(roots: TokenRoots) -> None:
    roots.create("one#1")
    wrapped = roots.wrap("one#1", new_key(), b"")
    roots._known.clear()

    roots.create("one#1")

    assert len(roots.unwrap("one#1", wrapped, b"")) == 32
    assert roots.labels() == ["one#1"]


def test_a_destroyed_root_is_gone_from_the_token(roots: TokenRoots) -> None:
    roots.create("one#1")
    wrapped = roots.wrap("one#1", new_key(), b"")

    roots.destroy("one#1")
    roots.destroy("one#1")

    assert roots.labels() == []
    with pytest.raises(RootMissing):
        roots.unwrap("one#1", wrapped, b"")
    roots.create("one#1")
    with pytest.raises(WrongRoot):
        roots.unwrap("one#1", wrapped, b"")


def test_two_installations_on_one_token_do_not_meet(roots: TokenRoots) -> None:
    roots.create("one#1")

    with TokenRoots(prefix="other/") as others:
        assert others.labels() == []
        with pytest.raises(RootMissing):
            others.wrap("one#1", new_key(), b"")


def test_two_objects_of_one_label_are_refused(roots: TokenRoots) -> None:
    for _ in range(2):
        roots._session.generate_key(KeyType.AES, 256, label="test/one#1", store=True)

    with pytest.raises(ProviderUnavailable):
        roots.wrap("one#1", new_key(), b"")

    for found in roots._session.get_objects({Attribute.LABEL: "test/one#1"}):
        found.destroy()


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("PKCS11_PIN", "0000", "PinIncorrect"),
        ("PKCS11_TOKEN", "another", "NoSuchToken"),
        ("PKCS11_MODULE", "/nowhere/module.so", "PKCS11Error"),
        ("PKCS11_PIN", None, "VARUH_PKCS11_PIN is not set"),
        ("PKCS11_MODULE", "", "VARUH_PKCS11_MODULE is not set"),
        ("PKCS11_TOKEN", "", "VARUH_PKCS11_TOKEN is not set"),
    ],
)
def test_a_token_that_does_not_open_says_why_and_opens_when_it_is_mended(
    token: Path, settings: Any, setting: str, value: Any, reason: str
) -> None:
    create_missing(now=NOW)
    right = getattr(settings, setting)
    setattr(settings, setting, value)

    with pytest.raises(ProviderUnavailable) as caught:
        rotate_root(now=NOW)

    assert caught.value.facts == {"reason": reason}
    setattr(settings, setting, right)
    assert rotate_root(now=NOW) == 2


def test_the_key_file_of_a_token_holds_no_root(token: Path) -> None:
    create_missing(now=NOW)

    assert "roots" not in read_raw()
    assert read_raw()["provider"] == "pkcs11"
    assert PIN not in token.read_text()


def test_the_session_is_closed_when_the_keys_are_loaded(token: Path) -> None:
    create_missing(now=NOW)
    get_keyring()

    # A second login would fail if the first were still there.
    with open_token() as session:
        assert session.rw


class ToldWhenBusy:
    """A lock that says when somebody has found it taken."""

    def __init__(self) -> None:
        self.busy = threading.Event()
        self._lock = threading.RLock()

    def acquire(self) -> None:
        """Take the lock, and say so before waiting for it."""
        if not self._lock.acquire(blocking=False):
            self.busy.set()
            self._lock.acquire()

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()


def test_a_thread_waits_for_the_session_of_another(
    token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_missing(now=NOW)
    lock, generations = ToldWhenBusy(), [1]
    monkeypatch.setattr(token_module, "_using", lock)
    thread = threading.Thread(target=lambda: generations.append(rotate_root(now=NOW)))
    with open_token():
        thread.start()
        assert lock.busy.wait(HANGS_AFTER_SECONDS)
        assert generations == [1]
    thread.join(HANGS_AFTER_SECONDS)

    assert generations == [1, 2]
    assert get_keyring().link_key("wallet")


def test_threads_and_forks_use_one_token_in_a_process_of_their_own(
    token: Path, settings: Any
) -> None:
    token.parent.mkdir()
    arguments = (str(token), settings.PKCS11_MODULE, LABEL, PIN)
    done = subprocess.run(
        [sys.executable, "-m", "tests.records.keyring.token_work", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANGS_AFTER_SECONDS,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
