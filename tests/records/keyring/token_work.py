"""Threads and forks on one token; a program of its own, because this has crashed whole processes.

Arguments: path of the key file, module, token label, PIN. Prints "done" and ends with 0 if all
went well.
"""

import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

THREADS, ROUNDS, CHILDREN = 4, 20, 5


class Work:
    """What threads and children do, and what went wrong with it."""

    def __init__(self, path: Path) -> None:
        from records.keyring.queries import get_keyring

        self.path = path
        self.wallet = get_keyring().link_key("wallet")
        self.failures: list[BaseException] = []

    def check(self) -> None:
        """Load the keys from the token and see that they are the same."""
        from records.keyring.queries import load_keyring

        assert load_keyring(self.path)[0].link_key("wallet") == self.wallet

    def use(self, number: int) -> None:
        """Load the keys again and again, and make one meanwhile."""
        from records.keyring.queries import get_keyring

        try:
            for turn in range(ROUNDS):
                self.check()
                if turn == number:
                    get_keyring().log_link_key(2020 + number)
        except BaseException as failure:  # noqa: BLE001  # counted below, whatever it is
            self.failures.append(failure)

    def start_child(self) -> int:
        """Fork a process that loads the keys; return its id."""
        child = os.fork()
        if child == 0:
            status = 1
            try:
                self.check()
                status = 0
            finally:
                os._exit(status)
        return child


def _end_of(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(path: str, module: str, label: str, pin: str) -> None:
    """Load and change keys from threads, and from forked children meanwhile."""
    settings.configure(
        KEY_PROVIDER="pkcs11",
        KEY_FILE=Path(path),
        PKCS11_MODULE=module,
        PKCS11_TOKEN=label,
        PKCS11_PIN=pin,
    )
    from records.keyring.operations import create_missing, rotate_root
    from records.keyring.token import open_token

    create_missing(now=datetime(2026, 11, 21, tzinfo=UTC))
    work = Work(Path(path))
    threads = [threading.Thread(target=work.use, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    statuses = [_end_of(work.start_child()) for _ in range(CHILDREN)]
    children = [work.start_child() for _ in range(CHILDREN)]
    rotate_root(now=datetime(2026, 11, 22, tzinfo=UTC))
    with open_token():
        # Forked inside a session of its own thread: the child waits until it is over.
        children.append(work.start_child())
        work.check()
    statuses += [_end_of(child) for child in children]
    for thread in threads:
        thread.join()
    if work.failures or any(statuses):
        sys.exit(f"threads: {work.failures}; children: {statuses}")
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
