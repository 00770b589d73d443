"""Environment variables are read with their type, or stop the start with a sentence that names
them.
"""

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import environment


@pytest.mark.parametrize(
    ("word", "flag"), [("1", True), ("TRUE", True), ("no", False), ("off", False)]
)
def test_a_flag_is_read(monkeypatch: pytest.MonkeyPatch, word: str, flag: bool) -> None:
    monkeypatch.setenv("VARUH_X", word)

    assert environment.read_flag("VARUH_X", default=not flag) is flag


def test_a_flag_that_is_no_truth_value_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARUH_X", "perhaps")

    with pytest.raises(ImproperlyConfigured, match="VARUH_X must be one of"):
        environment.read_flag("VARUH_X", default=False)


def test_a_number_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARUH_X", "many")

    with pytest.raises(ImproperlyConfigured, match="VARUH_X must be a whole number"):
        environment.read_number("VARUH_X", 1)


def test_a_number_below_the_least_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARUH_X", "0")

    with pytest.raises(ImproperlyConfigured, match="at least 1"):
        environment.read_number("VARUH_X", 5, least=1)


def test_a_missing_text_without_default_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VARUH_X", raising=False)

    with pytest.raises(ImproperlyConfigured, match="Set the environment variable VARUH_X"):
        environment.read_text("VARUH_X")


def test_a_secret_comes_from_the_file_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("from-file\n", encoding="ascii")
    monkeypatch.setenv("VARUH_X_FILE", str(tmp_path / "secret"))

    assert environment.read_secret("VARUH_X") == "from-file"


def test_a_secret_given_twice_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VARUH_X", "direct")
    monkeypatch.setenv("VARUH_X_FILE", str(tmp_path / "secret"))

    with pytest.raises(ImproperlyConfigured, match="not both"):
        environment.read_secret("VARUH_X")


def test_a_secret_file_that_cannot_be_read_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VARUH_X_FILE", str(tmp_path / "absent"))

    with pytest.raises(ImproperlyConfigured, match="VARUH_X_FILE cannot be read"):
        environment.read_secret("VARUH_X")


def test_a_database_url_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARUH_X", "postgresql://varuh@127.0.0.1:5433/varuh_keys")

    database = environment.read_database("VARUH_X")

    assert database is not None
    assert (database["NAME"], database["USER"], database["PORT"]) == ("varuh_keys", "varuh", 5433)


@pytest.mark.parametrize("url", ["mysql://a@127.0.0.1/b", "varuh_keys", "::"])
def test_another_engine_stops_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("VARUH_X", url)

    with pytest.raises(ImproperlyConfigured, match="VARUH_X must be a postgresql"):
        environment.read_database("VARUH_X")


def test_dates_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARUH_X", "2027-02-08, 2027-04-27")

    assert environment.read_dates("VARUH_X") == (date(2027, 2, 8), date(2027, 4, 27))


def test_a_date_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARUH_X", "8. 2. 2027")

    with pytest.raises(ImproperlyConfigured, match="VARUH_X must hold dates"):
        environment.read_dates("VARUH_X")


def test_a_mailbox_is_read_from_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARUH_X", "imaps://info%40example.si:ge%3Aslo@mail.example.si/Zahteve")

    assert environment.read_imap("VARUH_X", needs_tls=True) == {
        "host": "mail.example.si",
        "port": 993,
        "tls": True,
        "user": "info@example.si",
        "password": "ge:slo",
        "folder": "Zahteve",
    }
    monkeypatch.delenv("VARUH_X")
    assert environment.read_imap("VARUH_X", needs_tls=True) is None


@pytest.mark.parametrize(
    "url",
    ["https://u:skrivnost@h/", "imaps://h/", "imaps://u:skrivnost@h:x/", "imap://u:skrivnost@h/"],
)
def test_a_mailbox_without_tls_or_name_stops_the_start_and_shows_no_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("VARUH_X", url)

    with pytest.raises(ImproperlyConfigured, match="VARUH_X must be imaps://") as refused:
        environment.read_imap("VARUH_X", needs_tls=True)

    assert "skrivnost" not in str(refused.value)


def test_plain_imap_is_for_the_demonstration_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARUH_X", "imap://u:p@127.0.0.1:1143/")

    found = environment.read_imap("VARUH_X", needs_tls=False)

    assert found is not None
    assert (found["tls"], found["port"], found["folder"]) == (False, 1143, "INBOX")


def test_a_file_is_named_or_not_and_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VARUH_X", raising=False)
    assert environment.read_file("VARUH_X") is None
    path = tmp_path / "peers.toml"
    monkeypatch.setenv("VARUH_X", str(path))
    with pytest.raises(ImproperlyConfigured, match="VARUH_X must name a file"):
        environment.read_file("VARUH_X")
    path.touch()
    assert environment.read_file("VARUH_X") == path
