"""Zip files: the same input gives the same bytes, written piece by piece, with names that leave no
folder. Pure.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping

from dsar.errors import UnsafeFileName

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The first moment that the format knows: a file's own times would make each zip another one."""


def safe_name(name: str) -> str:
    """Return the name; raise UnsafeFileName where it is not a plain file name (zip-slip)."""
    if not _SAFE.fullmatch(name) or ".." in name:
        raise UnsafeFileName
    return name


class ZipStream:
    """A zip that is read while it is written; what was written stands in no memory."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w")  # type: ignore[call-overload]  # an unseekable sink will do
        self.written: dict[str, tuple[str, int]] = {}
        """Name → SHA-256 and size of every member that is whole."""

    def member(self, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Write one member; yield the zip's bytes that are ready."""
        info = zipfile.ZipInfo(safe_name(name), date_time=_BEGINNING)
        info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
        info.external_attr = 0o600 << 16
        info._compresslevel = 1  # type: ignore[attr-defined]  # no public name before Python 3.13
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
                yield self._sink.emptied()
        self.written[name] = (digest.hexdigest(), size)
        yield self._sink.emptied()

    def finish(self) -> Iterator[bytes]:
        """Write the list of members; yield the last bytes."""
        self._zip.close()
        yield self._sink.emptied()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return the files as one zip, in the order of their names."""
    stream = ZipStream()
    pieces = [piece for name in sorted(files) for piece in stream.member(name, [files[name]])]
    return b"".join([*pieces, *stream.finish()])


class _Sink:
    """Takes what the zip writes until somebody fetches it; it cannot be rewound."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: what waits is fetched."""

    def emptied(self) -> bytes:
        ready = bytes(self._waiting)
        self._waiting.clear()
        return ready
