"""Documents to look at, and who seals them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from records.documents.rendering import Attachment, render_pdf
from records.documents.seals import SealSettings
from tests.records.documents.pki import Pki, running_pki

CREATED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ROWS = 1_520


def report(**changes: object) -> dict[str, object]:
    """Return the data of a small report."""
    data: dict[str, object] = {
        "organisation": "Mestna občina Ljubija",
        "kicker": "Pravica do dostopa",
        "subtitle": "Kopija",
        "facts": [["Zadeva", "VAR-7Q2K"]],
        "lead": ["To je kopija."],
        "seal": "Dokument je zapečaten.",
        "words": {"page": "Stran", "of": "od", "contents": "Vsebina"},
        "footer": "VAR-7Q2K",
        "sections": [{"title": "Oseba", "blocks": [facts("Ana Žagar")]}],
    }
    return {**data, **changes}


def facts(*values: str) -> dict[str, object]:
    """Return a block of labelled values."""
    return {"kind": "facts", "rows": [[f"Polje {i}", value] for i, value in enumerate(values)]}


def rendered(data: dict[str, object] | None = None, **changes: object) -> bytes:
    """Return the PDF of the report."""
    chosen = {
        "template": "report",
        "language": "sl",
        "title": "Moji osebni podatki",
        "created_at": CREATED,
        **changes,
    }
    return render_pdf(data=data or report(), **chosen)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def plain_pdf() -> bytes:
    """A report with two attachments, not sealed."""
    return rendered(
        attachments=[
            Attachment("podatki.json", '{"ime": "Žiga"}'.encode(), "application/json", "Podatki"),
            Attachment("surovo.bin", bytes(range(256)), "application/octet-stream", "Bajti"),
        ]
    )


@pytest.fixture
def demo(tmp_path: Path) -> SealSettings:
    """The demonstration seal in a folder of its own."""
    return SealSettings(provider="demo", demo_file=str(tmp_path / "demo-seal.pem"))


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pki]:
    """A running test infrastructure."""
    with running_pki(tmp_path_factory.mktemp("pki")) as running:
        yield running
