"""A key file of each test's own, on both root providers; the token is a real SoftHSM2 one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from records.keyring.operations import create_missing
from records.keyring.queries import forget_keyring
from tests import factories
from tests.records.keyring.looks import start_over

MODULES = (
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
)
INIT_TOKEN = ("softhsm2-util", "--init-token", "--free")
LABEL, PIN = "varuh-test", "8642"


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make an empty token in a folder of its own; return the module that opens it."""
    module = next((path for path in MODULES if path.exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM2 is not installed")
    folder = tmp_path_factory.mktemp("token")
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    subprocess.run(
        [*INIT_TOKEN, "--label", LABEL, "--so-pin", "13579", "--pin", PIN],
        check=True,
        capture_output=True,
    )
    yield module
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The path of a key file that is not there yet."""
    settings.KEY_FILE = tmp_path / "keys" / "varuh.keys"
    settings.KEY_PROVIDER = "file"
    forget_keyring()
    yield settings.KEY_FILE
    forget_keyring()


@pytest.fixture
def token(settings: Any, key_file: Path, softhsm: Path) -> Iterator[Path]:
    """The settings of a token instead of the file; the path of the key file."""
    settings.KEY_PROVIDER = "pkcs11"
    settings.PKCS11_MODULE = str(softhsm)
    settings.PKCS11_TOKEN = LABEL
    settings.PKCS11_PIN = PIN
    yield key_file
    start_over()


@pytest.fixture(params=["file", pytest.param("pkcs11", marks=pytest.mark.token)])
def provider(request: pytest.FixtureRequest, key_file: Path) -> str:
    """Each root provider in turn, with every first key made."""
    if request.param == "pkcs11":
        request.getfixturevalue("token")
    create_missing(now=factories.NOW)
    return str(request.param)
