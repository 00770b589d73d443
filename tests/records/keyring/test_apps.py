"""The keyring keeps nothing in a database."""

from base64 import b64encode
from pathlib import Path

from django.apps import apps

from records.keyring.keyfile import read_key_file
from records.keyring.queries import get_keyring
from records.keyring.rules import LINK_NAMES


def test_it_has_no_table() -> None:
    assert list(apps.get_app_config("keyring").get_models()) == []


def test_no_key_stands_unwrapped_in_the_key_file(provider: str, key_file: Path) -> None:
    keyring = get_keyring()
    keys = [keyring.link_key(name) for name in LINK_NAMES]
    keys += [keyring.ledger_key(), keyring.log_link_key(2026), *keyring._keys.values()]
    data = key_file.read_bytes()
    wrapped = read_key_file(key_file)[0].keys

    assert b64encode(wrapped["ledger"].wrapped) in data
    for key in keys:
        assert b64encode(key) not in data
        assert bytes(key).hex().encode() not in data
        assert bytes(key) not in data
