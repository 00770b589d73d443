"""The seal with a key that never leaves a real PKCS#11 token (SoftHSM2)."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from records.documents.errors import SealFailed
from records.documents.seals import SealSettings
from records.documents.signing import seal_pdf, verify_pdf
from tests.records.documents.conftest import CREATED
from tests.records.documents.pki import Pki
from tests.records.documents.tools import pdfsig, require

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "7310"

pytestmark = pytest.mark.token


@dataclass(frozen=True)
class Token:
    """A token with the key of the test PKI's seal under the label `seal`."""

    settings: SealSettings


@pytest.fixture
def token(pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Token:
    """A fresh SoftHSM2 token in a folder of its own."""
    require("softhsm2-util")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    _run("--init-token", "--free", "--label", "city", "--pin", PIN, "--so-pin", "1234567")
    _run(
        "--import",
        str(pki.folder / "seal.key"),
        "--token",
        "city",
        "--label",
        "seal",
        "--id",
        "01",
        "--pin",
        PIN,
    )
    return Token(
        pki.settings(
            provider="pkcs11",
            key_file="",
            pkcs11_module=MODULE,
            pkcs11_token="city",
            pkcs11_pin=PIN,
            pkcs11_label="seal",
        )
    )


def _run(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def test_a_token_seals_b_b_and_b_lta(plain_pdf: bytes, token: Token, pki: Pki) -> None:
    archival = seal_pdf(plain_pdf, reason="Odgovor", now=CREATED, seal=token.settings)

    assert archival.level == "B-LTA"
    assert verify_pdf(archival.data, seal=token.settings).ok
    assert "Signature is Valid" in pdfsig(archival.data)


def test_a_wrong_pin_is_refused_and_not_told(plain_pdf: bytes, token: Token) -> None:
    from dataclasses import replace

    with pytest.raises(SealFailed) as refused:
        seal_pdf(
            plain_pdf,
            reason="Odgovor",
            now=CREATED,
            seal=replace(token.settings, pkcs11_pin="9999"),
        )

    assert "9999" not in str(refused.value)
