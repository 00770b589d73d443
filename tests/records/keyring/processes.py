"""Real processes for the tests: forked, told what to do, and killed between two steps."""

import os
import traceback
from collections.abc import Callable
from typing import Any

KILLED = 17


def in_child(work: Callable[[], object]) -> int:
    """Do the work in a forked process and return its exit status; 1 where it raised."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001  # nothing of a child may reach the test runner
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_after(steps: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that dies after so many steps; return whether it was killed.

    A step is each root made or destroyed, each new key file begun and each one put in place.
    """

    def run() -> None:
        _count_steps(steps)
        work()

    status = in_child(run)
    assert status in (0, KILLED), status
    return status == KILLED


def _count_steps(steps: int) -> None:
    from records.keyring import changes, keyfile, pkcs11

    left = steps

    def counted(does: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **options: Any) -> Any:
            nonlocal left
            result = does(*args, **options)
            left -= 1
            if left == 0:
                os._exit(KILLED)
            return result

        return step

    for roots in (keyfile.FileRoots, pkcs11.TokenRoots):
        roots.create = counted(roots.create)  # type: ignore[method-assign]
        roots.destroy = counted(roots.destroy)  # type: ignore[method-assign]
    # Called when the new file is open and still empty, and when it has taken the old one's place.
    keyfile.serialise = counted(keyfile.serialise)
    changes.write_key_file = counted(changes.write_key_file)
