"""From what was collected to the sealed file: one PDF, or volumes of bounded size in one zip."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from dsar.package.assembly import (
    MANIFEST_FILE,
    VOLUME_CELLS,
    Contents,
    further_volumes,
    machine_files,
    manifest_bytes,
    report_tree,
    single_report,
    volume_name,
)
from dsar.package.html import html_document
from dsar.package.report import Volume
from dsar.package.texts import say
from dsar.package.zips import ZipStream
from records.documents.rendering import Attachment, render_pdf
from records.documents.seals import SealSettings
from records.documents.signing import seal_pdf

TYPESETTERS = min(2, os.cpu_count() or 1)
"""So many children at once; each needs up to 400 MB."""

Tree = dict[str, object]


@dataclass(frozen=True, slots=True)
class SealedPackage:
    """The sealed file, made while it is read: whoever stores it keeps one piece in memory."""

    pieces: Iterable[bytes] = field(repr=False)
    level: str
    rows: int
    volumes: int
    """More than one: the file is a zip."""


def seal_package(contents: Contents, *, now: datetime) -> SealedPackage:
    """Return the sealed package: one PDF with everything attached, or a zip of volumes where one
    document would be too large to typeset and to read.
    """
    seal = SealSettings.configured()
    large = contents.large
    if not large:
        tree, files = single_report(contents)
        pdf = _make_pdf(contents, tree, files, contents.title, now)
        return SealedPackage([pdf], seal.level, contents.rows, 1)
    parts = sum(_parts(len(one.sheet.rows), len(one.headings)) for one in large)
    return SealedPackage(_zip_pieces(contents, now), seal.level, contents.rows, 1 + parts)


def _parts(rows: int, columns: int) -> int:
    return -(-rows // max(VOLUME_CELLS // max(columns, 1), 1))


def _zip_pieces(contents: Contents, now: datetime) -> Iterator[bytes]:
    """Yield the zip: further volumes, files for computers, manifest; the first volume, in which the
    manifest is sealed, last.
    """
    language = contents.header.language
    stream = ZipStream()
    volumes = []
    for volume, tree, pdf in _typeset(contents, now):
        yield from stream.member(volume.file, [pdf])
        sha256, _ = stream.written[volume.file]
        volumes.append(
            Volume(volume.number, volume.file, volume.table, volume.first, volume.last, sha256)
        )
        page = html_document(data=tree, title=_title(contents, volume.number), language=language)
        yield from stream.member(volume.file.replace(".pdf", ".html"), [page])
    for file in machine_files(contents):
        yield from stream.member(file.name, file.pieces())
    page = html_document(
        data=report_tree(contents, _hashes(stream), volumes),
        title=contents.title,
        language=language,
    )
    first = volume_name(contents, 1)
    yield from stream.member(f"{first}.html", [page])
    listed = [(name, sha256, size) for name, (sha256, size) in stream.written.items()]
    manifest = manifest_bytes(contents, listed)
    yield from stream.member(MANIFEST_FILE, [manifest])
    attached = [
        Attachment(MANIFEST_FILE, manifest, "application/json", say(language, "file.manifest"))
    ]
    tree = report_tree(contents, _hashes(stream), volumes)
    pdf = _make_pdf(contents, tree, attached, contents.title, now)
    yield from stream.member(f"{first}.pdf", [pdf])
    yield from stream.finish()


def _hashes(stream: ZipStream) -> list[tuple[str, str]]:
    """Return the files with their fingerprints; the volumes stand in a table of their own."""
    return [
        (name, sha256)
        for name, (sha256, _) in stream.written.items()
        if not name.endswith((".pdf", ".html"))
    ]


def _typeset(contents: Contents, now: datetime) -> Iterator[tuple[Volume, Tree, bytes]]:
    """Yield the further volumes in order, each sealed; a few are typeset at once, and no more wait
    in memory.
    """
    waiting: deque[tuple[Volume, Tree, Future[bytes]]] = deque()
    with ThreadPoolExecutor(max_workers=TYPESETTERS) as pool:
        for volume, tree in further_volumes(contents):
            title = _title(contents, volume.number)
            made = pool.submit(_make_pdf, contents, tree, [], title, now)
            waiting.append((volume, tree, made))
            if len(waiting) > TYPESETTERS:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)


def _first(waiting: deque[tuple[Volume, Tree, Future[bytes]]]) -> tuple[Volume, Tree, bytes]:
    volume, tree, made = waiting.popleft()
    return volume, tree, made.result()


def _title(contents: Contents, number: int) -> str:
    return say(contents.header.language, "volume.title", title=contents.title, number=number)


def _make_pdf(
    contents: Contents, tree: Tree, files: list[Attachment], title: str, now: datetime
) -> bytes:
    language = contents.header.language
    pdf = render_pdf(
        template="report",
        data=tree,
        attachments=files,
        language=language,
        title=title,
        created_at=now,
    )
    reason = say(language, contents.header.key("kicker"))
    return seal_pdf(pdf, reason=reason, now=now).data
