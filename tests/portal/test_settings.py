"""Production settings stop the start where a secret is missing; the demo makes its own."""

import os
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_settings(folder: Path, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Print one setting as a process with this environment alone reads it."""
    keep = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VARUH_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import portal.settings as s; print(s.{name})"],
        cwd=ROOT,
        env={**keep, "VARUH_VAR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_settings(folder, "SECRET_KEY", **environment)


def test_production_without_a_secret_key_does_not_start(tmp_path: Path) -> None:
    outcome = _start(tmp_path, VARUH_DEMO="0")

    assert outcome.returncode != 0
    assert "Set VARUH_SECRET_KEY or VARUH_SECRET_KEY_FILE" in outcome.stderr


def test_the_demo_makes_its_secret_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    first, second = _start(tmp_path), _start(tmp_path)

    assert len(first.stdout.strip()) > 50
    assert first.stdout == second.stdout
    assert stat.S_IMODE((tmp_path / "demo.secret").stat().st_mode) == 0o600


def test_a_flag_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    outcome = _start(tmp_path, VARUH_DEBUG="perhaps")

    assert outcome.returncode != 0
    assert "VARUH_DEBUG must be one of" in outcome.stderr


def test_codes_are_not_written_into_the_log_outside_the_demo(tmp_path: Path) -> None:
    outcome = _start(tmp_path, VARUH_DEMO="0", VARUH_SECRET_KEY="x" * 60, VARUH_DELIVERY="demo")

    assert outcome.returncode != 0
    assert "VARUH_DELIVERY must be email" in outcome.stderr
