"""Typesetting: data and a template in, one tagged PDF/A-3a and PDF/UA-1 file with attachments
out.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from records.documents.characters import printable, printable_tree
from records.documents.errors import DocumentNotRendered, UnknownTemplate

_FOLDER = Path(__file__).parent
_CHILD = _FOLDER / "child.py"
_TEMPLATES = _FOLDER / "templates"
TEMPLATES = frozenset({"letter", "report"})
LANGUAGES = frozenset({"sl", "en"})
TIMEOUT_SECONDS = 60
_REFUSED = 3


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF, attached with the relationship "data" (PDF/A-3)."""

    name: str
    data: bytes = field(repr=False)
    mime: str
    description: str

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def render_pdf(
    *,
    template: str,
    data: Mapping[str, object],
    attachments: Sequence[Attachment] = (),
    language: str,
    title: str,
    created_at: datetime,
) -> bytes:
    """Typeset one document in a child process and return the bytes of a PDF/A-3a + PDF/UA-1 file.

    `data` is a tree of dicts, lists, strings, numbers and None that the template understands (see
    templates/report.typ); it reaches the template as data and is never read as markup. The same
    input and `created_at` (aware) give the same bytes. Nothing is written to disk. Raises
    DocumentNotRendered.
    """
    if template not in TEMPLATES:
        raise UnknownTemplate(template=template)
    if language not in LANGUAGES:
        raise DocumentNotRendered(reason="unknown language", language=language)
    if not title.strip():
        raise DocumentNotRendered(reason="a title is required")
    if created_at.tzinfo is None:
        raise DocumentNotRendered(reason="created_at must be aware")
    job = {
        "template": str(_TEMPLATES / f"{template}.typ"),
        "root": str(_TEMPLATES),
        "data": json.dumps(printable_tree({**data, "title": title, "language": language})),
        "attachments": json.dumps([_portable(item) for item in attachments]),
        "timestamp": int(created_at.timestamp()),
    }
    return _run_child(json.dumps(job).encode())


def _portable(attachment: Attachment) -> dict[str, object]:
    """Return the attachment as JSON: text where the bytes are UTF-8 (they come back identical),
    numbers elsewhere.
    """
    try:
        content: object = attachment.data.decode("utf-8")
    except UnicodeDecodeError:
        content = list(attachment.data)
    return {
        "name": attachment.name,
        "mime": attachment.mime,
        "description": printable(attachment.description),
        "content": content,
    }


def _run_child(job: bytes) -> bytes:
    try:
        finished = subprocess.run(  # noqa: S603  # our own file, our own interpreter, no shell
            [sys.executable, "-I", str(_CHILD)],
            input=job,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise DocumentNotRendered(reason="out of time", seconds=TIMEOUT_SECONDS) from None
    if finished.returncode == 0 and finished.stdout.startswith(b"%PDF-"):
        return finished.stdout
    refused = finished.returncode == _REFUSED
    reason = finished.stderr.decode(errors="replace") if refused else "the child died"
    raise DocumentNotRendered(reason=reason, exit_code=finished.returncode)
