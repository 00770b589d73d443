"""The commands that other people's scripts rely on."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def run(*arguments: str) -> str:
    """Return what the command prints."""
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.rule("§10")
def test_deadlines_prints_one_json_object() -> None:
    printed = run("deadlines", "--received", "2027-01-29")

    assert json.loads(printed) == {
        "received": "2027-01-29",
        "due": "2027-02-28",
        "legal_max": "2027-04-29",
        "target": "2027-02-26",
    }
    assert printed.count("\n") == 1


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "yesterday",
        "2027-02-29",
        "2027-13-01",
        "29.1.2027",
        "20270129",
        "2027-W04-5",
        "9999-12-31",
    ],
)
def test_deadlines_says_what_is_wrong_with_the_day(bad: str) -> None:
    with pytest.raises(CommandError, match="YYYY-MM-DD") as refused:
        run("deadlines", "--received", bad)

    assert repr(bad) in str(refused.value)


def test_deadlines_asks_for_the_day() -> None:
    with pytest.raises(CommandError, match="--received"):
        run("deadlines")


def test_verify_package_says_that_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run("verify_package", str(tmp_path / "nothing.pdf"))


def test_verify_package_refuses_what_is_no_package(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    (tmp_path / "x.pdf").write_bytes(b"not a pdf")

    with pytest.raises(CommandError, match="attachments cannot be read"):
        run("verify_package", str(tmp_path / "x.pdf"))
