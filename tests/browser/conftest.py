"""A real service on the loopback, with its own stores, worker and demo people, and a headless
Chromium.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Service:
    """The service under test."""

    url: str
    folder: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def demo(self) -> dict[str, Any]:
        """The sign-ins of the demo people."""
        return json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))

    def manage(self, *arguments: str) -> str:
        """Run a command of the service beside it and return what it printed."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310  # our own
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the service did not become ready")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Web and worker on fresh embedded stores, ended after the tests."""
    folder = tmp_path_factory.mktemp("varuh-browser")
    port = _free_port()
    environment = os.environ | {
        "VARUH_VAR": str(folder),
        "VARUH_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VARUH_SITE_URL": f"http://127.0.0.1:{port}",
    }
    for name in list(environment):
        if name.endswith("_DATABASE_URL") or name == "VARUH_BROKER_URL":
            del environment[name]
    (folder / "queue" / "messages").mkdir(parents=True)
    (folder / "queue" / "control").mkdir(parents=True)
    for command in (["setup"], ["seed_demo", "--holders", "1"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    web = (
        f"gunicorn portal.wsgi --bind 127.0.0.1:{port} --workers 1 --threads 4 --no-control-socket"
    )
    worker = "celery -A portal worker --beat --concurrency 1 --loglevel WARNING --without-gossip"
    log = (folder / "service.log").open("wb")
    children = [
        subprocess.Popen(
            [sys.executable, "-m", *line.split()], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        for line in (web, f"{worker} --schedule {folder / 'beat'}")
    ]
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", children[0])
        yield Service(f"http://127.0.0.1:{port}", folder, environment)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(30)
        log.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """One headless browser for the walks; no longer than they last, for it brings an event loop,
    beside which Django refuses to ask a database.
    """
    if not shutil.which(CHROMIUM):
        pytest.skip("needs /usr/bin/chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The text of axe-core, injected by `page.evaluate`: the policy allows no other script."""
    if not AXE.exists():
        pytest.skip("needs axe-core: npm install in tests/browser")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def staff_sessions(service: Service, chromium: Any) -> dict[str, Any]:
    """Signed-in sessions of one clerk, one DPO and one controller's officer, through the real
    pages.
    """
    from tests.browser.walker import Walker

    sessions: dict[str, Any] = {}
    for name in ("cene", "darja", "karla"):
        context = chromium.new_context()
        walker = Walker(context.new_page(), service, axe="")
        walker.sign_in_staff(name)
        sessions[name] = context.storage_state()
        context.close()
    return sessions
