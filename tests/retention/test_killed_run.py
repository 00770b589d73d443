"""A process killed at every step of a run leaves work that the next one finishes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.retention.test_runs import POINTS

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.rule("PP5b")
def test_a_run_killed_at_every_point_in_turn_is_finished_by_the_last_process(tmp_path):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("VARUH_")
    }
    environment |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "VARUH_VAR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-m", "tests.retention.killed_run"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert said["codes"] == dict.fromkeys(POINTS, 9)
    assert said["before"]["ana"] == {"people": 1, "cards": 1, "wallets": 1, "postings": 6}
    assert set(said["after"]["ana"].values()) == {0}
    assert said["after"]["bor"] == said["before"]["bor"]
    assert (said["orphans"], said["behind"]) == (0, [])
    assert said["starts"] == [True, False, True]
    assert said["certificate"]["people"]["erased"] == 1
    assert "payments" in said["certificate"]["steps_repeated_after_a_stop"]
