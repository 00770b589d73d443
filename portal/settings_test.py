"""Settings of the tests: a fresh folder per process, the same code as everywhere else."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="varuh-test-")
_owner = os.getpid()
(Path(_folder) / "static").mkdir()  # whitenoise warns where STATIC_ROOT is missing


@atexit.register
def _remove_folder() -> None:
    if os.getpid() == _owner:
        shutil.rmtree(_folder, ignore_errors=True)


os.environ["VARUH_VAR"] = _folder
os.environ.setdefault("VARUH_SECRET_KEY", "for-tests-only")

from portal.settings import *  # noqa: E402, F403  # the environment above must be set first
from portal.settings import DATABASES  # noqa: E402

for _alias, _settings in DATABASES.items():
    if _settings["ENGINE"].endswith("sqlite3"):
        # Files, not memory: threads, WAL and secure_delete behave as in the service. Tests kill
        # processes, not machines: what the operating system has taken need not wait for the disk.
        _settings["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
        _settings["TEST"] = {"NAME": str(Path(_folder) / f"test-{_alias}.sqlite3")}
    elif suffix := os.environ.get("VARUH_TEST_SUFFIX"):
        _settings["TEST"] = {"NAME": f"test_{_settings['NAME']}_{suffix}"}
    # A test may ask for one store alone; Django would make every other store wait for the default
    # one.
    _settings.setdefault("TEST", {})["DEPENDENCIES"] = []

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
