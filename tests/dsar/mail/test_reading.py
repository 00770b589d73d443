"""What mail programs send is read; what strangers hide in it is shown, and nothing of it acts."""

import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsar.errors import MailUnreadable
from dsar.mail.reading import MOST_BYTES, MOST_FILES, read_mail
from dsar.mail.words import join_flowed, read_html, show_hidden, show_line
from tests.dsar.mail import corpus


@pytest.mark.parametrize("name", corpus.READABLE)
def test_the_words_arrive_with_their_letters_from_every_mail_program(name: str) -> None:
    mail = read_mail(corpus.READABLE[name])

    assert corpus.WORDS in " ".join(mail.text.split())


@pytest.mark.parametrize("name", [n for n in corpus.READABLE if n != "broken headers"])
def test_sender_subject_and_days_are_read(name: str) -> None:
    mail = read_mail(corpus.READABLE[name])

    assert mail.sender == "Ana Žužek <ana.zuzek@example.org>"
    assert mail.subject == "Zahteva å Žšč"
    assert mail.received_at == datetime(2026, 11, 20, 7, 15, tzinfo=UTC)
    assert mail.written_at == datetime(2026, 11, 20, 7, 14, 12, tzinfo=UTC)


def test_outlooks_pictures_and_winmail_are_files_as_they_came() -> None:
    mail = read_mail(corpus.OUTLOOK)

    assert [(file.name, file.kind) for file in mail.files] == [
        ("image001.png", "image/png"),
        ("winmail.dat", "application/ms-tnef"),
    ]
    assert mail.files[1].data == b"\x78\x9f\x3e\x22tnef"
    assert "HTML" not in mail.text


def test_apples_text_goes_on_after_the_file_in_its_midst() -> None:
    mail = read_mail(corpus.APPLE)

    assert mail.text.endswith("Lep pozdrav")
    assert [(file.name, file.data) for file in mail.files] == [
        ("zahteva šč.pdf", corpus.PLAIN_ATTACHMENT)
    ]


def test_html_becomes_words_and_says_where_links_lead() -> None:
    text = read_mail(corpus.HTML_ONLY).text

    assert "moji strani <https://bad.example/x>" in text
    assert "[logotip]" in text
    assert "- ena\n" in text
    for gone in ("alert", "<p", "javascript", "bad.example/t", "title"):
        assert gone not in text


def test_a_message_inside_the_message_is_read_and_kept_whole() -> None:
    mail = read_mail(corpus.NESTED)

    assert "Posredujem." in mail.text
    assert "Bor <bor@example.org>" in mail.text
    assert "Izvirna zahteva" in mail.text
    assert mail.files[0].kind == "message/rfc822"
    assert b"bor@example.org" in mail.files[0].data


def test_flowed_paragraphs_are_whole_again() -> None:
    text = read_mail(corpus.FLOWED).text

    assert corpus.WORDS in text
    assert "> Citirana vrsta" in text
    assert join_flowed("a \nb", delete_space=True) == "ab"


def test_an_empty_message_says_so() -> None:
    mail = read_mail(corpus.EMPTY)

    assert mail.text == ""
    assert "no_text" in mail.problems


def test_broken_headers_keep_nobody_from_reading_the_rest() -> None:
    mail = read_mail(corpus.BROKEN_HEADERS)

    assert mail.received_at is None
    assert mail.written_at is None
    assert mail.sender


def test_what_was_hidden_is_shown_and_headers_stay_lines() -> None:
    mail = read_mail(corpus.INJECTION)

    for line in (mail.sender, mail.subject, *(file.name for file in mail.files)):
        assert "\n" not in line
        assert "\r" not in line
    assert "somebody.else@example.net" in mail.sender
    for hidden in ("\u202e", "\u2066", "\x1b", "\x00"):
        assert hidden in corpus.INJECTION.decode()
        assert hidden not in mail.text
        assert f"⟨U+{ord(hidden):04X}⟩" in mail.text
    assert "\u202e" not in mail.files[0].name


def test_archives_and_pages_are_bytes_and_stay_unopened() -> None:
    page, archive = read_mail(corpus.INJECTION).files

    assert page.data.strip() == b"<script>alert(1)</script>"
    assert "alert" not in read_mail(corpus.INJECTION).text
    assert archive.data.startswith(b"PK")


def test_the_same_message_id_of_another_sender_is_another_message() -> None:
    mine = read_mail(corpus.GMAIL)
    again = read_mail(b"X-Forwarded: yes\r\n" + corpus.GMAIL)
    other = read_mail(corpus.GMAIL.replace(b"ana.zuzek@", b"bor.zuzek@"))

    assert mine.identity == again.identity
    assert mine.identity != other.identity


@pytest.mark.parametrize(
    "data", [b"", b"no header\r\n\r\ntext", b"\x00\x01\x02: x\r\n\r\n", b"%PDF-1.7\n"]
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(MailUnreadable):
        read_mail(data)


def test_what_is_too_large_is_refused_unread() -> None:
    with pytest.raises(MailUnreadable):
        read_mail(b"From: a@example.org\r\n\r\n" + b"x" * MOST_BYTES)


def test_thousands_of_parts_and_deep_nests_are_bounded() -> None:
    part = b"--B\r\nContent-Type: application/x-a\r\nContent-Disposition: attachment\r\n\r\nx\r\n"
    many = b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n' + part * 5_000 + b"--B--\r\n"

    mail = read_mail(many)

    assert len(mail.files) <= MOST_FILES
    assert "parts_cut" in mail.problems
    assert "parts_cut" in read_mail(nest(500)).problems
    with pytest.raises(MailUnreadable):
        read_mail(nest(5_000))


def nest(depth: int) -> bytes:
    """Return a message of so many messages one in another."""
    head = b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n'
    return b"".join(head % (number, number) for number in range(depth))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(sorted(corpus.READABLE)), st.integers(0, 10_000))
def test_no_damage_makes_reading_fail_otherwise_than_by_name(
    noise: bytes, name: str, at: int
) -> None:
    data = corpus.READABLE[name]
    place = at % len(data)

    try:
        mail = read_mail(data[:place] + noise + data[place + len(noise) :])
    except MailUnreadable:
        return

    for line in (mail.sender, mail.subject):
        assert "\n" not in line
    assert show_hidden(mail.text) == mail.text


def test_lines_are_cut_and_spaces_between_words_stay() -> None:
    assert show_line("a" * 500) == "a" * 300
    assert read_html("<p>a&nbsp;b &lt;script&gt;") == "a b <script>"


def test_messages_in_messages_cost_the_size_of_one() -> None:
    nest = b"Subject: x\r\n\r\n" + b"a" * 2_000_000
    for _ in range(40):
        nest = b"Subject: x\r\nContent-Type: message/rfc822\r\n\r\n" + nest
    tracemalloc.start()
    try:
        mail = read_mail(b"From: a@example.org\r\n" + nest)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert [file.kind for file in mail.files] == ["message/rfc822"]
    assert peak < 20 * len(nest)
