"""`make run`: prepare the installation, seed the demo city once, then serve web, worker and beat
until Ctrl-C.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

STOP_SECONDS = 8


class Command(BaseCommand):
    """Run the embedded service: one web process, one worker with its schedule."""

    help = "Set up, seed the demo city once, serve the portal with worker and beat until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        """Take the port."""
        parser.add_argument("--port", type=int, default=int(os.environ.get("VARUH_PORT", "8000")))

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        """Start the processes, wait for the first to end or for a signal, then end the others."""
        self._refuse_taken_port(port)
        try:
            self._prepare()
        except KeyboardInterrupt:
            self.stdout.write("Stopped; the next start goes on from here.")
            return
        children = [self._start(command) for command in self._commands(port)]
        self.stdout.write(
            self.style.SUCCESS(f"\nVaruh serves http://127.0.0.1:{port}  (Ctrl-C ends it)\n")
        )
        self._wait(children)

    def _prepare(self) -> None:
        call_command("setup")
        call_command("check")
        if settings.DEMO:
            call_command("seed_demo", once=True)

    def _refuse_taken_port(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CommandError(
                    f"Port {port} on 127.0.0.1 is taken. End what uses it, "
                    "or choose another: VARUH_PORT=8001 make run"
                ) from None

    def _commands(self, port: int) -> list[list[str]]:
        schedule = str(settings.VAR_DIR / "beat-schedule")
        web = f"gunicorn portal.wsgi --bind 127.0.0.1:{port} --workers 1 --threads 4"
        worker = "celery --quiet -A portal worker --beat --concurrency 1 --loglevel WARNING"
        return [
            [sys.executable, "-m", *web.split(), "--log-level", "warning", "--no-control-socket"],
            [sys.executable, "-m", *worker.split(), "--schedule", schedule, "--without-gossip"],
        ]

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        # A session of its own: the terminal's Ctrl-C reaches this process alone, which then ends
        # the children in order.
        environment = {**os.environ, "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms"}
        return subprocess.Popen(  # noqa: S603  # our own words
            command, env=environment, start_new_session=True
        )

    def _wait(self, children: list["subprocess.Popen[bytes]"]) -> None:
        stopping = False

        def stop(_signal: int, _frame: FrameType | None) -> None:
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        while not stopping and all(child.poll() is None for child in children):
            time.sleep(0.2)
        ended = [child for child in children if child.poll() is not None]
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        if ended and not stopping:
            raise CommandError(
                f"A process ended by itself (exit code {ended[0].returncode}); see the lines above."
            )
        self.stdout.write("Stopped.")
