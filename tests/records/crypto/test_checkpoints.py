"""Signed tree heads, against the reference implementation's note."""

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.crypto.checkpoints import (
    Checkpoint,
    SigningKey,
    checkpoint_body,
    parse_checkpoint,
    verify,
)
from records.crypto.errors import BadSignature, NotACheckpoint, UnusableKey
from records.crypto.merkle import leaf_hash
from records.crypto.secret import new_key
from tests.vectors import read_vectors

NOTE = read_vectors("signed_note")
ROOT = leaf_hash(b"")
PETER = SigningKey(b64decode(NOTE["seed_base64"])[1:], NOTE["name"])
LOG = SigningKey(new_key(), "varuh-log")
BODY = checkpoint_body("varuh-log/2026", 5, ROOT)


def _verified(note: str, key: SigningKey = LOG) -> str:
    return verify(note, name=key.name, public_key=key.public_key)


def test_the_published_note_is_signed_byte_for_byte() -> None:
    assert PETER.sign(NOTE["body"]) == NOTE["body"] + "\n" + NOTE["line"]


def test_the_published_verifier_key_is_told() -> None:
    assert PETER.verifier == NOTE["verifier"]


def test_the_published_note_verifies_beside_another_signature() -> None:
    note = NOTE["body"] + "\n" + NOTE["other_line"] + NOTE["line"]

    assert _verified(note, PETER) == NOTE["body"]


def test_a_signed_tree_head_says_what_was_signed() -> None:
    assert parse_checkpoint(_verified(LOG.sign(BODY))) == Checkpoint("varuh-log/2026", 5, ROOT)


@given(size=st.integers(min_value=0, max_value=2**63), root=st.binary(min_size=32, max_size=32))
def test_any_tree_head_survives_signing_and_parsing(size: int, root: bytes) -> None:
    note = LOG.sign(checkpoint_body("varuh-log/2026", size, root))

    assert parse_checkpoint(_verified(note)) == Checkpoint("varuh-log/2026", size, root)


@given(data=st.data())
def test_a_note_with_one_changed_letter_does_not_verify(data: st.DataObject) -> None:
    note = LOG.sign(BODY)
    at = data.draw(st.integers(min_value=0, max_value=len(note) - 1))
    letter = data.draw(st.characters(codec="ascii").filter(lambda one: one != note[at]))

    with pytest.raises(BadSignature):
        _verified(note[:at] + letter + note[at + 1 :])


@pytest.mark.parametrize(
    "note",
    [
        "",
        BODY,
        BODY + "\n",
        LOG.sign(BODY).removesuffix("\n"),
        LOG.sign(BODY) + "\n",
        LOG.sign(BODY) + "not a signature\n",
        SigningKey(new_key(), "varuh-log").sign(BODY),
        SigningKey(new_key(), "other-log").sign(BODY),
    ],
    ids=["empty", "unsigned", "no line", "cut", "longer", "junk line", "other key", "other name"],
)
def test_what_this_key_did_not_sign_does_not_verify(note: str) -> None:
    with pytest.raises(BadSignature):
        _verified(note)


def test_extensions_are_kept() -> None:
    body = BODY + "first\nsecond\n"

    assert parse_checkpoint(_verified(LOG.sign(body))).extensions == ("first", "second")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "varuh-log/2026\n5\n",
        BODY.removesuffix("\n"),
        "\n5\n" + b64encode(ROOT).decode() + "\n",
        "varuh-log/2026\n05\n" + b64encode(ROOT).decode() + "\n",
        "varuh-log/2026\n-5\n" + b64encode(ROOT).decode() + "\n",
        "varuh-log/2026\nfive\n" + b64encode(ROOT).decode() + "\n",
        "varuh-log/2026\n5\n" + b64encode(ROOT[:31]).decode() + "\n",
        "varuh-log/2026\n5\nnot base64\n",
        BODY + "\nmore\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(body: str) -> None:
    with pytest.raises(NotACheckpoint):
        parse_checkpoint(body)


@pytest.mark.parametrize(
    ("origin", "size", "root"), [("", 1, ROOT), ("a\nb", 1, ROOT), ("a", -1, ROOT), ("a", 1, b"")]
)
def test_a_head_that_cannot_be_one_is_not_written(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(NotACheckpoint):
        checkpoint_body(origin, size, root)


def test_a_text_without_its_last_line_break_is_not_signed() -> None:
    with pytest.raises(BadSignature):
        LOG.sign(BODY.removesuffix("\n"))


@pytest.mark.parametrize("name", ["", "two words", "plus+sign", "line\nbreak"])
def test_a_name_that_would_break_the_note_is_refused(name: str) -> None:
    with pytest.raises(BadSignature):
        SigningKey(new_key(), name)


def test_a_seed_of_another_length_is_refused() -> None:
    with pytest.raises(UnusableKey):
        SigningKey(bytes(31), "varuh-log")
