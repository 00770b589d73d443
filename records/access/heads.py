"""Tree heads outside the store: what is signed, and one file for each controller (both DPOs hold
their own copy).
"""

import json
import os
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from records.access.leaves import year_of
from records.access.models import TreeHead
from records.crypto.checkpoints import (
    Checkpoint,
    SigningKey,
    checkpoint_body,
    parse_checkpoint,
    verify,
)
from records.crypto.errors import BadSignature, NotACheckpoint

ORIGIN: Final = "varuh-log"


def origin_of(year: int) -> str:
    """Return the origin line of a log year's checkpoints (C2SP tlog-checkpoint)."""
    return f"{ORIGIN}/{year}"


BAD_TAG: Final = "bad-tag "
"""Extension line of a checkpoint: an entry that was touched before it could be sealed."""


def sign_head(
    key: SigningKey, *, year: int, size: int, root: bytes, bad_tags: Iterable[int] = ()
) -> str:
    """Return the signed checkpoint of a tree head, with a line for every entry that was sealed with
    a bad tag.
    """
    body = checkpoint_body(origin_of(year), size, root)
    return key.sign(body + "".join(f"{BAD_TAG}{entry_id}\n" for entry_id in bad_tags))


def bad_tags_in(point: Checkpoint) -> list[int]:
    """Return the entries that had been touched before they were sealed."""
    return [
        int(line.removeprefix(BAD_TAG)) for line in point.extensions if line.startswith(BAD_TAG)
    ]


def open_note(key: SigningKey, note: str) -> Checkpoint | None:
    """Return what the signed checkpoint says; None where our key did not sign it or it says
    nothing.
    """
    try:
        return parse_checkpoint(verify(note, name=key.name, public_key=key.public_key))
    except (BadSignature, NotACheckpoint):
        return None


@dataclass(frozen=True, slots=True)
class Copy:
    """One line of a heads file."""

    line: int
    note: str
    first_entry: int = 0
    """The first entry of the head's batch, where the file says so; not signed, a hint."""


def list_controllers() -> list[str]:
    """Return the codes of the controllers in the register; each gets a heads file."""
    path = Path(settings.REGISTER_FILE)
    if not path.exists():
        return []
    with path.open("rb") as file:
        register = tomllib.load(file)
    return sorted(str(one["code"]) for one in register.get("controllers", ()))


def heads_file(controller: str) -> Path:
    """Return the path of a controller's heads file."""
    return Path(settings.HEADS_DIR) / f"{controller}.jsonl"


def read_copies(path: Path) -> Iterator[Copy]:
    """Yield the heads in a file: our JSON lines, or bare signed checkpoints. A line that was torn
    off at the end by a crash is passed over; anything else that cannot be read comes with an empty
    note.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    if not text.lstrip().startswith("{"):
        for number, note in enumerate(text.split("\n\n\n"), start=1):
            yield Copy(number, note.rstrip("\n") + "\n")
        return
    whole, _, torn = text.rpartition("\n")
    lines = [*whole.split("\n"), torn]
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            said: dict[str, Any] = json.loads(line)
            yield Copy(number, str(said["note"]), int(said["first_entry"]))
        except (ValueError, KeyError, TypeError):
            if number < len(lines):
                yield Copy(number, "")


_written: dict[Path, tuple[int, dict[int, int]]] = {}
"""Of each heads file: its size when we last wrote it, and the newest tree size in it by year."""


def _newest_in(path: Path) -> dict[int, int]:
    if not path.exists():
        return {}
    size, newest = _written.get(path, (-1, {}))
    if size == path.stat().st_size:
        return newest
    found: dict[int, int] = {}
    for copy in read_copies(path):
        try:
            point = parse_checkpoint(copy.note.partition("\n\n")[0] + "\n")
            year = int(point.origin.removeprefix(f"{ORIGIN}/"))
        except (NotACheckpoint, ValueError):
            continue
        found[year] = max(found.get(year, 0), point.size)
    return found


def _line(head: TreeHead) -> str:
    said = {
        "year": head.year,
        "size": head.size,
        "first_entry": head.first_entry,
        "last_entry": head.last_entry,
        "sealed_at": _moment(head.sealed_at),
        "note": head.note,
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def write_heads_files(*, years: Iterable[int]) -> int:
    """Append to every controller's file the heads of these years that it lacks; return how many
    lines were written.

    A sweep that was killed after its commit is caught up by the next one.
    """
    written = 0
    chosen = sorted(set(years))
    for controller in list_controllers():
        path = heads_file(controller)
        newest = dict(_newest_in(path))
        lines = []
        for year in chosen:
            start = (year << 40) + newest.get(year, 0)
            missing = TreeHead.objects.filter(id__gt=start, id__lt=(year + 1) << 40)
            for head in missing.defer("leaves", "frontier").order_by("id").iterator():
                lines.append(_line(head))
                newest[year_of(head.id)] = head.size
        if lines:
            _append_lines(path, lines)
            written += len(lines)
        if path.exists():
            _written[path] = (path.stat().st_size, newest)
    return written


def _append_lines(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        said = path.read_bytes()
        if said and not said.endswith(b"\n"):
            # A crash tore the last line off; its head is in the store and is written again.
            os.truncate(path, said.rfind(b"\n") + 1)
    with path.open("ab") as file:
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())
