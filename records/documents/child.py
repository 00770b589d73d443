"""The child process that typesets one document; started by rendering.py with Python's isolated
mode.

One process per document, because the typesetter keeps what it has seen: ten reports of thirty pages
leave 1.26 GB in a long-lived process. It reads one JSON object from standard input and writes the
PDF to standard output. On failure it exits with 3 and one line on standard error from which
everything quoted out of the document is removed.
"""

import json
import re
import resource
import sys
from datetime import UTC, datetime

import typst

MEMORY_BYTES = 2 * 1024**3
"""Address space of one child; 30 pages need about 160 MB, so that a runaway document ends, not the
machine.
"""

STANDARDS: "typst.PDFStandards" = ["a-3a", "ua-1"]


def main() -> int:
    """Read the job, write the PDF, return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    job = json.load(sys.stdin)
    try:
        pdf = typst.compile(
            job["template"],
            root=job["root"],
            font_paths=typst.Fonts(include_system_fonts=False),
            sys_inputs={"data": job["data"], "attachments": job["attachments"]},
            pdf_standards=STANDARDS,
            timestamp=datetime.fromtimestamp(job["timestamp"], tz=UTC),
        )
    except typst.TypstError as error:
        sys.stderr.write(re.sub(r"`[^`]*`", "`…`", error.message).replace("\n", " ")[:300])
        return 3
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
