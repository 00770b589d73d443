"""Another process of the service, forked from the test's: it has its own connections and keys."""

import os
import pickle
import signal
from collections.abc import Callable
from typing import Any

from django.db import connections


def run_elsewhere(work: Callable[[], Any]) -> Any:
    """Run the work in another process; return its result, or the name of what it raised."""
    connections.close_all()
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  # the parent judges it
            result = type(error).__name__
        os.write(write_end, pickle.dumps(result))
        connections.close_all()
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        written = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return pickle.loads(written)  # noqa: S301  # written by our own child


class KilledAfter:
    """A progress callback that kills its process, as the power cut does, after so many calls."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def __call__(self, done: int, total: int) -> None:
        self.calls -= 1
        if not self.calls:
            os.kill(os.getpid(), signal.SIGKILL)
