"""`manage.py rotate_root`, the command."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from records.keyring.operations import rotate_root
from records.keyring.queries import forget_keyring, get_keyring
from tests.factories import NOW
from tests.records.keyring.looks import lasting_keys, read_raw, root_labels, wrapped_labels
from tests.records.keyring.processes import killed_after


def _rotate(**options: int) -> str:
    out = StringIO()
    call_command("rotate_root", stdout=out, skip_checks=True, **options)
    return out.getvalue()


def test_it_rotates_and_says_what_to_do_next(provider: str) -> None:
    before = lasting_keys(get_keyring())

    told = _rotate(verbosity=0)

    assert "generation 2" in told
    assert "escrow" in told
    assert lasting_keys(get_keyring()) == before
    assert root_labels() == wrapped_labels()


def test_it_shows_its_progress(provider: str, capsys: pytest.CaptureFixture[str]) -> None:
    _rotate()

    shown = capsys.readouterr().err
    total = len(root_labels())
    assert "Rotating roots" in shown
    assert f"{total}/{total}" in shown


def test_it_finishes_what_was_killed(provider: str) -> None:
    before = lasting_keys(get_keyring())
    assert killed_after(20, lambda: rotate_root(now=NOW))
    forget_keyring()
    assert read_raw()["rotating_to"] == 2

    _rotate(verbosity=0)

    assert (read_raw()["generation"], read_raw()["rotating_to"]) == (2, None)
    assert lasting_keys(get_keyring()) == before
    assert root_labels() == wrapped_labels()


def test_without_a_key_file_it_says_so(key_file: Path) -> None:
    key_file.parent.mkdir()

    with pytest.raises(CommandError, match=r"keyring\.missing"):
        _rotate(verbosity=0)
