"""The child process that seals one PDF with a PKCS#11 token.

Standard input: one line of JSON (reason, now, seal settings), then the PDF. Standard output: the
sealed PDF. On failure it exits with 1 and the name of the cause as the last line of standard error.
"""

import json
import sys
from datetime import datetime

from records.documents.seals import SealSettings
from records.documents.signing import seal_on_token


def main() -> int:
    """Read the job, seal, write the result."""
    head, _, pdf = sys.stdin.buffer.read().partition(b"\n")
    job = json.loads(head)
    try:
        sealed = seal_on_token(
            pdf,
            reason=job["reason"],
            now=datetime.fromisoformat(job["now"]),
            seal=SealSettings(**job["seal"]),
        )
    except Exception as error:  # noqa: BLE001  # the parent turns any cause into one refusal
        sys.stderr.write(f"\n{type(error).__name__}")
        return 1
    sys.stdout.buffer.write(sealed.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
