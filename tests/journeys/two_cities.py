"""Two installations that really run, each with stores, keys and a web process of its own, and a tap
on the line between them.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


def environment(var: Path, port: int) -> dict[str, str]:
    """Return the variables of an installation: nothing of ours gets in but the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VARUH_")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VARUH_VAR": str(var),
        "VARUH_PORT": str(port),
        "VARUH_PEERS_FILE": str(var / "peers.toml"),
        "VARUH_LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def post(url: str, body: bytes, kind: str = "text/plain") -> tuple[int, str]:
    """Post and return status and body, whatever the status."""
    request = urllib.request.Request(  # noqa: S310  # our own loopback
        url, data=body, headers={"Content-Type": kind}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # our own loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class City:
    """One installation: its folder, its port, a process that works for it, and its web process."""

    def __init__(self, var: Path, own_code: str) -> None:
        self.var, self.own_code, self.port = var, own_code, free_port()
        var.mkdir(mode=0o700)
        self.configure([])
        self.worker: subprocess.Popen[str] | None = None
        self.web: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def configure(self, peers: Iterable[dict[str, object]]) -> None:
        """Write which other installations there are."""
        lines = [f'own_code = "{self.own_code}"']
        for peer in peers:
            lines.append("[[peers]]")
            lines += [f"{name} = {json.dumps(value)}" for name, value in peer.items()]
        part = self.var / "peers.part"
        part.write_text("\n".join(lines) + "\n")
        part.replace(self.var / "peers.toml")

    def begin(self) -> None:
        """Start the process that answers `ask`."""
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.city_worker"],
            cwd=ROOT,
            env=environment(self.var, self.port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, do: str, **given: object) -> Any:
        """Have the installation do something, and return what it says."""
        assert self.worker is not None
        self.worker.stdin.write(json.dumps({"do": do, **given}) + "\n")
        self.worker.stdin.flush()
        line = self.worker.stdout.readline()
        assert line, f"the process of {self.own_code} has ended"
        return json.loads(line)

    def serve(self) -> None:
        """Start the web process and wait until it answers."""
        words = f"gunicorn portal.wsgi --bind 127.0.0.1:{self.port} --workers 1 --threads 4"
        self.web = subprocess.Popen(
            [sys.executable, "-m", *words.split(), "--log-level", "error", "--no-control-socket"],
            cwd=ROOT,
            env=environment(self.var, self.port),
        )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.web.poll() is None
            try:
                where = f"{self.url}/healthz"
                urllib.request.urlopen(where, timeout=5).close()  # noqa: S310  # our own loopback
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"{self.own_code} does not answer")

    def public_key(self) -> str:
        """Return the key as the installation shows it."""
        where = f"{self.url}/peers/key"
        with urllib.request.urlopen(where, timeout=30) as answer:  # noqa: S310  # our own loopback
            return str(answer.read().decode().splitlines()[1])

    def end(self) -> None:
        """End both processes, by their ids."""
        for process in (self.worker, self.web):
            if process is None:
                continue
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def make_stores(folder: Path, *cities: City) -> None:
    """Migrate four empty stores once, and give each city a copy: keys they make themselves."""
    folder.mkdir(mode=0o700)
    (folder / "peers.toml").write_text('own_code = "x"\n')
    subprocess.run(
        [sys.executable, "-m", "tests.journeys.city_worker", "migrate"],
        cwd=ROOT,
        env=environment(folder, 1),
        check=True,
        timeout=120,
    )
    for path in folder.glob("*.sqlite3"):
        for city in cities:
            shutil.copy(path, city.var / path.name)


class Browser:
    """Somebody's browser: cookies, forms, nothing else."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.page, self.where = "", url

    def get(self, path: str) -> str:
        """Open a page and return its text."""
        with self.opener.open(self.url + path, timeout=30) as answer:
            self.page, self.where = answer.read().decode(), answer.url
        return self.page

    def send(self, **fields: str) -> str:
        """Send the form of the page that is open."""
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', self.page)
        body = urllib.parse.urlencode({**dict(hidden), **fields}).encode()
        with self.opener.open(self.where, data=body, timeout=30) as answer:
            self.page, self.where = answer.read().decode(), answer.url
        return self.page


@dataclass
class Tap:
    """Between two installations: hands everything on, and keeps a copy of each note."""

    target: City
    notes: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        tap = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                tap.notes.append(body)
                try:
                    status, answer = post(tap.target.url + self.path, body)
                except OSError:
                    status, answer = 502, ""
                tap.answers.append(answer)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer.encode())))
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
