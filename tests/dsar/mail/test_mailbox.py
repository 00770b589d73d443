"""Unread mail becomes drafts, each once, and is marked as read only when it is kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dsar.errors import MailboxUnavailable
from dsar.mail import imap
from dsar.models import MailDraft, Upload
from dsar.operations import mailbox
from dsar.operations.mailbox import fetch_mail
from records.access.errors import LogUnavailable
from tests.dsar.mail import corpus
from tests.dsar.mail.imap_server import PASSWORD, USER, Box, Server, Stored
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

ARRIVED = datetime(2026, 11, 20, 7, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _ready(keyring: Any, folders: Path) -> None:
    """Keys, and folders of the test's own."""


def point_to(settings: Any, server: Server, **changes: Any) -> None:
    settings.IMAP = {
        "host": "127.0.0.1", "port": server.port, "tls": False, "user": USER,
        "password": PASSWORD, "folder": "INBOX", **changes,
    }  # fmt: skip


def test_without_a_mailbox_nothing_is_fetched(settings: Any, now: datetime) -> None:
    settings.IMAP = None

    assert fetch_mail(now=now) is None


def test_every_unread_message_is_kept_once_with_the_servers_time(
    settings: Any, now: datetime
) -> None:
    box = Box([Stored(data) for data in corpus.READABLE.values()])
    with Server(box) as server:
        point_to(settings, server)

        assert fetch_mail(now=now) == len(corpus.READABLE)
        assert fetch_mail(now=now) == 0

    assert all(message.seen for message in box.messages)
    assert MailDraft.objects.count() == len(corpus.READABLE)
    assert set(MailDraft.objects.values_list("received_at", flat=True)) == {ARRIVED}
    assert Upload.objects.count() == 4


@pytest.mark.rule("C16")
def test_the_same_message_twice_is_one_draft(settings: Any, now: datetime) -> None:
    box = Box([Stored(corpus.GMAIL), Stored(b"X-Copy: 1\r\n" + corpus.GMAIL)])
    with Server(box) as server:
        point_to(settings, server)
        fetch_mail(now=now)

    assert MailDraft.objects.count() == 1
    assert all(message.seen for message in box.messages)


def test_what_cannot_be_kept_stays_unread(
    settings: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Box([Stored(corpus.GMAIL), Stored(corpus.MUTT)])
    keep = mailbox.keep_mail
    calls: list[int] = []

    def fail_second(**given: Any) -> MailDraft:
        calls.append(1)
        if len(calls) > 1:
            raise LogUnavailable(cause="test")
        return keep(**given)

    monkeypatch.setattr(mailbox, "keep_mail", fail_second)
    with Server(box) as server:
        point_to(settings, server)
        with pytest.raises(LogUnavailable):
            fetch_mail(now=now)
        assert [message.seen for message in box.messages] == [True, False]

        monkeypatch.undo()
        assert fetch_mail(now=now) == 1
    assert MailDraft.objects.count() == 2


@pytest.mark.parametrize("command", ["SELECT", "SEARCH", "BODY.PEEK", "STORE"])
def test_a_server_that_hangs_up_loses_nothing(settings: Any, now: datetime, command: str) -> None:
    box = Box([Stored(corpus.GMAIL)], hang_up_at=command)
    with Server(box) as server:
        point_to(settings, server)
        with pytest.raises(MailboxUnavailable):
            fetch_mail(now=now)
        assert not box.messages[0].seen

        box.hang_up_at = ""
        assert fetch_mail(now=now) == 1
    assert MailDraft.objects.count() == 1


def test_a_wrong_password_is_named_without_the_password(settings: Any, now: datetime) -> None:
    with Server(Box()) as server:
        point_to(settings, server, password="napačno")
        with pytest.raises(MailboxUnavailable) as refused:
            fetch_mail(now=now)

    assert "napačno" not in str(refused.value) + repr(refused.value)


def test_what_is_too_large_is_a_draft_of_its_head(
    settings: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MOST_BYTES", 400)
    box = Box([Stored(corpus.OUTLOOK)])
    with Server(box) as server:
        point_to(settings, server)
        assert fetch_mail(now=now) == 1

    draft = MailDraft.objects.get()
    assert "too_large" in draft.problems
    assert draft.size == len(corpus.OUTLOOK)
    assert any("HEADER" in command for command in box.commands)
    assert not any("BODY.PEEK[]" in command for command in box.commands)


def test_one_run_is_bounded_in_number_and_time(settings: Any, now: datetime) -> None:
    box = Box([Stored(b"From: a@example.org\r\nMessage-ID: <%d>\r\n\r\nx" % n) for n in range(60)])
    with Server(box) as server:
        point_to(settings, server)
        assert fetch_mail(now=now) == imap.MOST_MESSAGES
        given = imap.Mailbox(**settings.IMAP)
        assert imap.fetch_unread(given, keep=lambda _: None, seconds=0) == 0
        assert fetch_mail(now=now) == 10


def test_mail_from_the_future_counts_from_now(settings: Any, now: datetime) -> None:
    box = Box([Stored(corpus.GMAIL, date="20-Nov-2036 08:15:00 +0100")])
    with Server(box) as server:
        point_to(settings, server)
        fetch_mail(now=now)

    assert MailDraft.objects.get().received_at == now


def test_a_certificate_that_nobody_vouches_for_is_refused(
    settings: Any, now: datetime, tmp_path: Path
) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path, now))
    box = Box([Stored(corpus.GMAIL)])
    with Server(box, tls=context) as server:
        point_to(settings, server, tls=True)
        with pytest.raises(MailboxUnavailable):
            fetch_mail(now=now)

    assert box.commands == []


def test_tls_is_spoken_where_the_certificate_is_trusted(
    settings: Any, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ssl

    certificate, key = self_signed(tmp_path, now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Server(Box([Stored(corpus.GMAIL)]), tls=context) as server:
        point_to(settings, server, tls=True)

        assert fetch_mail(now=now) == 1


def self_signed(folder: Path, now: datetime) -> tuple[Path, Path]:
    """Return a certificate of 127.0.0.1 that vouches for itself, and its key."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    real = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(real - timedelta(days=1))
        .not_valid_after(real + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "mail.crt", folder / "mail.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private
